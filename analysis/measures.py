"""Measures of prices, trading and quotes, each with its formula and source. Reads no files and knows no treatment.

`prices` and `fundamental` are series over the same periods: the volume-weighted mean price P and the fundamental value
F of each. A period without a trade is NaN; it is left out, never filled. All in one unit of money.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def relative_absolute_deviation(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """RAD = (1/N) sum |P - F| / |mean F| (Stöckl, Huber & Kirchler 2010, Experimental Economics 13(3)).

    0 is a market at its value, 0.5 one off by half of it on average. Raises ValueError when no period has a price.
    """
    price, value = _paired(prices, fundamental)
    return float(np.mean(np.abs(price - value)) / abs(np.mean(value)))


def relative_deviation(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """RD: as RAD with signs, so that above 0 a market is overvalued (Stöckl, Huber & Kirchler 2010)."""
    price, value = _paired(prices, fundamental)
    return float(np.mean(price - value) / abs(np.mean(value)))


def geometric_absolute_deviation(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """GAD = exp(mean |ln(P / F)|) - 1 (Powell 2016, Journal of Behavioral and Experimental Finance 9).

    The same whether money is counted in shares or shares in money. NaN where a value is not above 0.
    """
    return float(np.expm1(np.mean(np.abs(_log_ratios(prices, fundamental)))))


def geometric_deviation(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """GD = exp(mean ln(P / F)) - 1: as GAD with signs (Powell 2016)."""
    return float(np.expm1(np.mean(_log_ratios(prices, fundamental))))


def mean_squared_error(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """MSE = mean (P - F)^2, in squared money (Henning et al. 2025)."""
    price, value = _paired(prices, fundamental)
    return float(np.mean((price - value) ** 2))


def haessel_r2(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """R2 = 1 - sum (P - F)^2 / sum (P - mean P)^2 (Haessel 1978, Econometrica 46(5)).

    1 where prices are the value, below 0 where their own mean tells more. NaN for a flat value or flat prices.
    """
    price, value = _paired(prices, fundamental)
    spread = float(np.sum((price - np.mean(price)) ** 2))
    if np.ptp(value) == 0 or spread == 0:
        return float("nan")
    return 1 - float(np.sum((price - value) ** 2)) / spread


def amplitude(prices: pd.Series[float], fundamental: pd.Series[float]) -> float:
    """max - min of (P - F) / F_1, from trough to peak (King, Smith, Williams & Van Boening 1993; Porter & Smith 1995).

    F_1 is the value of the first period, whether or not it had a trade.
    """
    price, value = _paired(prices, fundamental)
    return float(np.ptp(price - value) / fundamental.iloc[0])


def duration(prices: pd.Series[float], fundamental: pd.Series[float]) -> int:
    """The most periods in a row in which P - F rose on the one before (Porter & Smith 1995, Journal of Business 68(4)).

    A period without a trade ends a run: what happened across it is not known.
    """
    _paired(prices, fundamental)
    longest = run = 0
    for rise in (prices - fundamental).diff():
        run = run + 1 if rise > 0 else 0
        longest = max(longest, run)
    return longest


def turnover(quantities: pd.Series[int], outstanding: int) -> float:
    """Shares traded over shares outstanding (Porter & Smith 1995)."""
    return _ratio(float(quantities.sum()), outstanding)


def normalised_absolute_price_deviation(
    prices: pd.Series[float], fundamental: pd.Series[float], quantities: pd.Series[int], outstanding: int
) -> float:
    """NAPD = sum |p - F| / shares outstanding, over each share traded (King, Smith, Williams & Van Boening 1993).

    Here `prices` and `fundamental` have one entry a trade, of `quantities` shares.
    """
    return _ratio(float(((prices - fundamental).abs() * quantities).sum()), outstanding)


def smiths_alpha(prices: pd.Series[float], quantities: pd.Series[int], competitive: float) -> float:
    """alpha = 100 sqrt(mean (p - P*)^2) / P*, over each unit traded (Smith 1962, Journal of Political Economy 70(2)).

    `prices` has one entry a trade, `competitive` is P*. Raises ValueError when nothing was traded.
    """
    if prices.empty:
        raise ValueError("Smith's alpha needs a trade: nothing was traded.")
    squares = (prices.to_numpy(float) - competitive) ** 2
    return float(100 * np.sqrt(np.average(squares, weights=quantities.to_numpy(float))) / competitive)


def time_weighted(quotes: pd.DataFrame) -> dict[str, float]:
    """Mean `spread`, `mid`, `depth` (shares at the two best prices) and `quoted`, the share of time with both sides.

    `quotes` of one period in order: columns seconds, bid, bid_quantity, ask, ask_quantity. Each row holds until the
    next; spread, mid and depth count the time in which both sides were quoted, NaN where there was none.
    """
    held = -quotes["seconds"].astype(float).diff(-1).fillna(0.0)
    both = quotes["bid"].notna() & quotes["ask"].notna()
    bid, ask = (quotes[side].astype(float) for side in ("bid", "ask"))
    depth = quotes["bid_quantity"].astype(float) + quotes["ask_quantity"].astype(float)
    series = {"spread": ask - bid, "mid": (ask + bid) / 2, "depth": depth}
    weights = held.where(both, 0.0)
    total = float(weights.sum())
    means = {name: _ratio(float((one.fillna(0.0) * weights).sum()), total) for name, one in series.items()}
    return {**means, "quoted": _ratio(total, float(held.sum()))}


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _paired(prices: pd.Series[float], fundamental: pd.Series[float]) -> tuple[Numbers, Numbers]:
    """Both as arrays, without the periods that had no trade."""
    pairs = pd.DataFrame({"price": prices, "value": fundamental}, dtype=float).dropna()
    if pairs.empty:
        raise ValueError("No period has both a price and a fundamental value: nothing was traded.")
    return pairs["price"].to_numpy(), pairs["value"].to_numpy()


def _log_ratios(prices: pd.Series[float], fundamental: pd.Series[float]) -> Numbers:
    price, value = _paired(prices, fundamental)
    return np.log(price / value) if np.all(value > 0) else np.array([np.nan])
