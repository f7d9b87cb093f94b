"""Sweeps: the same panel whoever works on it, kept as far as it went, priced before it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bots.agents.provenance import installed
from simulation import sweeps
from simulation.__main__ import main
from simulation.casting import Asked
from simulation.costs import estimate
from simulation.grids import read_grid
from simulation.sweeps import read_panel

ROOT = Path(__file__).resolve().parents[2]
GRID = """
scenario = "small"
steps = {steps}
[grid]
agents = [5, 8]
flow = ["on", "off"]
"""


def grid(folder: Path, text: str = GRID, steps: int = 30) -> Path:
    path = folder / "grid.toml"
    path.write_text(text.replace("{steps}", str(steps)))
    return path


def swept(folder: Path, *more: str, seeds: int = 2, steps: int = 30) -> list[dict[str, str]]:
    folder.mkdir(exist_ok=True)
    wish = ["sweep", "--grid", str(grid(folder, steps=steps)), "--seeds", str(seeds), "--outdir", str(folder), *more]
    assert main(wish) == 0
    return read_panel(folder / "panel.csv")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    swept(folder)
    return folder


def test_the_panel_has_a_row_for_each_cell_and_each_cell_a_manifest(alone: Path) -> None:
    rows = read_panel(alone / "panel.csv")
    assert {(row["agents"], row["flow"], row["seed"]) for row in rows} == {
        (agents, flow, seed) for agents in "58" for flow in ("on", "off") for seed in "12"
    }
    assert len({row["hash"] for row in rows}) == 8
    for row in rows:
        manifest = json.loads((alone / "cells" / row["cell"] / "manifest.json").read_text())
        assert str(manifest["arguments"]["agents"]) == row["agents"]
        assert str(manifest["seed"]) == row["seed"]


def test_four_workers_give_the_hashes_of_one(alone: Path, tmp_path: Path) -> None:
    swept(tmp_path, "--jobs", "4")
    assert (tmp_path / "panel.csv").read_bytes() == (alone / "panel.csv").read_bytes()


@pytest.mark.skipif(installed("ray") is None, reason="Ray is not installed: pip install -r requirements/cluster.txt")
def test_a_ray_cluster_gives_the_hashes_of_one(alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    swept(tmp_path, "--cluster", "local")
    assert (tmp_path / "panel.csv").read_bytes() == (alone / "panel.csv").read_bytes()


def test_without_ray_the_command_to_install_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sweeps, "installed", lambda package: None)
    wish = ["sweep", "--grid", str(grid(tmp_path)), "--cluster", "local", "--outdir", str(tmp_path / "out")]
    assert main(wish) == 2
    assert "pip install -r requirements/cluster.txt" in capsys.readouterr().err


def cells(folder: Path) -> dict[str, int]:
    """When each cell that is done was done."""
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("cells/*/manifest.json")}


def test_a_sweep_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = grid(tmp_path, steps=400)
    wish = [sys.executable, "-m", "simulation", "sweep", "--grid", str(path), "--seeds", "5", "--outdir", str(tmp_path)]
    process = subprocess.Popen(wish, cwd=ROOT, env={**os.environ})
    until = time.monotonic() + 60
    while len(cells(tmp_path)) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    process.kill()
    process.wait(10)
    before = cells(tmp_path)
    assert 3 <= len(before) < 20
    rows = swept(tmp_path, seeds=5, steps=400)
    assert len(rows) == 20
    assert before.items() <= cells(tmp_path).items()


def test_a_sweep_of_treatments_has_a_row_for_each_market(tmp_path: Path) -> None:
    text = 'treatment = "gode_sunder_1993"\n[grid]\nmodel = ["zero_intelligence", "heuristic"]\n'
    path = grid(tmp_path, text)
    assert main(["sweep", "--grid", str(path), "--seeds", "2", "--outdir", str(tmp_path)]) == 0
    rows = read_panel(tmp_path / "panel.csv")
    assert [(row["model"], row["seed"], row["market"]) for row in rows] == [
        (model, seed, "1-1") for model in ("zero_intelligence", "heuristic") for seed in "12"
    ]
    assert all(0.8 < float(row["efficiency"]) <= 1 for row in rows)


def test_what_paid_models_will_cost_is_said_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'scenario = "medium"\nsteps = 100\nmodel = "gpt-4o"\n[grid]\nllm_interval = [10, 50]\n'
    path = grid(tmp_path, text)
    assert main(["sweep", "--grid", str(path), "--seeds", "3", "--dry-run", "--outdir", str(tmp_path / "out")]) == 0
    assert "6 cells, 0 done before. Models: 72 calls" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
    price = estimate(read_grid(path, [1]), Asked()).usd
    assert price
    assert 0.01 < price < 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("steps = ", "cannot be read as TOML"),
        ("stepz = 3", "stepz: there is no such setting; did you mean 'steps'"),
        ("[grid]\nsteps = 3", "grid.steps: expected a list of values, got 3"),
        ("steps = 3\n[grid]\nsteps = [3]", "steps: it is given for all cells and in"),
        ('[grid]\nsteps = [3, "x"]', "steps: Input should be a valid integer"),
        ("steps = -3", "steps: Input should be greater than or equal to 1"),
        ('scenario = "tiny"', "scenario: Input should be 'small', 'medium' or 'custom'"),
        ("seed = 3", "seed: there is no such setting"),
    ],
)
def test_a_wrong_grid_gets_the_remedy(text: str, says: str, tmp_path: Path, capsys: Any) -> None:
    path = grid(tmp_path, text)
    assert main(["sweep", "--grid", str(path), "--outdir", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert str(path) in said
