"""Stylised facts of returns (Cont 2001, Quantitative Finance 1(2)): moments, tails, dependence. Reads no files.

`returns` are log returns of equal steps in order, without gaps; each function raises ValueError where they are too few.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
# Of a normal sample 95% of autocorrelations lie within this many standard errors of 0.
BAND = 1.96
SCALES = (1, 5, 20)  # steps


def log_returns(prices: npt.ArrayLike) -> Numbers:
    """ln(P_t / P_t-1), one fewer than `prices`, which are above 0."""
    series = np.asarray(prices, dtype=float)
    if np.any(~(series > 0)):
        raise ValueError("Returns need prices above 0 at every step.")
    return np.diff(np.log(series))


def excess_kurtosis(returns: npt.ArrayLike) -> float:
    """m4 / m2^2 - 3, with central moments: 0 for a normal law, above it for heavy tails."""
    series = _enough(returns, 4)
    central = series - series.mean()
    second = float(np.mean(central**2))
    return float(np.mean(central**4) / second**2 - 3) if second else float("nan")


def hill_index(returns: npt.ArrayLike, share: float = 0.05) -> float:
    """The tail index by the largest `share` of |returns| (Hill 1975, Annals of Statistics 3(5)).

    1 / mean ln(X_i / X_k+1) over the k largest; financial returns have about 3, a normal law has no finite one.
    """
    sizes = np.sort(np.abs(_enough(returns, 20)))[::-1]
    number = max(2, int(share * len(sizes)))
    if sizes[number] <= 0:
        return float("nan")
    mean = float(np.mean(np.log(sizes[:number] / sizes[number])))
    return 1 / mean if mean else float("inf")


class Autocorrelation(NamedTuple):
    """Autocorrelations by lag from 1; 95% of those of a series without any lie within `band` of 0, lag by lag."""

    values: Numbers
    band: Numbers

    @property
    def outside(self) -> float:
        """Share of lags outside the band: .05 is what chance gives."""
        return float(np.mean(np.abs(self.values) > self.band))


def autocorrelation(series: npt.ArrayLike, lags: int = 20) -> Autocorrelation:
    """sum (x_t - m)(x_t-k - m) / sum (x_t - m)^2 for k = 1 ... `lags`; NaN for a series that never changes.

    The band is 1.96 sqrt(sum x_t^2 x_t-k^2) / sum x_t^2 (x less its mean), which holds for uncorrelated series whose
    volatility comes in clusters too (Taylor 1984); for independent ones it is the usual 1.96 / sqrt(n).
    """
    values = _enough(series, lags + 2)
    centred = values - values.mean()
    whole = float(np.dot(centred, centred)) or np.nan
    pairs = [(centred[lag:], centred[:-lag]) for lag in range(1, lags + 1)]
    found = np.array([np.dot(late, early) for late, early in pairs]) / whole
    return Autocorrelation(found, BAND * np.sqrt([np.dot(late**2, early**2) for late, early in pairs]) / whole)


def volume_volatility(volume: npt.ArrayLike, returns: npt.ArrayLike) -> float:
    """Correlation of volume and |return| of the same steps; NaN where one of them never changes."""
    sizes, volumes = np.abs(_enough(returns, 3)), np.asarray(volume, dtype=float)
    if not (np.ptp(sizes) and np.ptp(volumes)):
        return float("nan")
    return float(np.corrcoef(volumes, sizes)[0, 1])


def aggregational_kurtosis(returns: npt.ArrayLike, scales: tuple[int, ...] = SCALES) -> pd.Series[float]:
    """Excess kurtosis of returns over longer steps: by scale, in steps. Falls towards 0 for aggregational normality."""
    series = _enough(returns, 4 * max(scales))
    return pd.Series({scale: excess_kurtosis(_summed(series, scale)) for scale in scales}, dtype=float)


def _summed(series: Numbers, scale: int) -> Numbers:
    whole = len(series) // scale * scale
    return np.asarray(series[:whole].reshape(-1, scale).sum(axis=1))


def _enough(series: npt.ArrayLike, least: int) -> Numbers:
    values = np.asarray(series, dtype=float)
    if len(values) < least:
        raise ValueError(f"This measure needs at least {least} steps, there are {len(values)}.")
    if not np.all(np.isfinite(values)):
        raise ValueError("A series of steps has a gap: leave out periods without a price first.")
    return values


# What the facts say of a run


class Fact(NamedTuple):
    """One stylised fact: its value in a run and the band in which it holds."""

    name: str
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low <= self.value <= self.high


def facts(prices: npt.ArrayLike, volume: npt.ArrayLike, lags: int = 20) -> list[Fact]:
    """The facts of one run. `prices` at the end of each step, `volume` of each step after the first.

    Bands, beyond what independent normal draws give by chance: no linear dependence (share of lags outside at most
    .15), heavy tails (excess kurtosis above 1.96 sqrt(24 / n), tail index 2 to 5), clustered volatility (mean
    autocorrelations of |r| and r^2 above 1.96 / sqrt(n)), kurtosis that falls with the scale s (by more than
    1.96 sqrt(24 (1 + s) / n)), volume that goes with volatility (correlation above 1.96 / sqrt(n)).
    """
    returns = log_returns(prices)
    linear, sizes = autocorrelation(returns, lags), autocorrelation(np.abs(returns), lags)
    by_scale, infinity, chance = aggregational_kurtosis(returns), float("inf"), BAND / np.sqrt(len(returns))
    moment = chance * np.sqrt(24)  # standard error of a normal sample's kurtosis
    return [
        Fact("linear_dependence", linear.outside, 0.0, 0.15),
        Fact("excess_kurtosis", excess_kurtosis(returns), moment, infinity),
        Fact("tail_index", hill_index(returns), 2.0, 5.0),
        Fact("volatility_clustering", float(np.mean(sizes.values)), chance, infinity),
        Fact("squared_clustering", float(np.mean(autocorrelation(returns**2, lags).values)), chance, infinity),
        Fact("aggregation", float(by_scale.iloc[0] - by_scale.iloc[-1]), moment * np.sqrt(1 + SCALES[-1]), infinity),
        Fact("volume_volatility", volume_volatility(volume, returns), chance, 1.0),
    ]
