"""The (J, rho) diagram and the hysteresis at small rho: many short runs, here or on a cluster; what is done is kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.style import png
from worlds.errors import WorldError
from worlds.folders import made_by, prepare, read_json, write_bytes, write_json, write_table
from worlds.nonequilibrium.draws import Floats, draws
from worlds.nonequilibrium.figures import hysteresis_figure, phase_figure
from worlds.nonequilibrium.history import RuleSellers, run
from worlds.nonequilibrium.market import Market
from worlds.nonequilibrium.measures import PHASES, measures, theory
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.recording import MANIFEST, Document, document
from worlds.work import Workers

J_VALUES = tuple(round(0.2 + 0.05 * one, 2) for one in range(17))
RHO_VALUES = (0.05, *(round(0.1 * one, 1) for one in range(1, 11)))
LOOP_RHO = (0.1, 0.8)
LOOP_STEPS = 400  # at each J of a loop; the second half counts
POINTS = "points.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every J with every rho and every seed from `own.seed` on; `own` says the rest. Raises WorldError."""

    own: Parameters
    J: tuple[float, ...] = J_VALUES
    rho: tuple[float, ...] = RHO_VALUES
    seeds: int = 2

    def __post_init__(self) -> None:
        self.cells()

    def cells(self) -> list[Parameters]:
        seeds = range(self.own.seed, self.own.seed + self.seeds)
        both = product(sorted(set(self.J)), sorted(set(self.rho)), seeds)
        return [replace(self.own, J=J, rho=rho, seed=seed) for J, rho, seed in both]

    def told(self) -> Document:
        return {"parameters": self.own.told(), "J": list(self.J), "rho": list(self.rho), "seeds": self.seeds}


class Point(NamedTuple):
    """A cell's coordinates and its measures."""

    J: float
    rho: float
    seed: int
    measures: dict[str, Any]


def point(own: Parameters) -> Point:
    """One run of the grid."""
    return Point(own.J, own.rho, own.seed, measures(run(own), own.burn_in))


class Loop(NamedTuple):
    """Mean largest shares at each J in rising order, as J rose and as it fell afterwards."""

    rho: float
    rising: list[float]
    falling: list[float]


def hysteresis(task: tuple[Parameters, Sequence[float], int]) -> Loop:
    """Take one market through all J (rising), `steps` at each, up and then down again, without a new start."""
    own, J_values, steps = task
    source = draws(own)
    market = Market(source.utilities(), replace(own, J=J_values[0]).pull)
    market.start()
    sellers, found = RuleSellers(), []
    for J in (*J_values, *reversed(J_values)):
        market.pull = replace(own, J=J).pull
        largest = []
        for _ in range(steps):
            seller, buyers = source.turn()
            market.move(seller, sellers.price(0, market, seller))
            market.settle(buyers, market.best_replies(buyers))
            largest.append(market.shares.max())
        found.append(float(np.mean(largest[steps // 2 :])))
    return Loop(own.rho, found[: len(J_values)], found[len(J_values) :][::-1])


def diagram(
    grid: Grid,
    folder: Path,
    workers: Workers,
    resume: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Document:
    """Run the cells that are not done, draw, and return the summary. Raises WorldError."""
    workers.check()
    _begin(grid, folder, resume)
    points = list(_kept(folder)) if resume else []
    done = {one[:3] for one in points}
    waiting = [cell for cell in grid.cells() if (cell.J, cell.rho, cell.seed) not in done]
    progress(len(points))
    with (folder / POINTS).open("a", encoding="ascii") as file:
        for one in workers.spread(point, waiting):
            points.append(one)
            print(json.dumps(one), file=file, flush=True)
            progress(len(points))
    own = replace(grid.own, Nt=max(2, grid.own.Nt))
    tasks = [(replace(own, rho=rho), sorted(set(grid.J)), LOOP_STEPS) for rho in LOOP_RHO]
    loops = sorted(workers.spread(hysteresis, tasks))
    return _written(grid, folder, sorted(points, key=lambda one: one[:3]), loops)


def _begin(grid: Grid, folder: Path, resume: bool) -> None:
    prepare(folder)
    there = (folder / MANIFEST).exists()
    if there and not resume:
        raise WorldError(
            f"--out {folder}: a run is there already. Name another folder, or go on with --resume {folder}."
        )
    if resume and read_json(folder / MANIFEST).get("arguments") != json.loads(json.dumps(grid.told())):
        raise WorldError(f"--resume {folder}: another grid was begun there. Give the same options as then.")
    write_json(folder / MANIFEST, made_by("nonequilibrium phase", grid.told(), grid.own.seed))


def _kept(folder: Path) -> Iterator[Point]:
    """The points of a grid that stopped; half a last line is passed over."""
    if (folder / POINTS).is_file():
        text = (folder / POINTS).read_text("ascii")
        whole = text[: text.rfind("\n") + 1]
        # the next line must not be added to half a one
        (folder / POINTS).write_text(whole, "ascii")
        yield from (Point(*json.loads(line)) for line in whole.splitlines())


def _written(grid: Grid, folder: Path, points: list[Point], loops: list[Loop]) -> Document:
    table = pd.DataFrame([{"J": one.J, "rho": one.rho, "seed": one.seed, **one.measures} for one in points])
    write_table(folder, "points", table)
    J, rho = np.array(sorted(set(grid.J))), np.array(sorted(set(grid.rho)))
    largest, phases = _by_cell(table, J, rho)
    sellers = grid.own.M
    write_bytes(folder / "phase.png", png(phase_figure(J, rho, largest, phases, sellers)))
    drawn = [(one.rho, np.array(one.rising), np.array(one.falling)) for one in loops]
    write_bytes(folder / "hysteresis.png", png(hysteresis_figure(J, drawn, sellers)))
    summary = _summary(grid, table, loops)
    write_json(folder / "summary.json", summary)
    return summary


def _by_cell(table: pd.DataFrame, J: Floats, rho: Floats) -> tuple[Floats, Any]:
    """(mean largest share, most frequent phase), both (len(rho), len(J))."""
    groups = table.groupby(["rho", "J"])
    largest, phases = groups["largest_share"].mean(), groups["phase"].agg(_most)
    keys = [[(one, other) for other in J] for one in rho]
    named = np.array([[phases[key] for key in row] for row in keys], dtype=object)
    return np.array([[largest[key] for key in row] for row in keys]), named


def _most(phases: pd.Series[str]) -> str:
    return Counter(phases).most_common(1)[0][0]


def _summary(grid: Grid, table: pd.DataFrame, loops: list[Loop]) -> Document:
    own = grid.own
    setting = f"N = {own.N}, M = {own.M}, {own.Nt} steps from seed {own.seed}"
    about = f"{len(set(grid.J))} values of J, {len(set(grid.rho))} of rho, {grid.seeds} seeds each; {setting}."
    counts = [[name, int((table["phase"] == name).sum())] for name in PHASES]
    rows = [[one.rho, J, up, down] for one in loops for J, up, down in zip(sorted(set(grid.J)), *one[1:], strict=True)]
    tables: list[Document] = [
        {"title": "Cells by phase", "columns": ["phase", "runs"], "rows": counts},
        {"title": "Hysteresis: mean largest share", "columns": ["rho", "J", "J rises", "J falls"], "rows": rows},
    ]
    figures = [
        ("phase.png", f"Mean largest share over {grid.seeds} seeds, and the phase of most of them. {setting}."),
        ("hysteresis.png", f"One market while J rises and falls, {LOOP_STEPS} steps at each J. {setting}."),
    ]
    summary = document("Phases of the market with impressionable buyers", about, tables, figures)
    loop_rows = [{"rho": one.rho, "rising": one.rising, "falling": one.falling} for one in loops]
    return summary | {"grid": asdict(grid), "theory": theory(own.M, own.sigma), "hysteresis": loop_rows}
