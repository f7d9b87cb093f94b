"""Two groups of sessions compared honestly: differences with intervals, effect sizes, permutation tests, their limits.

The unit is the session: markets of one session share their traders and are averaged first. Loads scipy when used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
Statistic = Callable[[Numbers, Numbers], Numbers]
RESAMPLES = 9999
LEVEL = 0.95
# With fewer sessions than this a side, even the clearest difference is hard to tell from chance.
FEW = 5


class Interval(NamedTuple):
    """An interval of 95% confidence; NaN where too few values stand behind it."""

    low: float
    high: float


class Comparison(NamedTuple):
    """One measure in two groups. `p` of a two-sided permutation test of the means; `g` Hedges' g, a less b.

    `delta` is Cliff's: how much more often a value of a is above one of b than below. `smallest_p` is the least that
    so few sessions can give; with fewer than `FEW` a side g has no interval.
    """

    measure: str
    mean_a: float
    mean_b: float
    sessions_a: int
    sessions_b: int
    difference: float
    interval: Interval
    g: float
    g_interval: Interval
    delta: float
    p: float
    smallest_p: float

    @property
    def note(self) -> str:
        """What a reader must know before believing it."""
        fewest = min(self.sessions_a, self.sessions_b)
        if fewest < 2:
            return "one session a side says nothing of how sessions differ by chance"
        if fewest < FEW:
            return f"few sessions: no result can be below p = {self.smallest_p:.3f}"
        return ""


def by_session(measures: pd.DataFrame) -> pd.DataFrame:
    """The mean over the markets of each session. `measures`: column session, then one a measure, a row a market."""
    return measures.groupby("session", sort=False).mean(numeric_only=True)


def compare(a: pd.DataFrame, b: pd.DataFrame, seed: int = 0) -> list[Comparison]:
    """Each measure that both groups have, a row a session in each (see `by_session`). `seed` of the resampling."""
    shared = [name for name in a.columns if name in b.columns]
    pairs = [(str(name), _known(a[name]), _known(b[name])) for name in shared]
    return [_compare(name, one, other, seed) for name, one, other in pairs if len(one) and len(other)]


def adjusted(p: Sequence[float]) -> Numbers:
    """P values adjusted for their number (Holm 1979, Scandinavian Journal of Statistics 6(2)); NaN stay out."""
    values = np.asarray(p, dtype=float)
    result = np.full(len(values), np.nan)
    order = [index for index in np.argsort(values) if np.isfinite(values[index])]
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * values[index]))
        result[index] = highest
    return result


def mean_interval(values: npt.ArrayLike, seed: int = 0) -> Interval:
    """A bootstrap interval of a mean (BCa: Efron 1987); NaN for fewer than two values, a point where all are equal."""
    from scipy.stats import bootstrap

    series = np.asarray(values, dtype=float)
    if len(series) < 2:
        return Interval(float("nan"), float("nan"))
    if not np.ptp(series):
        return Interval(float(series[0]), float(series[0]))
    return _interval(bootstrap((series,), np.mean, n_resamples=RESAMPLES, rng=np.random.default_rng(seed)))


def hedges_g(a: Numbers, b: Numbers, axis: int = -1) -> Numbers:
    """The difference of means over the pooled deviation, corrected for few values (Hedges 1981)."""
    number_a, number_b = a.shape[axis], b.shape[axis]
    freedom = number_a + number_b - 2
    squares = (number_a - 1) * np.var(a, axis=axis, ddof=1) + (number_b - 1) * np.var(b, axis=axis, ddof=1)
    spread = np.sqrt(np.where(squares > 0, squares, np.nan) / freedom)
    raw = (a.mean(axis=axis) - b.mean(axis=axis)) / spread
    return np.asarray(raw * (1 - 3 / (4 * freedom - 1)))


def cliffs_delta(a: Numbers, b: Numbers) -> float:
    """Share of pairs with a above b less that with a below b (Cliff 1993): from -1 to 1, 0 where neither is larger."""
    return float(np.sign(a[:, None] - b[None, :]).mean())


def _compare(name: str, a: Numbers, b: Numbers, seed: int) -> Comparison:
    enough = min(len(a), len(b)) >= 2
    interval = _resampled(a, b, _difference, seed) if enough else NONE
    # draws from a handful of sessions often have next to no spread, and effect sizes without bound
    g_interval = _resampled(a, b, hedges_g, seed) if min(len(a), len(b)) >= FEW else NONE
    means, g = (float(a.mean()), float(b.mean())), float(hedges_g(a, b)) if enough else float("nan")
    smallest = 2 / comb(len(a) + len(b), len(a))  # the smaller tail twice
    tested = _permutation_p(a, b, seed) if enough else float("nan")
    counts, delta = (len(a), len(b)), cliffs_delta(a, b)
    return Comparison(name, *means, *counts, means[0] - means[1], interval, g, g_interval, delta, tested, smallest)


NONE = Interval(float("nan"), float("nan"))


def _difference(a: Numbers, b: Numbers, axis: int = -1) -> Numbers:
    return np.asarray(a.mean(axis=axis) - b.mean(axis=axis))


def _resampled(a: Numbers, b: Numbers, statistic: Statistic, seed: int) -> Interval:
    """A percentile interval: BCa needs more sessions than most experiments have."""
    rng = np.random.default_rng(seed)
    drawn = [one[rng.integers(0, len(one), (RESAMPLES, len(one)))] for one in (a, b)]
    found = statistic(*drawn)
    known = found[np.isfinite(found)]  # a draw of equal values has no effect size
    tail = 50 * (1 - LEVEL)
    return Interval(*map(float, np.percentile(known, (tail, 100 - tail)))) if len(known) else NONE


def _interval(result: object) -> Interval:
    found: Mapping[str, float] = result.confidence_interval._asdict()  # type: ignore[attr-defined]
    return Interval(float(found["low"]), float(found["high"]))


def _permutation_p(a: Numbers, b: Numbers, seed: int) -> float:
    """Exact where all ways to deal the sessions to two groups are at most `RESAMPLES`, else by drawing so many."""
    from scipy.stats import permutation_test

    rng = np.random.default_rng(seed)
    return float(permutation_test((a, b), _difference, n_resamples=RESAMPLES, vectorized=True, rng=rng).pvalue)


def _known(values: pd.Series[float]) -> Numbers:
    return np.asarray(values.dropna(), dtype=float)
