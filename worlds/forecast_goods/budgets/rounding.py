"""Whole cents in proportion, none made and none lost."""

from __future__ import annotations

import math
from collections.abc import Mapping


def whole_parts(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """`total` in proportion to `weights`, from 0, by largest remainder; ties go to the smaller id. Equal parts where
    all weights are 0. Raises ValueError where there is nobody to give to."""
    if not weights:
        raise ValueError(f"{total} cents and nobody to give them to.")
    if not sum(weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    whole = math.fsum(weights.values())
    return rounded({name: weight / whole * total for name, weight in weights.items()}, total)


def rounded(targets: Mapping[str, float], total: int) -> dict[str, int]:
    """`targets`, whose sum is `total` but for rounding, as whole cents whose sum is `total`: all are rounded down, and
    what remains goes to the largest remainders, ties to the smaller id."""
    parts = {name: math.floor(target) for name, target in targets.items()}
    left = total - sum(parts.values())
    order = sorted(parts, key=lambda name: (parts[name] - targets[name], name))
    for place in range(abs(left)):
        # floats may miss a sum of many by more than one cent each, and from above
        name = order[place % len(order)] if left > 0 else order[-1 - place % len(order)]
        parts[name] += 1 if left > 0 else -1
    return parts
