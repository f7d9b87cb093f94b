"""Small markets seen by the trader "me", made with the real exchange."""

from __future__ import annotations

from collections.abc import Iterable

from market.designs import design
from market.events import OpenPeriod
from market.exchange import Exchange
from market.orders import Action, PlaceOrder, Side
from market.treatments import Role, Treatment
from market.view import MarketView, view_of

RICH = Role(name="rich", cash=5000, shares=50)
MINE = Role(name="mine", cash=1000, shares=5)


def market(treatment: Treatment | None = None, me: Role = MINE, others: Role = RICH) -> Exchange:
    """An open market of "me", "a" and "b"; the fundamental value of the first period is 150."""
    exchange = Exchange(treatment or design("asset_cda"), {"me": me, "a": others, "b": others})
    exchange.operate(OpenPeriod())
    return exchange


def unit_market(me: Role, **changes: object) -> Exchange:
    """An open market of induced values; "a" may buy up to 300, "b" may sell from 100."""
    treatment = design("smith_1962").with_changes(**changes)
    roles = {
        "me": me,
        "a": Role(name="buyer", values=(300,) * 9),
        "b": Role(name="seller", costs=(100,) * 9),
    }
    exchange = Exchange(treatment, roles)
    exchange.operate(OpenPeriod())
    return exchange


def buyer(*values: int) -> Role:
    return Role(name="buyer", values=values)


def seller(*costs: int) -> Role:
    return Role(name="seller", costs=costs)


def bid(price: int, quantity: int = 1) -> PlaceOrder:
    return PlaceOrder(Side.BUY, price, quantity)


def ask(price: int, quantity: int = 1) -> PlaceOrder:
    return PlaceOrder(Side.SELL, price, quantity)


def do(exchange: Exchange, trader: str, *actions: Action, seconds: float = 0.0) -> Exchange:
    for action in actions:
        receipt = exchange.submit(trader, action, seconds)
        assert receipt.ok, receipt.reason
    return exchange


def traded_at(exchange: Exchange, prices: Iterable[int]) -> Exchange:
    """ "a" sells to "b" at these prices, one after another; in a unit market "b" to "a"."""
    from_whom, to_whom = ("b", "a") if exchange.treatment.induced else ("a", "b")
    for price in prices:
        do(exchange, from_whom, ask(price))
        do(exchange, to_whom, bid(price))
    return exchange


def seen(exchange: Exchange, seconds: float = 1.0) -> MarketView:
    return view_of(exchange, "me", seconds)
