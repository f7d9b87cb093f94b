"""Measures of a series of returns and of stated chances."""

from __future__ import annotations

import numpy as np

from worlds.crypto.data.bars import BARS_A_YEAR
from worlds.crypto.desk.tape import Floats

BUCKETS = 10
STILL = 1e-12  # a standard deviation below it is rounding


def sharpe(returns: Floats) -> Floats:
    """Mean over standard deviation of the bars' returns (K, ...), times sqrt(2190); 0 for what does not move."""
    spread = returns.std(0)
    moving = spread > STILL
    ratio: Floats = np.where(moving, returns.mean(0) / np.where(moving, spread, 1.0), 0.0) * np.sqrt(BARS_A_YEAR)
    return ratio


def growth(equity: Floats, start: float) -> Floats:
    """Profit as a share of the start, of equity at each close (K, ...)."""
    total: Floats = equity[-1] / start - 1
    return total


def drawdown(equity: Floats, start: float) -> Floats:
    """The largest fall from a height before it, as a share of that height, of equity (K, ...)."""
    whole = np.concatenate([np.full((1, *equity.shape[1:]), start), equity])
    height = np.maximum.accumulate(whole)
    fall: Floats = (1 - whole / height).max(0)
    return fall


def hit_rate(wins: Floats, trades: Floats) -> Floats:
    """Share of the trades that gained after costs; 0 without a trade."""
    return wins / np.maximum(trades, 1)


def buckets(stated: Floats, happened: Floats) -> Floats:
    """(3, 10): calls, events and summed stated chances by tenth of the stated chance."""
    which = np.minimum((stated * BUCKETS).astype(np.int64), BUCKETS - 1)
    weights = (None, happened, stated)
    return np.stack([np.bincount(which, one, minlength=BUCKETS).astype(np.float64) for one in weights])


def calibration_error(counted: Floats) -> Floats:
    """Expected calibration error: mean distance of how often from the mean stated chance, over ten buckets weighted by
    calls (Naeini, Cooper & Hauskrecht 2015). `counted`: (3, ..., 10) as `buckets` counts; 0 without a call."""
    calls, events, stated = counted
    distance = np.abs(events - stated).sum(-1)
    error: Floats = distance / np.maximum(calls.sum(-1), 1)
    return error
