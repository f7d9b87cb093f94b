"""`python -m simulation sweep`: a grid of runs, each in a process of its own here or on a Ray cluster. What is done is
kept: a sweep that was killed goes on where it stopped."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bots.agents.provenance import installed
from simulation.casting import Asked
from simulation.errors import SimulationError
from simulation.folders import made_by, prepare, write_csv, write_json
from simulation.grids import Cell
from simulation.scenario_run import ScenarioSettings, run_scenario
from simulation.treatment_run import run_treatment

ROOT = Path(__file__).resolve().parents[1]
CLUSTER = "requirements/cluster.txt"
Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    """`cluster`: address of a Ray cluster, "local" for one of this machine, "" for none. A budget is for all cells."""

    outdir: Path
    jobs: int = 1
    cluster: str = ""
    asked: Asked = field(default_factory=Asked)


def sweep(cells: Sequence[Cell], settings: SweepSettings) -> Path:
    """Run the cells that are not done and write the panel of all. Returns the panel's path. Raises SimulationError."""
    check_cluster(settings.cluster)
    folder = prepare(settings.outdir / "cells")
    waiting = [cell for cell in cells if not is_done(folder, cell)]
    share = settings.asked.budget_usd and settings.asked.budget_usd / len(cells)
    asked = replace(settings.asked, budget_usd=share or None)
    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("cells", total=len(cells), completed=len(cells) - len(waiting))
        for cell, summary in _run_all(waiting, asked, settings):
            _keep(folder, cell, summary)
            progress.advance(task)
    return write_panel(settings.outdir, cells)


def is_done(folder: Path, cell: Cell) -> bool:
    return (folder / cell.id / "manifest.json").is_file()


def _keep(folder: Path, cell: Cell, summary: Document) -> None:
    """The manifest comes last: a cell that has one is whole."""
    own = prepare(folder / cell.id)
    write_json(own / "summary.json", summary)
    write_json(own / "manifest.json", {**made_by("sweep", cell.told(), cell.seed), "cell": cell.id})


def run_cell(cell: Cell, asked: Asked) -> tuple[Cell, Document]:
    """One run; what it writes is not kept, for it may be on another machine."""
    with TemporaryDirectory() as name:
        settings = cell.settings(asked, Path(name))
        summary = run_scenario(settings) if isinstance(settings, ScenarioSettings) else run_treatment(settings)
    return cell, summary


def _run_all(cells: Sequence[Cell], asked: Asked, settings: SweepSettings) -> Iterator[tuple[Cell, Document]]:
    """As they come to an end."""
    if settings.cluster:
        yield from _on_ray(cells, asked, settings.cluster)
        return
    from joblib import Parallel, delayed

    run = Parallel(n_jobs=settings.jobs, return_as="generator_unordered")
    yield from run(delayed(run_cell)(cell, asked) for cell in cells)


def check_cluster(address: str) -> None:
    """Raise SimulationError where Ray is wanted and not there."""
    if address and installed("ray") is None:
        raise SimulationError(f"--cluster needs Ray: pip install -r {CLUSTER}")


def _on_ray(cells: Sequence[Cell], asked: Asked, address: str) -> Iterator[tuple[Cell, Document]]:
    import ray

    options: Document = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address=address, runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}}, log_to_driver=False, **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise SimulationError(f"--cluster {address}: no Ray cluster answers there ({error}).") from None
    try:
        remote: Callable[..., Any] = ray.remote(run_cell).remote
        running = [remote(cell, asked) for cell in cells]
        while running:
            done, running = ray.wait(running)
            yield from ray.get(done)
    finally:
        ray.shutdown()


# The panel


def write_panel(folder: Path, cells: Iterable[Cell]) -> Path:
    """One row a cell, or a market of it: its settings, its seed, its hash and its measures."""
    rows = [row for cell in cells for row in _rows(folder, cell)]
    header = list(dict.fromkeys(name for row in rows for name in row))
    write_csv(folder / "panel.csv", header, ([row.get(name) for name in header] for row in rows))
    return folder / "panel.csv"


def _rows(folder: Path, cell: Cell) -> Iterator[Document]:
    summary: Document = json.loads((folder / "cells" / cell.id / "summary.json").read_text("utf-8"))
    head = {"cell": cell.id, **cell.told()}
    if "markets" not in summary:
        facts = {f"fact_{one['name']}": one["value"] for one in summary["facts"]}
        yield {**head, "hash": summary["hash"], **summary["measures"], **facts, "cost_usd": summary["cost_usd"]}
        return
    for one in summary["markets"]:
        market = one["market"]
        yield {**head, "market": market, "hash": summary["hashes"][market], **one["measures"], **_cost(summary)}


def _cost(summary: Mapping[str, Any]) -> Document:
    return {"cost_usd": summary["cost_usd"]}


def read_panel(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
