"""How different the agents of a role are, by their parameters; it falls when they become alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from worlds.crypto.learning.agents import Parameters, Ranges

CHECK_EVERY = 5  # iterations
LEAST = 0.2
SPREAD = 0.2  # of a parameter's range: the standard deviation of a mutation


def distance(one: Parameters, other: Parameters, ranges: Ranges) -> float:
    """Mean over the parameters that both have of their difference as a share of the range; 0 for the same, 1 for
    opposite corners and beyond."""
    gaps = [
        min(1.0, abs(one[name] - other[name]) / (high - low))
        for name, (low, high) in ranges.items()
        if high > low and name in one and name in other
    ]
    return float(np.mean(gaps)) if gaps else 0.0


def diversity(agents: Sequence[Parameters], ranges: Ranges) -> float:
    """Mean distance over all pairs; 0 for a lone agent."""
    pairs = [distance(one, other, ranges) for one, other in combinations(agents, 2)]
    return float(np.mean(pairs)) if pairs else 0.0


def bonuses(agents: Sequence[Parameters], ranges: Ranges) -> list[float]:
    """Each agent's mean distance to the others, 0 to 1."""
    found = []
    for index, one in enumerate(agents):
        others = [distance(one, other, ranges) for at, other in enumerate(agents) if at != index]
        found.append(float(np.mean(others)) if others else 0.0)
    return found
