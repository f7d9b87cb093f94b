"""One market twice: as the lab's exchange and as the fast venue of simulations, told the same."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder, Side, TimeInForce
from market.treatments import Role, Treatment
from simulation.venue import Venue

NAMES = ("a", "b", "c", "d")
ROLE = Role(name="trader", cash=100_000, shares=50)
RULES = Treatment(name="m", title="M", periods=1, period_seconds=100, roles=(ROLE,), price_max=1000)


class Twins:
    """`submit` fails where only one of them carries a command out."""

    def __init__(self, rules: Treatment = RULES, roles: Mapping[str, Role] | None = None) -> None:
        roles = roles or dict.fromkeys(NAMES, ROLE)
        self.exchange, self.venue = Exchange(rules, roles), Venue(rules, roles)
        self.exchange.operate(OpenPeriod())

    def submit(self, who: str, action: Action, tick: int) -> bool:
        self.venue.tick = tick
        receipt = self.exchange.submit(who, action, float(tick))
        assert self.venue.submit(self.venue.accounts[who], action) == receipt.ok, (who, action, receipt.reason)
        return receipt.ok

    def close(self, tick: int) -> None:
        self.venue.tick = tick
        self.venue.close()
        self.exchange.operate(ClosePeriod(), float(tick))

    def check(self) -> None:
        """That trades, accounts, promises, open orders and the book are the same."""
        exchange, venue = self.exchange, self.venue
        assert venue.trades == list(exchange.trades)
        assert list(venue.prints) == list(exchange.prints)
        for side in Side:
            assert venue.book.depth(side) == exchange.book.depth(side)
        for name, own in exchange.accounts.items():
            other = venue.accounts[name]
            assert (other.cash, other.shares) == (own.cash, own.shares)
            assert (other.cash_free, other.shares_free) == (own.cash_free, own.shares_free)
            assert list(other.orders) == list(exchange.ledger.open_orders[name])


def busy(seed: int, commands: int = 300, role: Role = ROLE, rules: Treatment = RULES) -> Twins:
    """A market in which much has happened."""
    twins, rng = Twins(rules, dict.fromkeys(NAMES, role)), Random(seed)
    for number in range(commands):
        who = rng.choice(NAMES)
        twins.submit(who, _action(rng, list(twins.venue.accounts[who].orders)), number // 10)
    return twins


def _action(rng: Random, own: list[int]) -> Action:
    price, quantity, chance = max(1, round(rng.gauss(100, 6))), rng.randint(1, 4), rng.random()
    if chance < 0.15:
        return CancelOrder(rng.choice(own) if own and rng.random() < 0.9 else 10**6)
    if chance < 0.4 and own:
        return ReplaceOrder(rng.choice(own), price, quantity)
    side, lasting = rng.choice(list(Side)), rng.choice([TimeInForce.PERIOD] * 4 + list(TimeInForce))
    return PlaceOrder(side, None if rng.random() < 0.1 else price, quantity, lasting)
