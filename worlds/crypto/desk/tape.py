"""What the ledger and the risk checks need of the bars: prices, funding at its settlements, known volatilities."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from worlds.crypto.data.bars import BARS_A_DAY, Bars

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MEMORY = 0.97  # weight of yesterday's covariance, a bar; RiskMetrics' figure for daily data is .94
WARM_UP = 24  # bars before a volatility is believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """T bars of S coins. Prices (T, S); `funding` (T, S): the rate that a long pays at the bar's open, 0 where nothing
    is settled; `sigma` (T, S), `covariance` (T, S, S): of one bar's log return, known at its close, NaN at first;
    `day_ends` (T,): whether the bar is the last of its UTC day."""

    symbols: tuple[str, ...]
    times: NDArray[np.datetime64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    funding: Floats
    sigma: Floats
    covariance: Floats
    day_ends: Bools

    def part(self, start: int, stop: int) -> Tape:
        """Bars `start` to `stop`, with what was known of volatility before."""
        cut = {one.name: getattr(self, one.name)[start:stop] for one in fields(self) if one.name != "symbols"}
        return Tape(symbols=self.symbols, **cut)


def tape(bars: Bars) -> Tape:
    """The tape of `bars`: every row made of rows up to it."""
    named = ("open", "high", "low", "close")
    prices: dict[str, Any] = {name: np.ascontiguousarray(bars[name], np.float64) for name in named}
    hours = (bars.times.astype("datetime64[h]").astype(np.int64)) % 24
    # the file carries the rate on; it is paid at settlements alone
    funding = np.where(bars.settles[:, None], np.nan_to_num(bars["funding_rate"]), 0.0)
    covariance = covariances(prices["close"])
    sigma = np.sqrt(np.einsum("tss->ts", covariance))
    last = hours == 24 - 24 // BARS_A_DAY
    return Tape(
        symbols=bars.symbols,
        times=bars.times,
        **prices,
        funding=funding,
        sigma=sigma,
        covariance=covariance,
        day_ends=np.asarray(last),
    )


def covariances(close: Floats) -> Floats:
    """Exponentially weighted covariances (T, S, S) of log returns about 0; NaN for the first `WARM_UP` bars."""
    returns = np.diff(np.log(close), axis=0, prepend=np.log(close[:1]))
    products = returns[:, :, None] * returns[:, None, :]
    smooth: Floats = lfilter([1 - MEMORY], [1, -MEMORY], products, axis=0)
    # the first bar has no return
    weight = 1 - MEMORY ** np.maximum(np.arange(len(close)), 1)
    smooth /= weight[:, None, None]
    smooth[:WARM_UP] = np.nan
    return smooth
