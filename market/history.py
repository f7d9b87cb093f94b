"""Periods in one line each: what was traded, at what price, what a share paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from market.exchange import Exchange


class PeriodSummary(NamedTuple):
    """A period so far. Prices in ticks, None where nothing traded; `dividend` in ticks a share, None until paid.

    A call market has its clearing price at the end of the period, without a trade the last one, if there is any.
    `state` is that of the period where there are states: nobody is told before it has ended.
    """

    period: int
    trades: int
    volume: int
    mean_price: float | None
    last_price: int | None
    dividend: int | None
    state: str = ""


@dataclass(slots=True)
class Tally:
    """Running totals of a period, kept by the exchange so that nobody adds up its trades again and again."""

    trades: int = 0
    volume: int = 0
    turnover: int = 0
    last_price: int | None = None

    def count(self, price: int, quantity: int) -> None:
        self.trades += 1
        self.volume += quantity
        self.turnover += price * quantity
        self.last_price = price


def period_summary(exchange: Exchange, period: int) -> PeriodSummary:
    """One period of a market; `mean_price` is weighted by volume."""
    tally = exchange.tallies[period - 1]
    mean = tally.turnover / tally.volume if tally.volume else tally.last_price
    ended = period <= len(exchange.dividends)
    dividend, state = (exchange.dividends[period - 1], exchange.states[period - 1]) if ended else (None, "")
    return PeriodSummary(period, tally.trades, tally.volume, mean, tally.last_price, dividend, state)


def history(exchange: Exchange) -> tuple[PeriodSummary, ...]:
    """A summary of each period that has opened."""
    return tuple(period_summary(exchange, period) for period in range(1, exchange.period + 1))
