"""Many economies: every combination of parameters with every seed, here or on a cluster, as one tidy panel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from worlds.errors import WorldError
from worlds.folders import made_by, prepare, read_json, write_json, write_table
from worlds.forecast_goods.config import Config, config_from
from worlds.forecast_goods.measuring import measures
from worlds.forecast_goods.playing import played
from worlds.work import Workers

POINTS, MANIFEST, PANEL = "points.jsonl", "manifest.json", "panel"

Document = dict[str, Any]
Choice = tuple[tuple[str, Any], ...]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """`base`: what all economies share; `values`: by key such as `market.k`, all that it takes; `policy`: who plays."""

    base: Config
    values: Mapping[str, Sequence[Any]]
    seeds: tuple[int, ...]
    policy: str = "heuristic"

    def cells(self) -> list[Cell]:
        """Every combination with every seed, in order. Raises WorldError for a key or a value that there is not."""
        keys = list(self.values)
        choices = [tuple(zip(keys, row, strict=True)) for row in product(*self.values.values())]
        configs = [(choice, changed(self.base, dict(choice))) for choice in choices]
        return [Cell(choice, config, seed, self.policy) for choice, config in configs for seed in self.seeds]

    def told(self) -> Document:
        values = {key: list(one) for key, one in self.values.items()}
        return {"config": self.base.told(), "values": values, "seeds": list(self.seeds), "policy": self.policy}


@dataclass(frozen=True, slots=True)
class Cell:
    """One economy of a grid. `choice`: the keys that vary, and their values."""

    choice: Choice
    config: Config
    seed: int
    policy: str

    @property
    def key(self) -> str:
        """Of this cell among all of its grid."""
        return json.dumps([dict(self.choice), self.seed])


def changed(base: Config, changes: Mapping[str, Any]) -> Config:
    """`base` with some keys, such as `market.k`, set anew. Raises WorldError."""
    document = base.told()
    for key, value in changes.items():
        *tables, last = key.split(".")
        place = document
        for table in tables:
            place = place.setdefault(table, {})
            if not isinstance(place, dict):
                raise WorldError(f"{key}: '{table}' has no keys. Name one such as market.k.")
        place[last] = value
    return config_from(document, "--set")


def run_cell(cell: Cell) -> tuple[str, Document]:
    """(key, a row of the panel)."""
    found = measures(played(cell.config, cell.seed, cell.policy))
    return cell.key, {**dict(cell.choice), "seed": cell.seed, **found}


def sweep(
    grid: Grid, folder: Path, workers: Workers, resume: bool = False, progress: Progress = lambda done: None
) -> pd.DataFrame:
    """Run the cells that are not done and return the panel, a row a cell in their order. Raises WorldError; what is
    done is kept in `folder`, and goes on with `resume`."""
    workers.check()
    cells = grid.cells()
    begin(folder, "forecast_goods sweep", grid.told(), grid.seeds[0], resume)
    rows = dict(kept(folder)) if resume else {}
    rows |= run_all([cell for cell in cells if cell.key not in rows], folder, workers, progress, len(rows))
    panel = pd.DataFrame([rows[cell.key] for cell in cells])
    write_table(folder, PANEL, panel)
    return panel


def run_all(
    cells: Sequence[Cell], folder: Path, workers: Workers, progress: Progress, done: int = 0
) -> dict[str, Document]:
    """Rows by key; each is written when it is there."""
    rows = {}
    with (folder / POINTS).open("a", encoding="ascii") as file:
        for key, row in workers.spread(run_cell, cells):
            rows[key] = row
            print(json.dumps([key, row]), file=file, flush=True)
            progress(done + len(rows))
    return rows


def begin(folder: Path, command: str, settings: Document, seed: int, resume: bool) -> None:
    """The folder and its manifest. Raises WorldError where something else is there."""
    prepare(folder)
    there = (folder / MANIFEST).exists()
    if there and not resume:
        raise WorldError(f"--out {folder}: a run is there already. Name another folder, or go on with --resume.")
    if there and read_json(folder / MANIFEST).get("arguments") != json.loads(json.dumps(settings)):
        raise WorldError(f"--resume {folder}: something else was begun there. Give the same options as then.")
    write_json(folder / MANIFEST, made_by(command, settings, seed))


def kept(folder: Path) -> Iterator[tuple[str, Document]]:
    """What is done of a sweep that stopped; half a last line is cut off, so that the next is not added to it."""
    path = folder / POINTS
    if path.is_file():
        text = path.read_text("ascii")
        whole = text[: text.rfind("\n") + 1]
        path.write_text(whole, "ascii")
        yield from (tuple(json.loads(line)) for line in whole.splitlines())
