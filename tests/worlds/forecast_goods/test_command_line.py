"""The command as people give it: the same end on any number of workers and after any snapshot, and clear mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worlds.folders import read_table
from worlds.forecast_goods.__main__ import main
from worlds.forecast_goods.chain import verify
from worlds.forecast_goods.config import MODES


def end_of(folder: Path, *options: str) -> str:
    assert main(["run", "--no-figures", "--out", str(folder), *options]) == 0
    end = json.loads((folder / "summary.json").read_text())["hash"]
    assert isinstance(end, str)
    return end


@pytest.mark.parametrize("mode", MODES)
def test_one_worker_eight_and_a_restored_run_end_the_same(mode: str, tmp_path: Path) -> None:
    options = ("--rounds", "12", "--seed", "7", "--matching", mode)
    end = end_of(tmp_path / "one", *options, "--snapshot-every", "5")
    assert end_of(tmp_path / "eight", *options, "--workers", "8") == end
    snapshot = tmp_path / "one" / "snapshot-000005.json"
    assert end_of(tmp_path / "on", "--restore", str(snapshot)) == end
    first = verify((tmp_path / "one" / "log.jsonl").read_text().splitlines())
    assert first == end
    rounds = read_table(tmp_path / "on", "rounds")
    assert list(rounds["round"]) == list(range(5, 12))


def test_a_run_says_its_measures_its_folder_and_its_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end = end_of(tmp_path / "run", "--rounds", "3", "--seed", "7")
    told = capsys.readouterr().out
    assert f"Final hash: {end}" in told
    assert f"Run folder: {tmp_path / 'run'}" in told
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"manifest.json", "log.jsonl", "trades.parquet"}


MISTAKES = {
    ("--matching", "hores"): "--matching = 'hores': expected one of cda, call, posted, horse, lmsr. Nearest: 'horse'.",
    ("--roles", "analist"): "Nearest: 'analyst'.",
    ("--config", "none.toml"): "it cannot be read",
    ("--restore", "none.json"): "none.json: it cannot be read",
    ("--model", "no such model"): "--model no such model:",
}


@pytest.mark.parametrize("given", MISTAKES)
def test_a_mistake_is_said_before_anything_runs(
    given: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--out", str(tmp_path / "run"), *given]) == 2
    assert MISTAKES[given] in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_what_a_snapshot_says_cannot_be_said_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end_of(tmp_path / "run", "--rounds", "2", "--snapshot-every", "2")
    snapshot = str(tmp_path / "run" / "snapshot-000002.json")
    assert main(["run", "--restore", snapshot, "--seed", "8", "--out", str(tmp_path / "on")]) == 2
    assert main(["run", "--restore", snapshot, "--out", str(tmp_path / "on")]) == 2
    assert main(["run", "--rounds", "2", "--out", str(tmp_path / "run")]) == 2
    told = capsys.readouterr().err
    assert "--seed cannot change with --restore" in told
    assert "2 rounds are played and 2 wanted. Raise --rounds." in told
    assert "a run is there already" in told


@pytest.mark.parametrize("given", [["run", "--rounds", "0"], ["run", "--seed", "-1"], ["walk"], []])
def test_a_number_or_a_command_that_makes_no_sense_is_refused(given: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(given)
    assert raised.value.code == 2
