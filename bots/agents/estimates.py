"""What a view tells about the worth of a share and the price of the day. Knows no account and no order."""

from __future__ import annotations

from fractions import Fraction
from statistics import fmean

from bots.agents.desk import BUY, SELL
from market.events import Phase
from market.states import expected_dividend
from market.view import MarketView


def share_value(view: MarketView, period: int = 0) -> float | None:
    """What a share will pay on average from `period` on (0: now), in ticks, to who knows what this trader does; None if
    unknown."""
    facts, first = view.facts, period or max(view.period, 1)
    if facts.fundamental and not facts.states:
        return facts.fundamental[first - 1]
    if facts.induced or not (facts.pays_dividends or facts.buyback):
        return None
    value, growth = Fraction(facts.buyback), 1 + facts.interest_rate
    for later in range(facts.periods, first - 1, -1):
        now = later == view.period and facts.states
        dividend = expected_dividend(facts.states, view.clue) if now else facts.mean_dividend
        value = (value + dividend) / growth
    return float(value)


def recent_prices(view: MarketView, count: int) -> list[int]:
    """Prices of the last `count` trades, the latest last."""
    return view.recent_prices(count)


def mean_price(view: MarketView, count: int) -> float | None:
    prices = recent_prices(view, count)
    return fmean(prices) if prices else None


def others_mid(view: MarketView) -> float | None:
    """The middle of what others bid and ask; None where a side is empty or they would trade with each other."""
    bid, ask = view.best_price_of_others(BUY), view.best_price_of_others(SELL)
    return None if bid is None or ask is None else (bid + ask) / 2


def last_price(view: MarketView) -> int | None:
    """The last trade's price in ticks; before the first of a call market its reference price, where there is one."""
    return view.last_price or view.facts.reference_price or None


def period_prices(view: MarketView) -> dict[int, float]:
    """Prices in ticks by period of those that have ended; period 0 has a call market's reference price."""
    running = view.period if view.phase in (Phase.OPEN, Phase.PAUSED) else 0
    before = {0: float(view.facts.reference_price)} if view.facts.reference_price else {}
    ended = {one.period: one.mean_price for one in view.history if one.period != running}
    return before | {period: price for period, price in ended.items() if price is not None}


def going_price(view: MarketView) -> float | None:
    """A price of the day in ticks: others' mid, this period's last trade, what a share will pay, any last trade.

    In a call market the last one, or what a share will pay.
    """
    if view.facts.institution == "call":
        return last_price(view) or share_value(view)
    return price_between(view, view.best_price_of_others(BUY), view.best_price_of_others(SELL))


def price_between(view: MarketView, bid: int | None, ask: int | None) -> float | None:
    """`going_price` of continuous trading, for who has looked up what others bid and ask."""
    if bid is not None and ask is not None:
        return (bid + ask) / 2
    if view.trades and view.trades[-1].period == view.period:
        return view.trades[-1].price
    value = share_value(view)
    return view.last_price if value is None else value


def elapsed(view: MarketView) -> float:
    """How much of the period is over, from 0 to 1."""
    return min(1.0, view.seconds / view.facts.period_seconds)
