"""What a view tells about the worth of a share and the price of the day. Knows no account and no order."""

from __future__ import annotations

from fractions import Fraction
from statistics import fmean

from bots.agents.desk import best_of_others
from market.orders import Side
from market.view import MarketView


def share_value(view: MarketView) -> float | None:
    """What a share will pay, in ticks: as told, else from dividends, interest and buyback; None if unknown."""
    facts = view.facts
    if facts.fundamental:
        return view.fundamental
    if facts.induced or not (facts.dividends or facts.buyback):
        return None
    dividend = Fraction(sum(facts.dividends), len(facts.dividends)) if facts.dividends else Fraction(0)
    value, growth = Fraction(facts.buyback), 1 + Fraction(facts.interest)
    for _ in range(facts.periods - view.period + 1):
        value = (value + dividend) / growth
    return float(value)


def recent_prices(view: MarketView, count: int) -> list[int]:
    """Prices of the last `count` trades, the latest last."""
    return [trade.price for trade in view.trades[-count:]]


def mean_price(view: MarketView, count: int) -> float | None:
    prices = recent_prices(view, count)
    return fmean(prices) if prices else None


def others_mid(view: MarketView) -> float | None:
    """The middle of what others bid and ask; None where a side is empty or they would trade with each other."""
    bid, ask = best_of_others(view, Side.BUY), best_of_others(view, Side.SELL)
    return (bid.price + ask.price) / 2 if bid and ask else None


def going_price(view: MarketView) -> float | None:
    """A price of the day in ticks: others' mid, this period's last trade, what a share will pay, any last trade."""
    if (mid := others_mid(view)) is not None:
        return mid
    if view.trades and view.trades[-1].period == view.period:
        return view.trades[-1].price
    value = share_value(view)
    return view.last_price if value is None else value


def elapsed(view: MarketView) -> float:
    """How much of the period is over, from 0 to 1."""
    return min(1.0, view.seconds / view.facts.period_seconds)
