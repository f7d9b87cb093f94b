"""Pipelines on trial over a window of bars: their results, the Shapley values of their roles, and the agents' own
marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from worlds.crypto.desk.engine import Result
from worlds.crypto.desk.tape import Floats, Ints
from worlds.crypto.evaluation.metrics import buckets, calibration_error, drawdown, growth, hit_rate, sharpe
from worlds.crypto.learning.agents import Parameters
from worlds.crypto.learning.floor import Floor, Seats, distinct
from worlds.crypto.learning.scoring import individual
from worlds.crypto.learning.shapley import coalitions, shapley
from worlds.crypto.settings import ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the evaluator says of an agent or a pipeline; `pnl`, `drawdown`: shares of the start and of a height before;
    `ece`: expected calibration error, ten buckets."""

    sharpe: float
    pnl: float
    hits: float
    drawdown: float
    ece: float

    @property
    def value(self) -> float:
        return float(individual(np.array(self.sharpe), np.array(self.pnl), np.array(self.hits)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """P pipelines over K bars. `values`: (P,); `credit`: Shapley values (P, 4) of a pipeline's value, in the order of
    the roles, zeros where they were not asked for (`credited`); `lanes`: their number in `result`."""

    values: Floats
    credit: Floats
    lanes: Ints
    result: Result
    window: tuple[int, int]
    credited: bool = True

    def marks(self, pipeline: int) -> Marks:
        """Of one pipeline."""
        return pooled(self, [pipeline])


def values(result: Result) -> Floats:
    """Each lane's value: the individual score of its results."""
    earned = growth(result.equity, result.start)
    return individual(sharpe(result.returns), earned, hit_rate(result.wins, result.trades))


def on_trial(floor: Floor, seats: Sequence[Seats], start: int, stop: int, credit: bool = True) -> Trial:
    """Trade the pipelines, and with `credit` the 16 coalitions of each; what is the same is traded once."""
    groups = coalitions(len(ROLES)) if credit else [tuple(range(len(ROLES)))]
    once, index = distinct([one.without(group) for one in seats for group in groups])
    result = floor.traded(once, start, stop)
    worth = values(result)[index].reshape(len(seats), len(groups))
    lanes = index.reshape(len(seats), len(groups))[:, -1]
    shares = shapley(worth) if credit else np.zeros((len(seats), len(ROLES)))
    return Trial(values=worth[:, -1], credit=shares, lanes=lanes, result=result, window=(start, stop), credited=credit)


def pooled(trial: Trial, pipelines: Sequence[int]) -> Marks:
    """Of an agent: its pipelines held in equal parts, their trades counted together."""
    result, lanes = trial.result, trial.lanes[list(pipelines)]
    returns = result.returns[:, lanes].mean(1)
    equity = result.equity[:, lanes].mean(1)
    return Marks(
        sharpe=float(sharpe(returns)),
        pnl=float(growth(equity, result.start)),
        hits=float(hit_rate(result.wins[lanes].sum(), result.trades[lanes].sum())),
        drawdown=float(drawdown(equity, result.start)),
        ece=float(calibration_error(result.calibration[:, lanes].sum(1))),
    )


def agent_marks(
    floor: Floor, trial: Trial, role: str, own: Parameters, analysts: Sequence[Parameters], at: Sequence[int]
) -> Marks:
    """An agent's marks: Sharpe, PnL and drawdown of its pipelines; hits and calibration of what it says itself.

    An analyst is right when the next bar goes with its trend, a researcher when the price over its middle horizon goes
    with its forecast; of traders and risk roles the trades count that gained. `analysts`: those the researcher heard;
    `at`: the agent's pipelines.
    """
    marks = pooled(trial, at)
    if role not in ("analyst", "researcher"):
        return marks
    said = [_analyst_said(floor, own, trial.window)] if role == "analyst" else [
        _researcher_said(floor, analyst, own, trial.window) for analyst in analysts
    ]  # fmt: skip
    counted = np.sum(said, axis=0)
    hits = float(counted[1].sum() / max(counted[0].sum(), 1))
    return Marks(
        sharpe=marks.sharpe,
        pnl=marks.pnl,
        hits=hits,
        drawdown=marks.drawdown,
        ece=float(calibration_error(counted)),
    )


def _analyst_said(floor: Floor, own: Parameters, window: tuple[int, int]) -> Floats:
    """Calls, hits and stated chances by bucket; a trend of 1 states a chance of 1, one of 0 says nothing."""
    trend = floor.analysis(own).trend
    return _counted(floor, trend, 0.5 + np.abs(trend) / 2, 1, window)


def _researcher_said(floor: Floor, analyst: Parameters, own: Parameters, window: tuple[int, int]) -> Floats:
    said = floor.forecast(analyst, own)
    middle = len(said.horizons) // 2
    return _counted(floor, said.mean[middle], said.confidence[middle], said.horizons[middle], window)


def _counted(floor: Floor, call: Floats, chance: Floats, horizon: int, window: tuple[int, int]) -> Floats:
    """Nothing after the window's last close is looked at, not even to judge."""
    start, stop = window
    close = floor.tape.close[start:stop]
    came = close[horizon:] / close[:-horizon] - 1
    said, sure = call[start : stop - horizon], chance[start : stop - horizon]
    spoken = np.isfinite(said) & np.isfinite(sure) & (said != 0) & (came != 0)
    return buckets(sure[spoken], (np.sign(said) == np.sign(came))[spoken].astype(np.float64))


def by_role(trial: Trial) -> Mapping[str, float]:
    """Mean Shapley value of each role over the pipelines."""
    return {role: float(trial.credit[:, number].mean()) for number, role in enumerate(ROLES)}
