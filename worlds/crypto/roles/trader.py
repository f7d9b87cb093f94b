"""What a trader makes of an analysis and a forecast: sides, sizes, leverage, exits, and how it asks for its fills."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from worlds.crypto.desk.proposals import Proposals
from worlds.crypto.desk.tape import Floats, Tape
from worlds.crypto.roles.outputs import Analysis, Forecast

Z95 = 1.6448536269514722  # half of a 90 % interval
SHARPNESS = 3.0  # a forecast of a third of a standard deviation is a clear word
LEAST_SPREAD, MOST_SPREAD = 0.002, 0.25  # of the price over the horizon
BOTH = ("market", "limit")


def propose(
    tape: Tape,
    analysis: Analysis,
    forecast: Forecast,
    parameters: Mapping[str, float],
    inventory: tuple[str, ...] = (),
) -> Proposals:
    """Proposals at every close of `tape`, whose bars are those of the analysis and the forecast.

    `inventory`: the execution styles that may be used, () for all. No side where the forecast is not known yet.
    """
    spread = _spread(forecast)
    view = conviction(analysis, forecast, parameters)
    known = np.isfinite(view) & np.isfinite(spread) & np.isfinite(tape.sigma)
    view, spread = np.where(known, view, 0.0), np.where(known, spread, 1.0)
    stop = parameters["stop"] * spread
    leverage = np.full(view.shape, max(1.0, parameters["leverage"]))
    return Proposals(
        side=np.where(np.abs(view) >= parameters["entry"], np.sign(view), 0.0),
        keep=np.where(np.abs(view) > parameters["exit"], np.sign(view), 0.0),
        size=_sizes(view, spread, stop, leverage, parameters),
        leverage=leverage,
        take_profit=parameters["take_profit"] * spread,
        stop=np.minimum(stop, 0.9),
        confidence=_chance(view, parameters),
        offset=_offset(tape, parameters["patience"], inventory or BOTH),
        cost=np.zeros(len(view)),
    )


def conviction(analysis: Analysis, forecast: Forecast, parameters: Mapping[str, float]) -> Floats:
    """From -1 (sell) to 1 (buy), (T, S); NaN where nothing is known yet."""
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = (forecast.high - forecast.low) / (2 * Z95)
        said = np.tanh(SHARPNESS * forecast.mean / spread).mean(0)
    weights = parameters["trend_weight"], parameters["forecast_weight"]
    view: Floats = np.clip(weights[0] * analysis.trend + weights[1] * said, -1.0, 1.0)
    return view


def _spread(forecast: Forecast) -> Floats:
    """Standard deviation of the log price over the middle horizon (T, S)."""
    middle = len(forecast.horizons) // 2
    wide = (forecast.high[middle] - forecast.low[middle]) / (2 * Z95)
    spread: Floats = np.clip(wide, LEAST_SPREAD, MOST_SPREAD)
    return spread


def _sizes(view: Floats, spread: Floats, stop: Floats, leverage: Floats, parameters: Mapping[str, float]) -> Floats:
    """Margin as a share of equity: more with more conviction, less when the market is louder than it used to be, and
    never so much that the stop costs more than the role risks on one trade."""
    sure = np.minimum(1.0, np.abs(view) / (2 * parameters["entry"]))
    usual = np.cumsum(spread, axis=0) / np.arange(1, len(spread) + 1)[:, None]
    loud = np.minimum(1.0, usual / spread) ** parameters["calm"]
    return np.minimum(parameters["size"] * sure * loud, parameters["risk"] / (stop * leverage))


def _chance(view: Floats, parameters: Mapping[str, float]) -> Floats:
    """Chance that a trade gains: that of a walk without drift between stop and take-profit, moved by the conviction."""
    fair = parameters["stop"] / (parameters["stop"] + parameters["take_profit"])
    return 1 / (1 + (1 - fair) / fair * np.exp(-np.abs(view)))


def _offset(tape: Tape, patience: float, styles: tuple[str, ...]) -> Floats:
    sigma = np.nan_to_num(tape.sigma)
    if "limit" not in styles:
        return np.zeros(sigma.shape)
    # a desk without market orders waits at the last close
    least = 0.0 if "market" in styles else 1e-6
    return np.maximum(patience * sigma, least)
