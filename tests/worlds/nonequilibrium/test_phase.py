"""The phase diagram: the same whoever works on it, kept as far as it went, and with the phases that are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bots.agents.provenance import installed
from worlds import work
from worlds.folders import read_table
from worlds.nonequilibrium.__main__ import main
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.phase import POINTS, hysteresis

GRID = ("phase", "--N", "60", "--Nt", "60", "--J", "0.3", "1", "--rho", "0.1", "0.8", "--seeds", "2")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phase") / "alone"
    assert main([*GRID, "--out", str(folder)]) == 0
    return folder


def test_every_point_is_run_with_every_seed_and_drawn(alone: Path) -> None:
    table = read_table(alone, "points")
    assert {*zip(table["J"], table["rho"], table["seed"], strict=True)} == {
        (J, rho, seed) for J in (0.3, 1.0) for rho in (0.1, 0.8) for seed in (42, 43)
    }
    for picture in ("phase.png", "hysteresis.png"):
        assert (alone / picture).read_bytes().startswith(b"\x89PNG")


def test_two_workers_find_what_one_finds(alone: Path, tmp_path: Path) -> None:
    assert main([*GRID, "--out", str(tmp_path), "--jobs", "2"]) == 0
    assert (tmp_path / "summary.json").read_bytes() == (alone / "summary.json").read_bytes()
    assert read_table(tmp_path, "points").equals(read_table(alone, "points"))


@pytest.mark.skipif(installed("ray") is None, reason="Ray is not installed: pip install -r requirements/cluster.txt")
def test_a_ray_cluster_finds_what_one_worker_finds(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    assert main([*GRID, "--out", str(tmp_path), "--cluster", "local"]) == 0
    assert read_table(tmp_path, "points").equals(read_table(alone, "points"))


def test_without_ray_the_command_to_install_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(work, "installed", lambda package: None)
    assert main([*GRID, "--out", str(tmp_path / "x"), "--cluster", "local"]) == 2
    assert "pip install -r requirements/cluster.txt" in capsys.readouterr().err


def test_a_grid_that_was_killed_goes_on_where_it_stopped(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (alone / POINTS).read_text().splitlines(keepends=True)
    (tmp_path / POINTS).write_text("".join(lines[:3]) + lines[3][:20])
    (tmp_path / "manifest.json").write_bytes((alone / "manifest.json").read_bytes())
    assert main([*GRID, "--resume", str(tmp_path)]) == 0
    assert (tmp_path / POINTS).read_text().splitlines(keepends=True)[:3] == lines[:3]
    assert read_table(tmp_path, "points").equals(read_table(alone, "points"))


def test_another_grid_is_not_mixed_in(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GRID, "--seed", "7", "--resume", str(alone)]) == 2
    assert "another grid was begun there" in capsys.readouterr().err
    assert json.loads((alone / "manifest.json").read_text())["seed"] == 42


def test_slow_buyers_stay_with_a_monopolist_that_they_would_not_have_made() -> None:
    J = [0.4, 0.6, 0.7, 0.8, 1.0]
    slow, fast = (hysteresis((Parameters(rho=rho, N=1000), J, 400)) for rho in (0.1, 0.8))
    gap = {one.rho: np.subtract(one.falling, one.rising) for one in (slow, fast)}
    assert gap[0.1].max() > 0.4
    assert gap[0.1].max() > gap[0.8].max()
    assert abs(gap[0.1][0]) < 0.05
