"""Statistics over the rows just past. Row t of a result is of rows up to t alone, and NaN until there are enough."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from worlds.crypto.data.bars import Array


def windows(values: Array, rows: int) -> Array:
    """(T - rows + 1, ..., rows): the last `rows` values, for each row that has them."""
    return sliding_window_view(values, rows, axis=0)


def late(values: Array, count: int) -> Array:
    """`values` at the end of `count` rows, NaN before."""
    start = np.full((count - len(values), *values.shape[1:]), np.nan)
    return np.concatenate([start, values])


def log_returns(close: Array, rows: int = 1) -> Array:
    """ln(c_t / c_(t - rows)), NaN in the first `rows`."""
    if len(close) <= rows:
        return np.full(close.shape, np.nan)
    return late(np.log(close[rows:] / close[:-rows]), len(close))


def mean(values: Array, rows: int) -> Array:
    return _over(values, rows, lambda part: part.mean(axis=-1))


def sd(values: Array, rows: int) -> Array:
    """With rows - 1 degrees of freedom."""
    return _over(values, rows, lambda part: part.std(axis=-1, ddof=1))


def skew(values: Array, rows: int) -> Array:
    return pd.DataFrame(values).rolling(rows).skew().to_numpy()


def kurt(values: Array, rows: int) -> Array:
    """Excess kurtosis."""
    return pd.DataFrame(values).rolling(rows).kurt().to_numpy()


def covariance(left: Array, right: Array, rows: int) -> Array:
    if len(left) < rows:
        return np.full(left.shape, np.nan)
    first, second = windows(left, rows), windows(right, rows)
    first = first - first.mean(axis=-1, keepdims=True)
    second = second - second.mean(axis=-1, keepdims=True)
    return late((first * second).sum(axis=-1) / (rows - 1), len(left))


def correlation(left: Array, right: Array, rows: int) -> Array:
    """0 where one of the two does not move."""
    scale = np.sqrt(covariance(left, left, rows) * covariance(right, right, rows))
    return divide(covariance(left, right, rows), scale)


def rank(values: Array, rows: int, least: int) -> Array:
    """Share of the last `rows` that are not above the present one, from 0 to 1; `least` of them are enough."""
    return pd.DataFrame(values).rolling(rows, min_periods=least).rank(pct=True).to_numpy()


def volatility(returns: Array, half_life: float = 42.0, least: int = 24) -> Array:
    """Root of the exponentially weighted mean square, by default over a week."""
    square = pd.DataFrame(returns**2).ewm(halflife=half_life, min_periods=least).mean()
    return np.asarray(np.sqrt(np.maximum(square.to_numpy(), 1e-12)))


def divide(above: Array, below: Array) -> Array:
    """0 where nothing is divided by nothing; NaN stays NaN."""
    made: Array = np.divide(above, below, out=np.where(np.isnan(above + below), np.nan, 0.0), where=below > 0)
    return made


def _over(values: Array, rows: int, what: Callable[[Array], Array]) -> Array:
    if len(values) < rows:
        return np.full(values.shape, np.nan)
    return late(what(windows(values, rows)), len(values))
