"""Populations, the static best agent and the baselines on a last year that no learning saw, and what may be claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from worlds.crypto.data.bars import BARS_A_YEAR, Bars
from worlds.crypto.desk.engine import Result
from worlds.crypto.desk.tape import Floats
from worlds.crypto.evaluation.baselines import BASELINES, baselines
from worlds.crypto.evaluation.bootstrap import Difference, paired
from worlds.crypto.learning.floor import Floor
from worlds.crypto.learning.population import Rules
from worlds.crypto.learning.session import Learned, Task, learn, under
from worlds.crypto.settings import Config
from worlds.work import Workers

POPULATION, STATIC = "population", "static best agent"
ABLATIONS = ("transfer", "diversity")


def first_held_out(bars: int) -> int:
    """Where the last year begins, or the last half where there are less than two years."""
    return max(bars - BARS_A_YEAR, bars // 2)


def arms(rules: Rules, ablate: Sequence[str] = ()) -> dict[str, Rules]:
    """The population, the population without each of `ablate`, and the static one: the same trials, nothing learnt."""
    without = {f"without {name}": _without(rules, name) for name in ablate}
    static = replace(rules, transfer=False, diversity=False)
    return {POPULATION: rules, **without, STATIC: static}


def _without(rules: Rules, name: str) -> Rules:
    return replace(rules, transfer=False) if name == "transfer" else replace(rules, diversity=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """`seeds`: of the learning, one population of each arm for each; `iterations`: of each; `resume`: go on with the
    states that are in `folder`."""

    config: Config
    bars: Bars
    arms: Mapping[str, Rules]
    seeds: Sequence[int]
    iterations: int
    folder: Path
    resume: bool = False

    @property
    def held_out(self) -> int:
        """The first bar that learning never sees."""
        return first_held_out(len(self.bars))

    def tasks(self) -> list[Task]:
        seen = self.bars.rows(0, self.held_out)
        return [
            Task(
                arm=arm,
                seed=seed,
                rules=rules,
                iterations=self.iterations,
                config=self.config,
                bars=seen,
                folder=under(self.folder, arm, seed),
                resume=self.resume,
            )
            for seed in self.seeds
            for arm, rules in self.arms.items()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`learned`: in the order of arms and seeds; `results`: each arm's lane on the held-out bars, a seed each;
    `basic`: the baselines' lanes; `differences`: (one, other, difference), one against the other."""

    learned: list[Learned]
    results: Mapping[str, list[Result]]
    basic: Result
    differences: list[tuple[str, str, Difference]]

    def returns(self, name: str) -> Floats:
        """Simple returns on the held-out bars (K, seeds)."""
        if name in BASELINES:
            seeds = len(next(iter(self.results.values())))
            return np.repeat(self.basic.returns[:, [BASELINES.index(name)]], seeds, axis=1)
        return np.hstack([one.returns for one in self.results[name]])


def held(contest: Contest, workers: Workers, progress: Callable[[int], None] = lambda done: None) -> Outcome:
    """Raise all populations, let each trade the held-out bars with the pipeline that it chose, and compare."""
    learned: list[Learned] = []
    for one in workers.spread(learn, contest.tasks()):
        learned.append(one)
        progress(len(learned))
    order = list(contest.arms)
    learned.sort(key=lambda one: (order.index(one.arm), one.seed))
    floor = Floor(contest.bars, cross=contest.config.data.add_cross_features)
    results: dict[str, list[Result]] = {arm: [] for arm in order}
    for one in learned:
        floor.allow(one.inventories)
        results[one.arm].append(floor.trade([one.seats], contest.held_out, record=True))
    basic = baselines(floor.tape, contest.held_out, len(contest.bars), floor.costs)
    outcome = Outcome(learned=learned, results=results, basic=basic, differences=[])
    pairs = [(POPULATION, other) for other in (*order, *BASELINES) if other != POPULATION]
    pairs += [(STATIC, other) for other in BASELINES]
    seed = min(contest.seeds)
    told = [(one, other, paired(outcome.returns(one), outcome.returns(other), seed)) for one, other in pairs]
    return replace(outcome, differences=told)


def claim(one: str, other: str, found: Difference) -> str:
    """A sentence that says no more than the interval does."""
    size = f"{found.mean:+.1%} a year (log return; 95 % interval {found.low:+.1%} to {found.high:+.1%})"
    over = f"{found.bars} held-out bars and {found.seeds} seed{'s' if found.seeds > 1 else ''}"
    if found.verdict == "better":
        return f"The {one} beats {_the(other)}: {size} over {over}."
    if found.verdict == "worse":
        return f"The {one} does NOT beat {_the(other)}, it does worse: {size} over {over}."
    if found.verdict == "too few seeds":
        return f"Nothing is claimed of the {one} against {_the(other)}: {size}, but only {over}."
    return f"The {one} does NOT beat {_the(other)}: no difference is shown, {size} over {over}."


def _the(name: str) -> str:
    return f"the population {name}" if name.startswith("without") else name if name == "buy and hold" else f"the {name}"
