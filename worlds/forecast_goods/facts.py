"""Stylised facts over seeds: of the index by itself, with each plug-in, and of the prices that goods trade at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.stylised import Fact, facts
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.config_information import Garch, Information, Jumps, Regimes
from worlds.forecast_goods.information.index import begun, step
from worlds.forecast_goods.playing import played
from worlds.forecast_goods.streams import generator

TRADED = "traded prices"
PLUG_INS = ("plain GBM", "with regimes", "with jumps", "with GARCH", "with all")
SOURCES = (*(f"index, {name}" for name in PLUG_INS), TRADED)
FEWEST = 100  # steps that the facts need
VOLUME = "volume_volatility"
NAMES = {
    "linear_dependence": "share of autocorrelations of returns beyond chance",
    "excess_kurtosis": "excess kurtosis of returns",
    "tail_index": "tail index",
    "volatility_clustering": "mean autocorrelation of |returns|",
    "squared_clustering": "mean autocorrelation of squared returns",
    "aggregation": "kurtosis less that of 20 steps",
    VOLUME: "correlation of volume and |returns|",
}


@dataclass(frozen=True, slots=True)
class Task:
    """The facts of one `source` with one seed. `rounds`: of the index alone, or of an economy."""

    source: str
    config: Config
    seed: int
    policy: str
    traded: bool


class Found(NamedTuple):
    """A fact of one series of a source."""

    source: str
    series: str
    seed: int
    fact: Fact


def variants(config: Information) -> dict[str, Information]:
    """The index by itself: plain, with each plug-in alone, and with all of them; as configured where they are."""
    plain = replace(config, regimes=None, jumps=None, garch=None)
    regimes = config.regimes or Regimes(drift=(0.2, -0.4), volatility=(0.6, 2.0))
    jumps, garch = config.jumps or Jumps(), config.garch or Garch()
    made = (
        plain,
        replace(plain, regimes=regimes),
        replace(plain, jumps=jumps),
        replace(plain, garch=garch),
        replace(plain, regimes=regimes, jumps=jumps, garch=garch),
    )
    return dict(zip(PLUG_INS, made, strict=True))


def tasks(config: Config, seeds: Sequence[int], policy: str, steps: int) -> list[Task]:
    """`steps`: of the index by itself; economies have `config.time.rounds`."""
    found = []
    for name, information in variants(config.information).items():
        alone = replace(config, information=information, time=replace(config.time, rounds=steps))
        found += [Task(f"index, {name}", alone, seed, policy, False) for seed in seeds]
    return found + [Task(TRADED, config, seed, policy, True) for seed in seeds]


def found_by(task: Task) -> list[Found]:
    """The facts of each series of a task; a series that is too short for them, or never moves, has none."""
    series = _traded(task) if task.traded else _indices(task)
    return [
        Found(task.source, name, task.seed, fact)
        for name, prices, volume in series
        if len(prices) > FEWEST and np.ptp(prices)
        for fact in facts(prices, volume[1:])
        if task.traded or fact.name != VOLUME
    ]


Series = tuple[str, np.ndarray, np.ndarray]


def _indices(task: Task) -> Iterator[Series]:
    """Levels of the index; nobody trades there."""
    information, rounds = task.config.information, task.config.time.rounds
    state = begun(information, generator(task.seed, -1, "index"))
    levels = [state.levels]
    for round in range(rounds):
        state = step(state, information, generator(task.seed, round, "index"))
        levels.append(state.levels)
    paths = np.array(levels).T
    for name, path in zip(information.names, paths, strict=True):
        yield name, path, np.zeros(len(path))


def _traded(task: Task) -> Iterator[Series]:
    """Mean prices of goods about each asset, rounds without any trade left out."""
    frame = played(task.config, task.seed, task.policy).indices
    for name, mine in frame[frame["volume"] > 0].groupby("asset"):
        yield str(name), mine["price"].to_numpy(dtype=float), mine["volume"].to_numpy(dtype=float)


def frame(found: Sequence[Found]) -> pd.DataFrame:
    """A row a fact: source, series, seed, fact, value, low, high, holds; sources in the order of `tasks`."""
    rows = [
        {"source": one.source, "series": one.series, "seed": one.seed, "fact": one.fact.name, "value": one.fact.value}
        | {"low": one.fact.low, "high": one.fact.high, "holds": one.fact.holds}
        for one in found
    ]
    columns = ["source", "series", "seed", "fact", "value", "low", "high", "holds"]
    # found in the order in which they ended
    made = pd.DataFrame(rows, columns=columns).sort_values(["series", "seed"], kind="stable")
    return made.sort_values("source", key=lambda names: names.map(SOURCES.index), kind="stable", ignore_index=True)


def table(found: pd.DataFrame) -> dict[str, Any]:
    """As `summary.json` has it: medians, and the share of series in which a fact holds."""
    sources = list(dict.fromkeys(found["source"]))
    rows = [[label, *(_cell(found, name, source) for source in sources)] for name, label in NAMES.items()]
    title = "Medians over seeds and series, in brackets the share in which the fact of real markets holds"
    return {"title": title, "columns": ["fact", *sources], "rows": rows}


def _cell(found: pd.DataFrame, name: str, source: str) -> str:
    mine = found[(found["fact"] == name) & (found["source"] == source)].dropna(subset="value")
    return f"{mine['value'].median():.3g} ({mine['holds'].mean():.0%})" if len(mine) else "none"


def bounds(found: pd.DataFrame) -> Mapping[tuple[str, str], tuple[float, float]]:
    """The band in which each fact holds, by (fact, source): it depends on how long the series are. Of several in a
    source, the widest."""
    groups = found.groupby(["fact", "source"])
    bands = {key: (float(one["low"].min()), float(one["high"].max())) for key, one in groups}
    return {(str(fact), str(source)): band for (fact, source), band in bands.items()}
