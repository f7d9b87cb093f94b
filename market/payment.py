"""The arithmetic of pay: earnings of markets in ticks become money of the country, in cents. Knows no page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import NamedTuple, TypeVar

from market.orders import Trade
from market.parts import Pay

Thing = TypeVar("Thing")

# What pays beside the market, in the order in which it is listed and drawn.
TASKS = ("forecasts", "risk", "reflection")


@dataclass(frozen=True, slots=True)
class Earned:
    """What one market gave a seat, in ticks: all of it, by period where one can be drawn, for forecasts if asked."""

    market: int
    ticks: int
    periods: tuple[int, ...] = ()
    forecasts: int | None = None


class Draws(NamedTuple):
    """Where one of several is paid: how far through them the draw fell, from 0 up to but without 1."""

    market: float
    period: float
    task: float


class Line(NamedTuple):
    """One line of a payment, in `ticks` or, where it is money already, in `cents`; `paid` False: not drawn.

    `part` is market, forecasts, exchange (all ticks that are paid, as money), fee, risk, reflection, waiting or floor
    (added so that nobody gets less than the fee). `market` and `period` count from 1, None where it is about all.
    """

    part: str
    ticks: int | None = None
    cents: int | None = None
    market: int | None = None
    period: int | None = None
    paid: bool = True


class Payment(NamedTuple):
    """All that somebody is paid, line by line."""

    lines: tuple[Line, ...] = ()

    @property
    def cents(self) -> int:
        """The sum of the lines in money."""
        return sum(line.cents or 0 for line in self.lines if line.paid)

    @property
    def ticks(self) -> int:
        """The sum of the lines in ticks, which is what is exchanged."""
        return sum(line.ticks or 0 for line in self.lines if line.paid)


NOTHING = Payment()


def draws(rng: Random) -> Draws:
    """The draws of a session; always three, so that one setting does not move the draw of another."""
    return Draws(rng.random(), rng.random(), rng.random())


def payment(
    pay: Pay,
    tick: str,
    earned: Sequence[Earned],
    *,
    tasks: Mapping[str, int],
    waiting: int,
    drawn: Draws,
    asked: Sequence[str] = (),
) -> Payment:
    """What is due for the markets that were played, for `tasks` (cents by name of `TASKS`) and `waiting` (cents).

    Of `asked`, the names of all that may pay, one is drawn where one is paid, whether it was done or not: leaving
    tasks out must not make another one sure. Without it, one of those that were done is drawn.
    Ticks are exchanged once, in one sum, and rounded half to even; every other amount is whole cents already.
    """
    done = [name for name in TASKS if name in tasks or _forecast(name, earned)]
    task = _one_of(asked or done, pay.tasks, drawn.task)
    market = _one_of([one.market for one in earned], pay.markets, drawn.market)
    lines = [line for one in earned for line in _market_lines(pay, one, market, task, drawn)]
    exchanged = Payment(tuple(lines)).ticks * Fraction(tick) * Fraction(pay.rate)
    fee = cents(pay.show_up_fee)
    lines += [Line("exchange", cents=cents(exchanged)), Line("fee", cents=fee)]
    lines += [Line(name, cents=tasks[name], paid=task in (None, name)) for name in TASKS if name in tasks]
    lines += [Line("waiting", cents=waiting)] if waiting else []
    missing = fee - Payment(tuple(lines)).cents
    return Payment((*lines, Line("floor", cents=missing)) if missing > 0 else tuple(lines))


def cents(amount: Fraction | str) -> int:
    """Money in cents; half a cent goes to the even neighbour, so that rounding favours nobody."""
    return round(Fraction(amount) * 100)


def waiting_cents(a_minute: str, seconds: float) -> int:
    """The pay for having waited, to the second."""
    return cents(Fraction(a_minute) * Fraction(round(seconds), 60))


def money(amount: int) -> str:
    """Cents as they are read: 1234567 is 12,345.67."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def _forecast(name: str, earned: Sequence[Earned]) -> bool:
    return name == "forecasts" and any(one.forecasts is not None for one in earned)


def _one_of(things: Sequence[Thing], which: str, share: float) -> Thing | None:
    """The one that is paid; None where all are."""
    return things[int(share * len(things))] if which == "random" and things else None


def _market_lines(pay: Pay, one: Earned, market: int | None, task: str | None, drawn: Draws) -> Iterator[Line]:
    paid = market in (None, one.market)
    period = _one_of(range(1, len(one.periods) + 1), pay.periods, drawn.period)
    ticks = one.ticks if period is None else one.periods[period - 1]
    yield Line("market", ticks=ticks, market=one.market, period=period, paid=paid)
    if one.forecasts is not None:
        yield Line("forecasts", ticks=one.forecasts, market=one.market, paid=paid and task in (None, "forecasts"))


def profits(trades: Sequence[Trade], trader: str, periods: int) -> tuple[int, ...]:
    """What a trader gained from induced units in each of `periods`, in ticks."""
    gained = [0] * periods
    for trade in trades:
        if trade.buyer == trader and trade.buyer_value is not None:
            gained[trade.period - 1] += trade.buyer_value - trade.price
        if trade.seller == trader and trade.seller_cost is not None:
            gained[trade.period - 1] += trade.price - trade.seller_cost
    return tuple(gained)
