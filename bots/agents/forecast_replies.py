"""What a language model may answer when it is asked for forecasts. Asks nobody."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from bots.agents.replies import Amount, Mistake, Reply, as_list, price_of
from market.orders import Forecast
from market.view import MarketView


class ForecastReply(Reply):
    """One price for each period that is asked for."""

    forecasts: Annotated[list[Amount], BeforeValidator(as_list)]


def forecast_of(reply: ForecastReply, view: MarketView) -> Forecast:
    """The forecasts of a reply to `view` in ticks. Raises Mistake, which names everything that is wrong."""
    asked, given = len(view.forecast_targets), len(reply.forecasts)
    if given != asked:
        raise Mistake(f"forecasts: {asked} are asked for, not {given}")
    prices, mistakes = [], []
    for target, price in zip(view.forecast_targets, reply.forecasts, strict=True):
        try:
            prices.append(price_of(price, view))
        except Mistake as mistake:
            mistakes.append(f"forecast of period {target}: {mistake}")
    if mistakes:
        raise Mistake("; ".join(mistakes))
    return Forecast(tuple(prices))
