"""Forecasts of a market's prices: what is asked when, what was given, how far off it was and what it pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from market.history import Tally
from market.orders import Forecast, Receipt
from market.rules import is_whole, shown
from market.treatments import Amount, Treatment


class GivenForecast(NamedTuple):
    """Before period `made` opened somebody forecast the price of period `target`: `price` ticks."""

    made: int
    target: int
    price: int


class Scored(NamedTuple):
    """A forecast and its period's price, both in ticks; `realised` None before it has ended or without a price.

    `error` is the forecast less the price; `paid` in ticks.
    """

    trader: str
    forecast: GivenForecast
    realised: Fraction | None = None
    error: Fraction | None = None
    paid: int = 0


def targets(treatment: Treatment, coming: int) -> tuple[int, ...]:
    """The periods whose price is asked before period `coming`: none beyond the last period."""
    asked = sorted(coming + horizon for horizon in treatment.forecasts.horizons)
    return tuple(period for period in asked if period <= treatment.periods)


class Forecasts:
    """All forecasts of a market, by trader in the order in which they were asked."""

    def __init__(self, treatment: Treatment, traders: Iterable[str]) -> None:
        self.treatment = treatment
        self.given: dict[str, dict[tuple[int, int], GivenForecast]] = {trader: {} for trader in traders}

    def of(self, trader: str) -> tuple[GivenForecast, ...]:
        return tuple(self.given[trader].values())

    def give(self, trader: str, action: Forecast, coming: int) -> Receipt:
        """Take the forecasts made before period `coming`, in the stead of earlier ones, or refuse all."""
        periods = targets(self.treatment, coming)
        if refused := self._refusal(action.prices, len(periods)):
            return refused
        for target, price in zip(periods, action.prices, strict=True):
            self.given[trader][coming, target] = GivenForecast(coming, target, price)
        return Receipt("accepted")

    def _refusal(self, prices: object, asked: int) -> Receipt | None:
        if not isinstance(prices, tuple) or len(prices) != asked:
            return Receipt.refused("forecast_number", number=asked)
        low, high = self.treatment.price_min, self.treatment.price_max
        wrong = [price for price in prices if not (is_whole(price) and low <= price <= high)]
        if not wrong:
            return None
        told = Amount(self.treatment, wrong[0]) if is_whole(wrong[0]) else shown(wrong[0])
        limits = {"low": Amount(self.treatment, low), "high": Amount(self.treatment, high)}
        return Receipt.refused("bad_forecast", **limits, price=told)

    def scored(self, prices: Mapping[int, Fraction | None]) -> Iterator[Scored]:
        """Each forecast beside the price of its period, where `prices` has it: those of periods that have ended."""
        for trader, given in self.given.items():
            for forecast in given.values():
                yield self._scored(trader, forecast, prices.get(forecast.target))

    def _scored(self, trader: str, forecast: GivenForecast, realised: Fraction | None) -> Scored:
        if realised is None:
            return Scored(trader, forecast)
        error = forecast.price - realised
        asked = self.treatment.forecasts
        return Scored(trader, forecast, realised, error, asked.reward if abs(error) <= asked.band else 0)

    def earnings(self, trader: str, prices: Mapping[int, Fraction | None]) -> int:
        """Ticks that a trader's forecasts pay; nobody can trade with them."""
        return sum(one.paid for one in self.scored(prices) if one.trader == trader)


def period_price(tally: Tally) -> Fraction | None:
    """What forecasts of a period are measured by, in ticks: the clearing price, or the mean weighted by volume.

    A call market has a price without a trade too, the last one. A continuous market has none then, and neither has a
    call market before its first trade where no reference price was given: forecasts of such a period pay nothing.
    """
    if tally.volume:
        return Fraction(tally.turnover, tally.volume)
    return None if tally.last_price is None else Fraction(tally.last_price)
