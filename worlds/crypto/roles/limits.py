"""The five traders and the five risk roles: their parameters, flat, and the range in which each may be learned."""

from __future__ import annotations

from collections.abc import Mapping

from worlds.crypto.roles.information import Parameters, Range

# `size`: margin as a share of equity; `risk`: share of equity that a stop may cost; `take_profit`, `stop`: in standard
# deviations of the price over the middle horizon; `trend_weight`, `forecast_weight`: of what the analyst and the
# researcher say; `entry`, `exit`: conviction from which a position is opened, and at which it is left; `patience`:
# where a limit order stands, in standard deviations of one bar, 0 for market orders; `calm`: how much of a rise in
# volatility is taken out of the size
TRADER_RANGES: Mapping[str, Range] = {
    "size": (0.05, 0.5),
    "leverage": (1.0, 10.0),
    "risk": (0.005, 0.05),
    "take_profit": (0.5, 5.0),
    "stop": (0.25, 2.5),
    "trend_weight": (-1.0, 1.0),
    "forecast_weight": (0.0, 1.0),
    "entry": (0.1, 0.8),
    "exit": (0.0, 0.3),
    "patience": (0.0, 0.5),
    "calm": (0.0, 1.0),
}
RISK_RANGES: Mapping[str, Range] = {
    "max_leverage": (1.0, 10.0),
    "max_size": (0.05, 0.5),
    "daily_loss": (0.005, 0.06),
    "max_drawdown": (0.02, 0.2),
    "margin_buffer": (0.05, 0.5),
}


def _trader(
    stakes: tuple[float, float, float],
    exits: tuple[float, float],
    views: tuple[float, float],
    levels: tuple[float, float],
    patience: float = 0.0,
    calm: float = 0.0,
) -> Parameters:
    sizes = dict(zip(("size", "leverage", "risk"), stakes, strict=True))
    distances = dict(zip(("take_profit", "stop"), exits, strict=True))
    weights = dict(zip(("trend_weight", "forecast_weight"), views, strict=True))
    thresholds = dict(zip(("entry", "exit"), levels, strict=True))
    return {**sizes, **distances, **weights, **thresholds, "patience": patience, "calm": calm}


TRADERS: Mapping[str, Parameters] = {
    "aggressive": _trader((0.4, 8, 0.03), (3, 1), (0.5, 0.5), (0.25, 0.0)),
    "conservative": _trader((0.15, 2, 0.01), (1.5, 0.5), (0.4, 0.6), (0.45, 0.05), patience=0.2),
    "momentum": _trader((0.3, 5, 0.02), (2.5, 0.8), (0.9, 0.1), (0.35, 0.0)),
    "contrarian": _trader((0.25, 4, 0.015), (2, 1), (-0.7, 0.3), (0.35, 0.0), patience=0.3),
    "adaptive": _trader((0.25, 5, 0.02), (2, 0.75), (0.5, 0.5), (0.35, 0.05), calm=1.0),
}


def _risk(leverage: float, size: float, loss: float, drawdown: float, buffer: float) -> Parameters:
    return dict(zip(RISK_RANGES, (leverage, size, loss, drawdown, buffer), strict=True))


RISKS: Mapping[str, Parameters] = {
    "strict": _risk(3, 0.2, 0.02, 0.05, 0.3),
    "moderate": _risk(5, 0.35, 0.03, 0.1, 0.2),
    "dynamic": _risk(6, 0.4, 0.04, 0.12, 0.15),
    "var": _risk(5, 0.3, 0.025, 0.08, 0.25),
    "drawdown": _risk(4, 0.25, 0.02, 0.06, 0.25),
}
