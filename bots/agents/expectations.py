"""Forecasts of prices by rule: of what was seen, of what a share pays, or of both. Asks nobody."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

from bots.agents.estimates import period_prices, share_value
from bots.agents.trader import Decision
from market.orders import Forecast
from market.view import MarketView

FORECASTS_IN = Decision(reason="the forecasts are in")
# How much of the gap between price and value is left a period later; as slowly as bubbles of the laboratory deflate.
PERSISTENCE = 0.8

# Ticks that a share will trade at in a period.
Expects = Callable[[MarketView, int], float]


def forecast(view: MarketView, expects: Expects) -> Decision:
    """The forecasts that are asked for on `view`, unless they are in; within the limits of prices."""
    given = {one.target for one in view.forecasts if one.made == view.period + 1}
    if given.issuperset(view.forecast_targets):
        return FORECASTS_IN
    prices = tuple(_possible(view, expects(view, target)) for target in view.forecast_targets)
    return Decision(actions=(Forecast(prices),), reason="what it expects by its rule")


def _possible(view: MarketView, price: float) -> int:
    return max(view.facts.price_min, min(view.facts.price_max, round(price)))


def last_seen(view: MarketView, target: int) -> float:
    """The price of the last period that had one; before there is any, a guess."""
    prices = period_prices(view)
    return prices[max(prices)] if prices else _guess(view, target)


def mean_seen(view: MarketView, target: int) -> float:
    """The mean of all periods' prices."""
    prices = period_prices(view)
    return fmean(prices.values()) if prices else _guess(view, target)


def trend(view: MarketView, target: int) -> float:
    """The last price, moved on as far a period as it moved last."""
    prices = period_prices(view)
    if len(prices) < 2:
        return last_seen(view, target)
    before, last = sorted(prices)[-2:]
    return prices[last] + (prices[last] - prices[before]) / (last - before) * (target - last)


def worth(view: MarketView, target: int) -> float:
    """What a share pays from then on; the last price where nothing tells."""
    value = share_value(view, target)
    return last_seen(view, target) if value is None else value


def towards_worth(view: MarketView, target: int) -> float:
    """The last price's distance from the value, shrinking from period to period."""
    prices, value = period_prices(view), share_value(view, target)
    if not prices or value is None:
        return last_seen(view, target)
    last = max(prices)
    gap = prices[last] - (share_value(view, max(last, 1)) or 0.0)
    return value + gap * PERSISTENCE ** (target - last)


def _guess(view: MarketView, target: int) -> float:
    """What a share pays, the own units' worth, or the middle of what is possible."""
    value = share_value(view, target)
    if value is not None:
        return value
    own = (*view.role.values, *view.role.costs)
    return fmean(own) if own else (view.facts.price_min + view.facts.price_max) / 2
