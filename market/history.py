"""Periods in one line each: what was traded, at what price, what a share paid."""

from __future__ import annotations

from typing import NamedTuple

from market.exchange import Exchange


class PeriodSummary(NamedTuple):
    """A period so far. Prices in ticks, None where nothing traded; `dividend` in ticks a share, None until paid."""

    period: int
    trades: int
    volume: int
    mean_price: float | None
    last_price: int | None
    dividend: int | None


def period_summary(exchange: Exchange, period: int) -> PeriodSummary:
    """One period of a market; `mean_price` is weighted by volume."""
    trades = exchange.trades_of(period)
    volume = sum(trade.quantity for trade in trades)
    mean = sum(trade.price * trade.quantity for trade in trades) / volume if volume else None
    last = trades[-1].price if trades else None
    dividend = exchange.dividends[period - 1] if period <= len(exchange.dividends) else None
    return PeriodSummary(period, len(trades), volume, mean, last, dividend)


def history(exchange: Exchange) -> tuple[PeriodSummary, ...]:
    """A summary of each period that has opened."""
    return tuple(period_summary(exchange, period) for period in range(1, exchange.period + 1))
