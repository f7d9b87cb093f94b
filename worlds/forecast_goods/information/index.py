"""Indices one round on: exact geometric Brownian motion, with regimes, jumps and GARCH where they are wished for.

Innovations are drawn `lead` rounds ahead, so that news can tell of what is to come; who plays never sees them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from worlds.forecast_goods.checks import Matrix
from worlds.forecast_goods.config_information import Information

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IndexState:
    """`levels` (n,); `variances` (n,): of the next step, per year; `regime`: the hidden state of the last step;
    `ahead` (lead, n): correlated standard normal innovations of the steps to come, the next one first."""

    levels: tuple[float, ...]
    variances: tuple[float, ...]
    regime: int
    ahead: tuple[tuple[float, ...], ...]

    def told(self) -> dict[str, Any]:
        """As JSON takes it; `index_state` reads it back without a loss."""
        ahead = [list(row) for row in self.ahead]
        return {
            "levels": list(self.levels),
            "variances": list(self.variances),
            "regime": self.regime,
            "ahead": ahead,
        }


def index_state(told: dict[str, Any]) -> IndexState:
    ahead = tuple(tuple(row) for row in told["ahead"])
    return IndexState(tuple(told["levels"]), tuple(told["variances"]), told["regime"], ahead)


def begun(config: Information, rng: Generator) -> IndexState:
    """Before the first step: levels at their starts, variances at their means, the regime by the stationary law."""
    levels = tuple(float(one.start) for one in config.indices)
    variances = tuple(one.sigma**2 for one in config.indices)
    regime = 0
    if config.regimes:
        regime = pick(stationary(config.regimes.transition), rng)
    ahead = tuple(innovation(config, rng) for _ in range(config.news.lead))
    return IndexState(levels, variances, regime, ahead)


def step(state: IndexState, config: Information, rng: Generator) -> IndexState:
    """One round on: the regime moves, then every index by S exp((m - s^2/2) dt + s sqrt(dt) Z + jumps)."""
    regimes, z = config.regimes, np.array(state.ahead[0])
    regime = pick(np.array(regimes.transition[state.regime]), rng) if regimes else 0
    drift, factor = (regimes.drift[regime], regimes.volatility[regime]) if regimes else (0.0, 1.0)
    mu = np.array([one.mu for one in config.indices]) + drift
    variance = np.array(state.variances) * factor**2
    moves = (mu - variance / 2) * config.dt + np.sqrt(variance * config.dt) * z + _jumps(config, len(z), rng)
    levels = np.array(state.levels) * np.exp(moves)
    ahead = (*state.ahead[1:], innovation(config, rng))
    return IndexState(tuple(levels.tolist()), _variances(state, config, z), regime, ahead)


def innovation(config: Information, rng: Generator) -> tuple[float, ...]:
    """Standard normal draws with the wished correlation, (n,)."""
    drawn = rng.standard_normal(len(config.indices))
    if config.correlation:
        drawn = cholesky(config.correlation) @ drawn
    return tuple(drawn.tolist())


@lru_cache
def cholesky(correlation: Matrix) -> Floats:
    """Lower triangular L with L L' = correlation."""
    return np.linalg.cholesky(np.array(correlation, dtype=float))


def _jumps(config: Information, number: int, rng: Generator) -> Floats | float:
    jumps = config.jumps
    if jumps is None:
        return 0.0
    counts = rng.poisson(jumps.rate * config.dt, number)
    sizes = jumps.mean * counts + jumps.sd * np.sqrt(counts) * rng.standard_normal(number)
    # what jumps add to the mean is taken out of the drift
    added = jumps.rate * math.expm1(jumps.mean + jumps.sd**2 / 2)
    return np.asarray(sizes - added * config.dt)


def _variances(state: IndexState, config: Information, z: Floats) -> tuple[float, ...]:
    garch = config.garch
    if garch is None:
        return state.variances
    mean = np.array([one.sigma**2 for one in config.indices])
    last = np.array(state.variances)
    after = (1 - garch.alpha - garch.beta) * mean + (garch.alpha * z**2 + garch.beta) * last
    return tuple(after.tolist())


def pick(chances: Floats, rng: Generator) -> int:
    """A place drawn with these chances, by one uniform number."""
    return min(int(np.searchsorted(np.cumsum(chances), rng.random(), side="right")), len(chances) - 1)


def stationary(transition: Matrix) -> Floats:
    """The law that a Markov chain keeps: pi P = pi. For a chain with several such laws, one of them."""
    matrix = np.array(transition, dtype=float)
    size = len(matrix)
    equations = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    found = np.linalg.lstsq(equations, np.array([*np.zeros(size), 1.0]), rcond=None)[0]
    return np.asarray(np.clip(found, 0, None))


def chance_above(
    level: float, strike: float, mu: float, sigma: float, years: float, heard: tuple[float, float] = (0.0, 0.0)
) -> float:
    """P(S > strike) after `years` of GBM from `level`: Phi(d2).

    `heard`: (mean, share) of what is known of the standardised innovation: its posterior mean and the share of its
    variance that is gone, as `news.innovation_of` gives them.
    """
    spread = sigma * math.sqrt(years)
    if spread == 0:
        return float(level * math.exp(mu * years) > strike)
    mean, gone = heard
    distance = (math.log(level / strike) + (mu - sigma**2 / 2) * years) / spread
    return normal((distance + mean) / math.sqrt(max(1 - gone, 1e-12)))


def normal(value: float) -> float:
    """The standard normal distribution function."""
    return math.erfc(-value / math.sqrt(2)) / 2
