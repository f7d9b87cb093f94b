"""The researcher: what each coin returns over three horizons, how sure that is, and intervals that cover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.outlook import Outlook, ahead, scale
from worlds.crypto.roles.analyst import weights_of
from worlds.crypto.roles.conformal import calibrated, sign_confidence
from worlds.crypto.roles.outputs import Analysis, Forecast

LONGEST = 48
FALLBACK = "bayesian"  # where no method has a weight
HORIZONS = ("horizon_short", "horizon_medium", "horizon_long")


def forecast(shared: Shared, analysis: Analysis, parameters: Mapping[str, float]) -> Forecast:
    """What a researcher with these parameters foretells. Raises WorldError for a weight of an unknown method.

    The analyst's trend moves the mean by `trend_weight` of a deviation at most, within the interval, which is
    calibrated on the researcher's own methods."""
    rows = [_over(shared, analysis, parameters, horizon) for horizon in horizons(parameters)]
    mean, low, high, confidence = (np.stack(parts) for parts in zip(*rows, strict=True))
    return Forecast(horizons(parameters), mean, low, high, confidence, tuple(_weights(parameters)))


def horizons(parameters: Mapping[str, float]) -> tuple[int, ...]:
    """Three whole numbers of bars."""
    return tuple(min(LONGEST, max(1, round(parameters[name]))) for name in HORIZONS)


def _over(shared: Shared, analysis: Analysis, parameters: Mapping[str, float], horizon: int) -> tuple[Array, ...]:
    own = tuple(sorted((name, value) for name, value in parameters.items() if name not in HORIZONS))
    middle, low, high = shared.once(("interval", horizon, own), lambda: _interval(shared, parameters, horizon))
    tilt = parameters["trend_weight"] * analysis.trend * scale(shared, horizon)
    mean = np.clip(middle + tilt, low, high)
    return mean, low, high, sign_confidence(mean, low, high, ahead(shared, horizon), horizon)


def _interval(shared: Shared, parameters: Mapping[str, float], horizon: int) -> tuple[Array, Array, Array]:
    """Mean and calibrated interval of the researcher's own methods."""
    raw = _raw(shared, _weights(parameters), parameters["spread"], horizon)
    window = round(parameters["calibration_window"])
    low, high = calibrated(raw, ahead(shared, horizon), horizon, window, parameters["adaptation"])
    return np.where(np.isnan(low), np.nan, raw.mean), low, high


def _raw(shared: Shared, weights: Mapping[str, float], spread: float, horizon: int) -> Outlook:
    """The methods' weighted mean; where they differ, `spread` widens the interval by their standard deviation."""
    members = [shared.method("researcher", name, horizon=horizon) for name in weights]
    share = np.array(list(weights.values())) / sum(weights.values())
    means = np.stack([one.mean for one in members])
    mean, low, high = (
        _shared_out(share, part)
        for part in (means, np.stack([one.low for one in members]), np.stack([one.high for one in members]))
    )
    apart = spread * np.sqrt(_shared_out(share, (means - mean) ** 2))
    return Outlook(mean, low - apart, high + apart)


def _shared_out(share: Array, members: Array) -> Array:
    return np.asarray((share[:, None, None] * members).sum(axis=0))


def _weights(parameters: Mapping[str, float]) -> dict[str, float]:
    return weights_of(parameters) or {FALLBACK: 1.0}
