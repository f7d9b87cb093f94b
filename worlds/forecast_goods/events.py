"""Parameters from the log of a run: how demand and regimes moved, how often news came, how indices went."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from worlds.errors import WorldError
from worlds.forecast_goods.calibrate import Diffusion, Interval, diffusion, poisson_rate, transition_counts
from worlds.forecast_goods.calibrate import transition_chances as chances_of
from worlds.forecast_goods.chain import verify
from worlds.forecast_goods.config import Config, config_from
from worlds.forecast_goods.information.news import PRIVATE, PUBLIC
from worlds.forecast_goods.state import State


@dataclass(frozen=True, slots=True)
class History:
    """What a log says. `demand`, `regimes`: states by round; `levels`: of the indices, by round; `public`, `private`:
    items of news that arrived; `agents`: who could hear them; `forwarded`: deliveries by neighbours."""

    config: Config
    agents: int
    demand: tuple[int, ...]
    regimes: tuple[int, ...]
    levels: tuple[tuple[float, ...], ...]
    public: int
    private: int
    forwarded: int


class Estimate(NamedTuple):
    """A parameter: what the log says of it, and what the config of the run had."""

    name: str
    found: Interval
    configured: float


def read(path: Path) -> History:
    """Raises WorldError where the file is no whole log of a run, or one that was changed."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"--events {path}: it cannot be read ({error}). Name the log.jsonl of a run.") from None
    _unchanged(path, lines)
    entries = [(kind, data) for _, _, _, kind, data in map(json.loads, lines)]
    if not entries or entries[0][0] != "begin":
        raise WorldError(f"--events {path}: it does not start with the first round. Name the log of a run from there.")
    return _history(entries)


def _unchanged(path: Path, lines: Sequence[str]) -> None:
    try:
        verify(lines)
    except WorldError as error:
        raise WorldError(f"--events {path}: {error} Name the whole log.jsonl of a run.") from None


def _history(entries: Sequence[tuple[str, Any]]) -> History:
    config = config_from(entries[0][1]["config"])
    index = [data for kind, data in entries if kind == "index"]
    items = [data for kind, data in entries if kind == "news"]
    new = {kind: len({one["id"] for one in items if one["kind"] == kind}) for kind in (PUBLIC, PRIVATE)}
    return History(
        config=config,
        agents=len(agents_of(config)),
        demand=tuple(data[0] for kind, data in entries if kind == "demand"),
        regimes=tuple(regime for _, regime in index),
        levels=tuple(tuple(levels) for levels, _ in index),
        public=new[PUBLIC],
        private=new[PRIVATE],
        forwarded=sum(len(one["to"]) for one in items if one["hops"]),
    )


def agents_of(config: Config) -> Mapping[str, Any]:
    """Everybody in an economy of this config."""
    from worlds.forecast_goods.beginning import begin

    state: State = begin(config, 0)
    return state.agents


def estimates(history: History) -> list[Estimate]:
    """Chances of transitions and rates of arrivals, with exact intervals of 95%."""
    config, news = history.config, history.config.information.news
    years = len(history.levels) * config.information.dt
    found = list(_transitions("demand", history.demand, config.demand.transition))
    if config.information.regimes:
        found += _transitions("regime", history.regimes, config.information.regimes.transition)
    found.append(Estimate("public news a year", poisson_rate(history.public, years), news.public_rate))
    private = poisson_rate(history.private, years * history.agents)
    found.append(Estimate("private news a year and agent", private, news.private_rate))
    return found


def _transitions(name: str, states: Sequence[int], configured: Sequence[Sequence[float]]) -> Iterator[Estimate]:
    counts = transition_counts(states, len(configured))
    for one, row in enumerate(chances_of(counts)):
        for other, interval in enumerate(row):
            if interval:
                label = f"{name} {one} to {other} ({counts[one][other]} of {sum(counts[one])})"
                yield Estimate(label, interval, configured[one][other])


def indices(history: History) -> list[tuple[str, Diffusion]]:
    """Drift and volatility of each index, as if it were GBM. Raises ValueError for a log of very few rounds."""
    config = history.config.information
    paths = list(zip((one.start for one in config.indices), *history.levels, strict=True))
    return [(name, diffusion(path, config.dt)) for name, path in zip(config.names, paths, strict=True)]
