"""Paired block bootstrap: is one way of trading better than another, over the same bars and several seeds?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from worlds.crypto.data.bars import BARS_A_YEAR
from worlds.crypto.desk.tape import Floats
from worlds.crypto.needs import need

BLOCK = 42  # bars: a week, longer than what a volatile day does to the next
DRAWS = 2000
LEVEL = 0.95
FEWEST_SEEDS = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean yearly difference of log returns, a - b; its interval at `LEVEL`; over so many bars and seeds."""

    mean: float
    low: float
    high: float
    bars: int
    seeds: int

    @property
    def verdict(self) -> str:
        """What may be claimed: "better", "worse", "no difference shown", or "too few seeds"."""
        if self.seeds < FEWEST_SEEDS:
            return "too few seeds"
        return "better" if self.low > 0 else "worse" if self.high < 0 else "no difference shown"


def paired(a: Floats, b: Floats, seed: int, draws: int = DRAWS, block: int = BLOCK) -> Difference:
    """Compare simple returns of bars (K, seeds), bar by bar and seed by seed.

    Blocks of bars are drawn together for all seeds (circular blocks; Politis & Romano 1992), then seeds with
    replacement: the interval holds what markets and what luck in learning may change. Raises ValueError for shapes
    that do not pair."""
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"pairs of (bars, seeds) are expected, got {a.shape} and {b.shape}")
    gap = np.log1p(np.maximum(a, -1 + 1e-9)) - np.log1p(np.maximum(b, -1 + 1e-9))
    rng = np.random.default_rng(seed)
    means = _means(gap, rng, draws, min(block, len(gap)))
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) * BARS_A_YEAR
    return Difference(float(gap.mean() * BARS_A_YEAR), float(low), float(high), *gap.shape)


def _means(gap: Floats, rng: np.random.Generator, draws: int, block: int) -> Floats:
    """Mean of each redrawn sample."""
    drawn = need("arch.bootstrap").CircularBlockBootstrap(block, gap, seed=rng)

    def mean(sample: Floats) -> Any:
        return sample[:, rng.integers(0, sample.shape[1], sample.shape[1])].mean()

    means: Floats = drawn.apply(mean, draws)[:, 0]
    return means
