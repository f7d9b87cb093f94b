"""What analysts and researchers hand on: arrays over all bars at once, row t from rows up to t alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from worlds.crypto.data.bars import Array

CALM, NORMAL, TURBULENT = -1, 0, 1
COVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class Analysis:
    """Arrays of shape (T, S). `trend`: from -1 to 1, 0 where nothing is known yet; `turbulence`: from 0 to 1, where
    the present stands among the past's volatilities; `regime`: CALM, NORMAL or TURBULENT; `strength`: from 0 to 1, how
    far the methods agree; `context`: the market's mood (T,), from -1 (risk-off) to 1, zeros without cross features;
    `used`: the methods that had a weight."""

    trend: Array
    turbulence: Array
    regime: NDArray[np.int8]
    strength: Array
    context: Array = field(repr=False)
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """`horizons`: H of them, in bars; arrays of shape (H, T, S), NaN where nothing is known yet: `mean` log return from
    the close of bar t to that of bar t + horizon, `low` and `high`: an interval that covers 90 % of outcomes,
    conformal; `confidence`: the probability that the sign of `mean` is right, as past outcomes bore it out, from 0.5
    to 1; `used`: the methods that had a weight."""

    horizons: tuple[int, ...]
    mean: Array
    low: Array
    high: Array
    confidence: Array
    used: tuple[str, ...]
