"""The five analysts and the five researchers: their parameters, flat, and the range in which each may be learned.

All agents of a role have the same parameters, so that one can learn from another; `w_NAME` is the weight of the method
NAME of the role's registry. Lookbacks, horizons and windows are whole when they are used.
"""

from __future__ import annotations

from collections.abc import Mapping

Parameters = dict[str, float]
Range = tuple[float, float]

ANALYST_METHODS = (
    "adx", "atr", "autocorrelation", "bb", "bb_width", "hmm", "kalman", "kurt", "macd", "mom", "momentum", "ppo",
    "range", "roc", "rsi", "sd", "skew", "stl", "trend", "trix", "volatility", "volume",
)  # fmt: skip
RESEARCHER_METHODS = ("arimax", "bayesian", "bootstrap", "garch", "online", "quantile_regression")

ANALYST_RANGES: Mapping[str, Range] = {
    "lookback_short": (3, 60),
    "lookback_medium": (5, 120),
    "lookback_long": (10, 240),
    "trend_sensitivity": (0.05, 1.0),
    "regime_threshold": (0.05, 0.95),
    **{f"w_{name}": (0.0, 1.0) for name in ANALYST_METHODS},
}
RESEARCHER_RANGES: Mapping[str, Range] = {
    "horizon_short": (1, 12),
    "horizon_medium": (2, 24),
    "horizon_long": (4, 48),
    "calibration_window": (30, 400),
    "trend_weight": (-1.0, 1.0),
    "spread": (0.0, 1.0),
    "adaptation": (0.0, 0.05),
    **{f"w_{name}": (0.0, 1.0) for name in RESEARCHER_METHODS},
}


def _analyst(lookbacks: tuple[int, int, int], sensitivity: float, threshold: float, **weights: float) -> Parameters:
    short, medium, long = lookbacks
    own = {"lookback_short": short, "lookback_medium": medium, "lookback_long": long}
    levels = {"trend_sensitivity": sensitivity, "regime_threshold": threshold}
    return {**own, **levels, **{f"w_{name}": weights.get(name, 0.0) for name in ANALYST_METHODS}}


def _researcher(
    window: int,
    horizons: tuple[int, int, int] = (2, 6, 12),
    spread: float = 0.0,
    adaptation: float = 0.0,
    **weights: float,
) -> Parameters:
    short, medium, long = horizons
    own = {"horizon_short": short, "horizon_medium": medium, "horizon_long": long, "calibration_window": window}
    levels = {"trend_weight": 0.1, "spread": spread, "adaptation": adaptation}
    return {**own, **levels, **{f"w_{name}": weights.get(name, 0.0) for name in RESEARCHER_METHODS}}


ANALYSTS: Mapping[str, Parameters] = {
    "technical": _analyst((14, 21, 50), 0.6, 0.5, rsi=0.3, macd=0.3, bb=0.2, adx=0.2),
    "statistical": _analyst((20, 60, 120), 0.4, 0.6, autocorrelation=0.4, volatility=0.3, skew=0.15, kurt=0.15),
    "momentum": _analyst((5, 10, 20), 0.8, 0.4, roc=0.4, mom=0.3, trix=0.2, ppo=0.1),
    "volatility": _analyst((10, 20, 30), 0.3, 0.7, atr=0.35, sd=0.25, range=0.2, bb_width=0.2),
    "hybrid": _analyst((14, 28, 56), 0.5, 0.5, rsi=0.2, volatility=0.2, momentum=0.2, trend=0.2, volume=0.2),
}
RESEARCHERS: Mapping[str, Parameters] = {
    "statistical": _researcher(100, arimax=0.5, bootstrap=0.5),
    "ensemble": _researcher(50, (2, 6, 12), 1.0, **dict.fromkeys(RESEARCHER_METHODS, 1 / 6)),
    "bayesian": _researcher(200, bayesian=1.0),
    "quantile": _researcher(150, quantile_regression=1.0),
    "adaptive": _researcher(30, (1, 4, 8), adaptation=0.01, online=1.0),
}


def of_inventory(parameters: Parameters, inventory: tuple[str, ...]) -> Parameters:
    """The parameters with weights on methods of `inventory` alone, all the same where none is left; () allows all."""
    if not inventory:
        return dict(parameters)
    weights = {f"w_{name}": parameters.get(f"w_{name}", 0.0) for name in inventory}
    if not any(weights.values()):
        weights = {name: 1 / len(weights) for name in weights}
    others = {name: 0.0 if name.startswith("w_") else value for name, value in parameters.items()}
    return {**others, **weights}
