"""Traders that ask models, one against the other: the same pipeline otherwise, the same bars, the same costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worlds.crypto import recording
from worlds.crypto.desk.engine import Result
from worlds.crypto.evaluation.asked import Asked, trade_asking
from worlds.crypto.evaluation.baselines import BASELINES, baselines
from worlds.crypto.evaluation.bootstrap import Difference, paired
from worlds.crypto.evaluation.contest import claim
from worlds.crypto.evaluation.telling import differences_table, mean_of
from worlds.crypto.learning.floor import Floor, Seats
from worlds.crypto.news.newsroom import Newsroom
from worlds.crypto.roles.model_trader import Log
from worlds.folders import prepare
from worlds.models import Line

RULE = "rule alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """`models`: by name; `start`: the first bar that counts; `every`: bars from one question to the next; `seeds`: a
    run with each model for each."""

    floor: Floor
    seats: Seats
    models: Sequence[str]
    seeds: Sequence[int]
    start: int
    every: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`runs`: of each model, a seed each; `rule`: the pipeline without a model, and `basic`: the baselines."""

    runs: Mapping[str, list[Asked]]
    rule: Result
    basic: Result
    differences: list[tuple[str, str, Difference]]


def fought(
    duel: Duel, line: Callable[[str, int], Line], news: Callable[[Line], Newsroom | None] = lambda _: None
) -> Ended:
    """`line`: to a model, with a seed; `news`: what it hears. Raises ModelLost when one is gone for good."""
    floor, stop = duel.floor, len(duel.floor.bars)
    runs = {name: [_asking(duel, line(name, seed), news) for seed in duel.seeds] for name in duel.models}
    rule = floor.trade([duel.seats], duel.start, record=True)
    basic = baselines(floor.tape, duel.start, stop, floor.costs)
    series = {name: np.hstack([one.result.returns for one in found]) for name, found in runs.items()}
    series[RULE] = np.repeat(rule.returns, len(duel.seeds), axis=1)
    pairs = combinations(series, 2)
    gaps = [(one, other, paired(series[one], series[other], min(duel.seeds))) for one, other in pairs]
    return Ended(runs=runs, rule=rule, basic=basic, differences=gaps)


def _asking(duel: Duel, line: Line, news: Callable[[Line], Newsroom | None]) -> Asked:
    return trade_asking(duel.floor, duel.seats, line, duel.every, duel.start, news(line))


def folder_of(folder: Path, name: str, seed: int) -> Path:
    """Of one run with one model."""
    return prepare(folder / f"{re.sub(r'[^A-Za-z0-9._]+', '-', name)}-{seed}")


def summary(duel: Duel, ended: Ended) -> dict[str, Any]:
    """`summary.json`: claims first."""
    claims = [claim(one, other, found) for one, other, found in ended.differences]
    rows = {name: mean_of([recording.measures(one.result) for one in found]) for name, found in ended.runs.items()}
    rows[RULE] = recording.measures(ended.rule)
    rows |= {name: recording.measures(ended.basic, at) for at, name in enumerate(BASELINES)}
    bars = len(duel.floor.bars) - duel.start
    title = f"The last {bars} bars, after costs and what the models cost, mean of {len(duel.seeds)} runs"
    tables = [recording.measures_table(title, rows), differences_table(ended.differences)]
    about = f"One question every {duel.every} bars. {' '.join(claims)}"
    return recording.document("One model against another", duel.floor.bars, about, tables, claims=claims)


def frames(duel: Duel, ended: Ended) -> dict[str, pd.DataFrame]:
    """Trades and equity."""
    bars, part = duel.floor.bars, duel.floor.tape.part(duel.start, len(duel.floor.bars))
    asked = {
        f"{name} {seed}": one for name, found in ended.runs.items() for seed, one in zip(duel.seeds, found, strict=True)
    }
    lanes = {name: (one.result, 0) for name, one in asked.items()} | {RULE: (ended.rule, 0)}
    basic = {name: (ended.basic, at) for at, name in enumerate(BASELINES)}
    trades = [recording.trades(result, part, bars, [name]) for name, (result, _) in lanes.items()]
    return {
        "trades": pd.concat(trades, ignore_index=True),
        "equity": recording.equity({**lanes, **basic}, part, bars),
    }


def log(duel: Duel, ended: Ended, folder: Path) -> None:
    """The decision log of each run, in a folder of its own."""
    for name, found in ended.runs.items():
        for seed, one in zip(duel.seeds, found, strict=True):
            kept = Log(folder_of(folder, name, seed))
            for thought in one.thoughts:
                kept(thought)
