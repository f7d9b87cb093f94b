"""Demand for goods: a curve whose state moves by chance, and the bids that it stands for."""

from __future__ import annotations

import math

from numpy.random import Generator

from worlds.forecast_goods.config import Demand
from worlds.forecast_goods.state import DemandState

CENTS = 100


def curve(state: DemandState, config: Demand) -> tuple[float, float]:
    """(A, B) of D(p) = max(0, A - B p), p in units of money."""
    return config.A[state.state] * math.exp(state.log_level), config.B[state.state]


def demanded(price: float, a: float, b: float) -> float:
    """D(p), units."""
    return max(0.0, a - b * price)


def unit_values(a: float, b: float) -> list[int]:
    """What each unit is worth in cents, the most first: v_j = (A - (j - .5)) / B, as long as that is above 0."""
    values = (math.floor(CENTS * (a - (unit - 0.5)) / b + 0.5) for unit in range(1, math.ceil(a) + 1))
    return [value for value in values if value > 0]


def moved(state: DemandState, config: Demand, rng: Generator) -> DemandState:
    """One round on: s' ~ Categorical(P[s]), and log A by its AR(1)."""
    chances = config.transition[state.state]
    after = int(rng.choice(len(chances), p=chances))
    shock = config.noise * float(rng.standard_normal()) if config.noise else 0.0
    return DemandState(after, config.persistence * state.log_level + shock)
