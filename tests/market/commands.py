"""Random play: traders who send anything, sensible or not, under treatments that differ in every rule."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from market.designs import deal_roles, design, draw_dividends
from market.events import ClosePeriod, OpenPeriod, Pause, Resume
from market.exchange import Exchange
from market.orders import Action, CancelOrder, PlaceOrder, Receipt, ReplaceOrder, Side, TimeInForce
from market.treatments import Role, Treatment
from tests.market.builders import induced, treatment

TREATMENTS: dict[str, Treatment] = {
    "asset": treatment(dividends=(0, 10), interest="1/20", buyback=14),
    "credit and short sales": treatment(credit_limit=300, short_limit=5),
    "cancel incoming": treatment(self_trade="cancel_incoming"),
    "self-trade allowed": treatment(self_trade="allow"),
    "improvement": treatment(improvement=True, one_order_a_side=True),
    "cleared": treatment(single_unit=True, clear_after_trade=True),
    "few orders": treatment(open_orders=2, price_min=40, price_max=60),
    "poor": treatment(roles=(Role(name="poor", cash=90, shares=1),)),
    "induced": induced(),
    "induced, no losses": induced(losses_allowed=False),
    "gode_sunder_1993": design("gode_sunder_1993_m3"),
    "smith_1962": design("smith_1962"),
}


class Play:
    """A market and the random source that moves it."""

    def __init__(self, rules: Treatment, rng: Random) -> None:
        self.rules, self.rng = rules, rng
        seats = len(rules.roles) if rules.fixed_seats else 4
        roles = deal_roles(rules, ["human"] * seats, rng)
        self.traders = [f"T{seat + 1}" for seat in range(seats)]
        self.exchange = Exchange(rules, dict(zip(self.traders, roles, strict=True)))

    def turns(self, number: int) -> Iterator[tuple[str, Action, float]]:
        """All periods, `number` commands in each: who sends what, and when. Whoever asks submits them."""
        for dividend in draw_dividends(self.rules, self.rng):
            self.exchange.operate(OpenPeriod())
            for _ in range(number):
                self._sometimes_pause()
                trader = self.rng.choice(self.traders)
                yield trader, self._action(trader), self.exchange.seconds + self.rng.random()
            self.exchange.operate(ClosePeriod(dividend), 60.0)

    def _sometimes_pause(self) -> None:
        if self.rng.random() < 0.02:
            self.exchange.operate(Pause("a break"), self.exchange.seconds + 0.25)
            self.exchange.operate(Resume())

    def moves(self, number: int) -> Iterator[tuple[str, Action, Receipt]]:
        """The same, submitted: what was sent and answered."""
        for trader, action, seconds in self.turns(number):
            yield trader, action, self.exchange.submit(trader, action, seconds)

    def _action(self, trader: str) -> Action:
        price, quantity = self.rng.randint(30, 120), self.rng.choice([1, 1, 1, 1, 1, 1, 2, 3, 12])
        kind = self.rng.random()
        if kind < 0.6:
            lasting = self.rng.choice([TimeInForce.PERIOD] * 4 + [TimeInForce.IOC, TimeInForce.FOK])
            return PlaceOrder(self.rng.choice(list(Side)), price if kind < 0.5 else None, quantity, lasting)
        order = self._order(trader)
        return CancelOrder(order) if kind < 0.75 else ReplaceOrder(order, price, quantity)

    def _order(self, trader: str) -> int:
        """Most often one of the trader's own, else anybody's, else none at all."""
        own, kind = list(self.exchange.ledger.open_orders[trader]), self.rng.random()
        if own and kind < 0.8:
            return self.rng.choice(own)
        return self.rng.choice([*self.exchange.book.orders, 10_000])


def played(rules: Treatment, seed: int, number: int = 60) -> Exchange:
    """A market played to its end."""
    play = Play(rules, Random(seed))
    for _ in play.moves(number):
        pass
    return play.exchange
