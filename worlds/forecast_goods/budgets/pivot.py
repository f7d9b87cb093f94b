"""The pivot: a share of all budgets moves to where performance is, to the cent."""

from __future__ import annotations

import math
from collections.abc import Mapping

from worlds.forecast_goods.budgets.rounding import rounded


def softmax(scores: Mapping[str, float], kappa: float) -> dict[str, float]:
    """exp(kappa z) / sum: weights with a sum of 1."""
    top = max(scores.values())
    raised = {name: math.exp(kappa * (one - top)) for name, one in scores.items()}
    total = math.fsum(raised.values())
    return {name: one / total for name, one in raised.items()}


def pivot(
    budgets: Mapping[str, int], weights: Mapping[str, float], rho: float, floor: int = 0, total: int | None = None
) -> dict[str, int]:
    """(1 - rho) B_i + rho (floor + (sum B - n floor) w_i), by largest remainder, ties by id; the sum is `total`, by
    default that of the budgets now. Another total first scales what budgets have above the floor. `weights` have a sum
    of 1.

    Raises ValueError where `total` has no room for the floors.
    """
    floors, now = len(budgets) * floor, sum(budgets.values())
    total = now if total is None else total
    if total < floors or now < floors:
        raise ValueError(f"{min(total, now)} cents are less than {len(budgets)} floors of {floor}.")
    spread = total - floors
    kept = {name: (one - floor) / (now - floors) if now > floors else 1 / len(budgets) for name, one in budgets.items()}
    shares = {name: (1 - rho) * kept[name] + rho * weights[name] for name in budgets}
    return rounded({name: floor + spread * share for name, share in shares.items()}, total)
