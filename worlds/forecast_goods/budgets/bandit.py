"""A second rule beside the pivot: multiplicative weights that remember, with a least share for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from worlds.forecast_goods.budgets.pivot import softmax


def learned(log_weights: Mapping[str, float], performance: Mapping[str, float], eta: float) -> dict[str, float]:
    """log w + eta performance, of which the largest is 0 (Freund and Schapire's Hedge, 1997)."""
    raised = {name: one + eta * performance[name] for name, one in log_weights.items()}
    top = max(raised.values())
    return {name: one - top for name, one in raised.items()}


def shares(log_weights: Mapping[str, float], epsilon: float) -> dict[str, float]:
    """(1 - epsilon) w / sum w + epsilon / n: a sum of 1, and nobody below epsilon / n."""
    return {name: (1 - epsilon) * one + epsilon / len(log_weights) for name, one in softmax(log_weights, 1.0).items()}
