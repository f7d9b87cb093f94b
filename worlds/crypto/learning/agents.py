"""Agents of a role: a variant's parameters, where they came from, and the ranges within which they may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

Parameters = Mapping[str, float]
Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """`id`: unique in its role; `variant`: how it works; `parent`: of which it began as a copy, "" for a variant
    itself; `changed`: how often knowledge was moved into it or it was mutated."""

    id: str
    variant: str
    parameters: Parameters
    parent: str = ""
    changed: int = 0

    def with_parameters(self, parameters: Parameters) -> Agent:
        return replace(self, parameters=dict(parameters), changed=self.changed + 1)


def within(parameters: Parameters, ranges: Ranges) -> dict[str, float]:
    """Each parameter in its range; those without a range as they are."""
    bounds = {name: ranges.get(name, (-np.inf, np.inf)) for name in parameters}
    return {name: float(min(max(value, bounds[name][0]), bounds[name][1])) for name, value in parameters.items()}


def mutated(parameters: Parameters, ranges: Ranges, rng: np.random.Generator, spread: float) -> dict[str, float]:
    """Each ranged parameter moved by a normal draw of `spread` of its range, and kept within it."""
    moved = {
        name: parameters[name] + spread * (ranges[name][1] - ranges[name][0]) * rng.standard_normal()
        for name in sorted(parameters.keys() & ranges.keys())
    }
    return within({**parameters, **moved}, ranges)
