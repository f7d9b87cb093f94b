"""What anybody could have done without agents: hold the coins, or follow a moving average. Same ledger, same fees and
slippage, but the coins themselves: no leverage and no funding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.engine import Result, trade
from worlds.crypto.desk.proposals import Lane, Proposals, nothing
from worlds.crypto.desk.tape import Floats, Tape

HOLD, AVERAGE = "buy and hold", "moving average"
BASELINES = (HOLD, AVERAGE)
FAST, SLOW = 50, 200  # bars


def baselines(tape: Tape, start: int, stop: int, costs: Costs) -> Result:
    """A lane for each of `BASELINES` over the bars from `start` to `stop`; averages know what was before."""
    made = [one.part(start, stop) for one in (_equal_parts(_always(tape)), _equal_parts(_above_average(tape)))]
    lanes = [Lane(proposals=number, limits={}) for number in range(len(made))]
    owned = replace(tape, funding=np.zeros(tape.funding.shape)).part(start, stop)
    return trade(owned, made, lanes, costs, record=True)


def _equal_parts(long: Floats) -> Proposals:
    """A long of an equal part of equity in each coin where `long` is 1, without leverage and without stops."""
    bars, coins = long.shape
    return replace(nothing(bars, coins), side=long, keep=long, size=np.full(long.shape, 1 / coins))


def _always(tape: Tape) -> Floats:
    return np.ones(tape.close.shape)


def _above_average(tape: Tape) -> Floats:
    """1 while the fast mean of the closes is above the slow one."""
    fast, slow = (_mean_of_last(tape.close, bars) for bars in (FAST, SLOW))
    return np.where(fast > slow, 1.0, 0.0)


def _mean_of_last(close: Floats, bars: int) -> Floats:
    """NaN until there are as many."""
    if len(close) < bars:
        return np.full(close.shape, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(close, bars, axis=0)
    mean = np.full(close.shape, np.nan)
    mean[bars - 1 :] = windows.mean(-1)
    return mean
