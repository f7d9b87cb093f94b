"""What an agent may conclude from its view: the chance of an event by Bayes, from the index, its news and forecasts."""

from __future__ import annotations

from collections.abc import Iterable

from worlds.forecast_goods.config_information import Information
from worlds.forecast_goods.information.index import chance_above
from worlds.forecast_goods.information.news import innovation_of
from worlds.forecast_goods.information.predictions import posterior
from worlds.forecast_goods.roles.interface import View, Ware

SURE = 0.99  # no rule says more


def chance(view: View, config: Information, asset: str, strike: float, matures_at: int) -> float:
    """P(`asset` is above `strike` in round `matures_at`), by the public parameters of the index and the news.

    Nobody is told the regime: the volatility is the index's own, as if there were none.
    """
    rounds = range(view.round, matures_at + 1)
    if not rounds:
        return float(view.levels[asset] > strike)
    index, heard = config.indices[config.place(asset)], innovation_of(view.news, asset, rounds)
    found = chance_above(view.levels[asset], strike, index.mu, index.sigma, len(rounds) * config.dt, heard)
    return inside(found)


def with_forecasts(prior: float, forecasts: Iterable[Ware]) -> float:
    """The chance after forecasts of the same event: each says which of two states will be, right with its quality."""
    belief = (1 - prior, prior)
    for one in forecasts:
        after = posterior(belief, min(SURE, max(0.5, one.quality)), int(one.probability > 0.5))
        belief = (float(after[0]), float(after[1]))
    return inside(belief[1])


def inside(probability: float) -> float:
    return min(SURE, max(1 - SURE, probability))
