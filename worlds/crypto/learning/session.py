"""One population's learning from begin to end, in any process: kept after each iteration, taken up where it stopped."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from worlds.crypto.data.bars import Bars
from worlds.crypto.learning.floor import Floor, Inventories, Seats
from worlds.crypto.learning.loop import choose, iterate
from worlds.crypto.learning.pipelines import Pipeline, seats
from worlds.crypto.learning.population import Population, Rules, begun, read, told
from worlds.crypto.settings import Config
from worlds.errors import WorldError
from worlds.folders import prepare, read_json, write_json

STATE = "state.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A population to raise. `arm`: what its rules are called; `bars`: those to learn from and no others; `folder`:
    where its state is kept; `resume`: whether a state that is there is gone on with."""

    arm: str
    seed: int
    rules: Rules
    iterations: int
    config: Config
    bars: Bars
    folder: Path
    resume: bool = False

    def told(self) -> dict[str, Any]:
        """What must be the same for a state to be gone on with; more iterations may be asked for."""
        digest = hashlib.sha256()
        for name in sorted(self.bars.columns):
            digest.update(self.bars[name].tobytes())
        told = {"arm": self.arm, "seed": self.seed, "rules": asdict(self.rules), "bars": digest.hexdigest()[:16]}
        return {**told, "cross": self.config.data.add_cross_features}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What became of a task. `chosen`: the pipeline that it would trade; `value`: of it over the bars learnt from."""

    arm: str
    seed: int
    population: Population
    chosen: Pipeline
    value: float

    @property
    def seats(self) -> Seats:
        return seats(self.chosen, self.population.teams)

    @property
    def inventories(self) -> Inventories:
        return self.population.inventories


def learn(task: Task) -> Learned:
    """Live all iterations that are left. Raises WorldError where another population's state is in the folder."""
    prepare(task.folder)
    population = _resumed(task) or begun(task.rules.size, task.seed, task.config)
    floor = _floor(task)
    while population.done < task.iterations:
        iterate(population, floor, task.rules, task.seed)
        write_json(task.folder / STATE, {"task": task.told(), "population": told(population)})
    chosen, value = choose(population, floor)
    return Learned(arm=task.arm, seed=task.seed, population=population, chosen=chosen, value=value)


def _resumed(task: Task) -> Population | None:
    path = task.folder / STATE
    if not path.is_file():
        return None
    if not task.resume:
        raise WorldError(f"--out {task.folder.parent}: a run is there already. Name another folder, or --resume it.")
    document = read_json(path)
    if document.get("task") != task.told():
        raise WorldError(f"{path}: another population was begun there. Give the same options as then.")
    population = read(document["population"])
    if population.done > task.iterations:
        raise WorldError(f"{path}: {population.done} iterations are there already. Raise --iterations to as many.")
    return population


_FLOORS: dict[str, Floor] = {}


def _floor(task: Task) -> Floor:
    """One a process for the same bars: what untouched variants make of them is the same for every seed and arm."""
    key = f"{task.told()['bars']} {task.config.data.add_cross_features}"
    if key not in _FLOORS:
        _FLOORS.clear()
        _FLOORS[key] = Floor(task.bars, cross=task.config.data.add_cross_features)
    return _FLOORS[key]


def under(folder: Path, arm: str, seed: int) -> Path:
    """Where the state of one population is kept."""
    return folder / "populations" / f"{arm.replace(' ', '-')}-{seed}"
