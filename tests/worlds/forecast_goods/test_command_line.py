"""The command as people give it: the same end on any number of workers and after any snapshot, and clear mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from worlds.folders import read_table
from worlds.forecast_goods.__main__ import main
from worlds.forecast_goods.chain import verify
from worlds.forecast_goods.config import MODES
from worlds.forecast_goods.records import COLUMNS


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
    same = ("--restore", str(snapshot), "--matching", mode)
    assert end_of(tmp_path / "on", *same) == end
    first = verify((tmp_path / "one" / "log.jsonl").read_text().splitlines())
    assert first == end
    whole = {name: read_table(tmp_path / "one", name) for name in COLUMNS}
    assert all(read_table(tmp_path / "on", name).equals(frame) for name, frame in whole.items())


def test_a_restored_run_takes_over_what_is_beside_its_snapshot_and_nothing_else(tmp_path: Path) -> None:
    end = end_of(tmp_path / "one", "--rounds", "4", "--seed", "7", "--snapshot-every", "2")
    end_of(tmp_path / "other", "--rounds", "4", "--seed", "8")
    alone, name = tmp_path / "alone", "snapshot-000002.json"
    alone.mkdir()
    for place in (alone, tmp_path / "other"):
        (place / name).write_bytes((tmp_path / "one" / name).read_bytes())
        on = tmp_path / f"from-{place.name}"
        assert end_of(on, "--restore", str(place / name)) == end
        assert list(read_table(on, "rounds")["round"]) == [2, 3]
    on = tmp_path / "from-one"
    end_of(on, "--restore", str(tmp_path / "one" / name))
    assert (on / "log.jsonl").read_bytes() == (tmp_path / "one" / "log.jsonl").read_bytes()
    assert main(["calibrate", "--events", str(on / "log.jsonl")]) == 0


def test_a_reader_who_goes_away_is_no_mistake(tmp_path: Path) -> None:
    bars = tmp_path / "bars.csv"
    bars.write_text("close\n" + "\n".join(str(100 + day % 7) for day in range(20)))
    command = [sys.executable, "-m", "worlds.forecast_goods", "calibrate", "--bars", str(bars), "--dt", "0.004"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


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
    ("--restore", "none.json"): "Name a snapshot-*.json of a run",
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
