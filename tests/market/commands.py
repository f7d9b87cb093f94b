"""Random play: traders who send anything, sensible or not, under treatments that differ in every rule."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from market.designs import deal_roles, design
from market.events import AskForecasts, Pause, Resume
from market.exchange import Exchange
from market.forecasts import targets
from market.information import draw_periods
from market.orders import (
    Action,
    CancelOrder,
    Forecast,
    PlaceOrder,
    Receipt,
    ReplaceOrder,
    SheetOrder,
    Side,
    SubmitSheet,
    TimeInForce,
)
from market.parts import State
from market.treatments import Role, Treatment
from tests.market.builders import induced, treatment

THREE = (
    State(name="X", weight=7, dividend=50),
    State(name="Y", weight=9, dividend=240),
    State(name="Z", dividend=490),
)
SHORT = Role(name="short", cash=100, shares=1)
DEBTS: dict[str, Any] = {"credit_limit": 100, "short_limit": 9, "dividends": (0, 190), "periods": 4}
TREATMENTS: dict[str, Treatment] = {
    "asset": treatment(dividends=(0, 10), interest="1/20", buyback=14),
    "credit and short sales": treatment(credit_limit=300, short_limit=5),
    "cancel incoming": treatment(self_trade="cancel_incoming"),
    "self-trade allowed": treatment(self_trade="allow"),
    "improvement": treatment(improvement=True, one_order_a_side=True),
    "cleared": treatment(single_unit=True, clear_after_trade=True),
    "few orders": treatment(open_orders=2, price_min=40, price_max=60),
    "poor": treatment(roles=(Role(name="poor", cash=90, shares=1),)),
    "bankrupt traders stop": treatment((SHORT,), **DEBTS, bankrupt="stop"),
    "bankrupt traders reduce": treatment((SHORT,), **DEBTS, interest="1/5", bankrupt="reduce_only"),
    "private clues": treatment(periods=3, information={"states": THREE, "clues": "not_this"}),
    "insiders": treatment(
        periods=3, interest="1/20", buyback=5, information={"states": THREE[1:], "clues": "state", "informed": 2}
    ),
    "call": treatment(institution="call", dividends=(0, 10), interest="1/20", buyback=14, reference_price=70),
    "call, pro rata": treatment(institution="call", rationing="pro_rata", credit_limit=300, short_limit=5, periods=3),
    "call, induced": induced(institution="call"),
    "forecasts": treatment(periods=3, forecasts={"horizons": (0, 1), "band": 20, "reward": 7}),
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
        for draw in draw_periods(self.rules, dict.fromkeys(self.traders, "human"), self.rng):
            yield from self._forecasts()
            self.exchange.operate(draw.opening)
            for _ in range(number):
                self._sometimes_pause()
                trader = self.rng.choice(self.traders)
                yield trader, self._action(trader), self.exchange.seconds + self.rng.random()
            self.exchange.operate(draw.closing, 60.0)

    def _forecasts(self) -> Iterator[tuple[str, Action, float]]:
        if targets(self.rules, self.exchange.period + 1):
            self.exchange.operate(AskForecasts())
            for trader in self.rng.choices(self.traders, k=4):
                prices = (self.rng.randint(0, 120) for _ in range(self.rng.choice([1, 2, 2])))
                yield trader, Forecast(tuple(prices)), self.exchange.seconds

    def _sometimes_pause(self) -> None:
        if self.rng.random() < 0.02:
            self.exchange.operate(Pause("a break"), self.exchange.seconds + 0.25)
            self.exchange.operate(Resume())

    def moves(self, number: int) -> Iterator[tuple[str, Action, Receipt]]:
        """The same, submitted: what was sent and answered."""
        for trader, action, seconds in self.turns(number):
            yield trader, action, self.exchange.submit(trader, action, seconds)

    def _action(self, trader: str) -> Action:
        if self.rules.institution == "call" and self.rng.random() < 0.4:
            return SubmitSheet(tuple(self._line() for _ in range(self.rng.choice([0, 1, 2, 2, 3]))))
        price, quantity = self.rng.randint(30, 120), self.rng.choice([1, 1, 1, 1, 1, 1, 2, 3, 12])
        kind = self.rng.random()
        if kind < 0.6:
            lasting = self.rng.choice([TimeInForce.PERIOD] * 4 + [TimeInForce.IOC, TimeInForce.FOK])
            return PlaceOrder(self.rng.choice(list(Side)), price if kind < 0.5 else None, quantity, lasting)
        order = self._order(trader)
        return CancelOrder(order) if kind < 0.75 else ReplaceOrder(order, price, quantity)

    def _line(self) -> SheetOrder:
        """Bids below offers more often than not, so that sheets are taken."""
        side, price = self.rng.choice(list(Side)), self.rng.randint(45, 90)
        return SheetOrder(side, price - 15 if side is Side.BUY else price, self.rng.choice([1, 1, 2, 3]))

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
