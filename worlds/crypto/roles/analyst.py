"""The analyst: which way each coin goes, how loud it is, and how far its methods agree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.analyst import DIRECTION, TURBULENCE
from worlds.crypto.methods.registry import method
from worlds.crypto.roles.outputs import CALM, TURBULENT, Analysis

SHORTEST = 3
STEEPNESS = 3.0  # a direction of a third of its range, at full sensitivity, is most of a trend
# What is looked at where no method of the kind has a weight.
FALLBACK = {DIRECTION: "momentum", TURBULENCE: "volatility"}

Weighted = list[tuple[float, Array]]


def analyse(shared: Shared, parameters: Mapping[str, float]) -> Analysis:
    """What an analyst with these parameters makes of the bars. Raises WorldError for a weight of an unknown method."""
    weights = weights_of(parameters)
    looked = lookbacks(parameters)
    direction = _looked_at(shared, weights, looked, DIRECTION)
    turbulence = _mean(_looked_at(shared, weights, looked, TURBULENCE))
    leaning = _mean(direction)
    trend = np.tanh(STEEPNESS * parameters["trend_sensitivity"] * leaning)
    loud = np.clip(np.nan_to_num(turbulence, nan=0.5), 0, 1)
    return Analysis(
        trend=np.nan_to_num(trend),
        turbulence=loud,
        regime=_regime(loud, parameters["regime_threshold"]),
        strength=np.nan_to_num(_agreement(direction, leaning)),
        context=np.clip(np.nan_to_num(shared.market["mkt_risk_on_off"]), -1, 1),
        used=tuple(weights),
    )


def weights_of(parameters: Mapping[str, float]) -> dict[str, float]:
    """The weights above 0 by method."""
    return {name.removeprefix("w_"): value for name, value in parameters.items() if name.startswith("w_") and value > 0}


def lookbacks(parameters: Mapping[str, float]) -> tuple[int, ...]:
    """Three whole numbers of bars."""
    names = ("lookback_short", "lookback_medium", "lookback_long")
    return tuple(max(SHORTEST, round(parameters[name])) for name in names)


def _looked_at(shared: Shared, weights: Mapping[str, float], looked: tuple[int, ...], kind: str) -> Weighted:
    """Each method of a kind at each lookback, with its weight."""
    chosen = {name: weight for name, weight in weights.items() if method("analyst", name).kind == kind}
    return [
        (weight, shared.method("analyst", name, lookback=rows))
        for name, weight in (chosen or {FALLBACK[kind]: 1.0}).items()
        for rows in looked
    ]


def _mean(members: Weighted) -> Array:
    """Weighted mean of those that are known, NaN where none is."""
    above, below = _sums(members)
    made: Array = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return made


def _agreement(members: Weighted, leaning: Array) -> Array:
    """From 0 (they cancel out) to 1 (all point one way)."""
    all_one_way = _mean([(weight, np.abs(values)) for weight, values in members])
    made: Array = np.divide(np.abs(leaning), all_one_way, out=np.zeros(leaning.shape), where=all_one_way > 0)
    return made


def _sums(members: Weighted) -> tuple[Array, Array]:
    above, below = np.zeros(members[0][1].shape), np.zeros(members[0][1].shape)
    for weight, values in members:
        known = ~np.isnan(values)
        above += np.where(known, weight * values, 0.0)
        below += weight * known
    return above, below


def _regime(turbulence: Array, threshold: float) -> np.ndarray:
    """The higher the threshold, the further from the middle a bar must be to count as calm or turbulent."""
    upper, lower = (1 + threshold) / 2, (1 - threshold) / 2
    made = (turbulence > upper) * TURBULENT + (turbulence < lower) * CALM
    return made.astype(np.int8)
