"""A run's number is its own for ever, and its files are whole at any moment."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bots.services import run_folder
from bots.services.run_folder import RunFolder


def number_of(out: Path, production: bool = False) -> int:
    folder = RunFolder.create(out, production=production)
    folder.note(model="noise", subjects=4, bots=2, comments="", link="http://server")
    folder.close()
    return int(folder.name.removeprefix("run-"))


def test_numbers_count_up_and_debug_and_production_count_apart(tmp_path: Path) -> None:
    assert [number_of(tmp_path) for _ in range(3)] == [1, 2, 3]
    assert number_of(tmp_path, production=True) == 1
    assert (tmp_path / "production-runs" / "run-1" / "run.log").exists()


def test_the_number_of_a_deleted_run_is_not_used_again(tmp_path: Path) -> None:
    number_of(tmp_path)
    number_of(tmp_path)
    shutil.rmtree(tmp_path / "debug-runs" / "run-2")
    assert number_of(tmp_path) == 3


def test_a_lost_counter_does_not_overwrite_runs(tmp_path: Path) -> None:
    number_of(tmp_path)
    (tmp_path / "debug-runs" / ".last-run").unlink()
    (tmp_path / "debug-runs" / "run-notes").mkdir()
    assert number_of(tmp_path) == 2


def test_runners_that_start_at_once_share_no_number_and_lose_no_line(tmp_path: Path) -> None:
    with ProcessPoolExecutor(max_workers=4, mp_context=get_context("spawn")) as pool:
        numbers = list(pool.map(number_of, [tmp_path] * 24))
    assert sorted(numbers) == list(range(1, 25))
    lines = (tmp_path / "debug-runs" / "runs.metadata").read_text().splitlines()
    assert sorted(line.split(" | ")[1] for line in lines) == sorted(f"run-{number}" for number in range(1, 25))


def test_the_metadata_line_has_its_seven_columns_whatever_the_comment(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, production=True)
    folder.note(model="heuristic", subjects=6, bots=4, comments="pilot |\n 2/3", link="http://server/join/x")
    _, *columns = (tmp_path / "production-runs" / "runs.metadata").read_text().strip().split(" | ")
    assert columns == ["run-1", "heuristic", "6 subjects", "4 bots", "pilot / 2/3", "http://server/join/x"]


def test_a_turn_is_on_disk_when_it_was_recorded(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, production=False)
    for turn in (1, 2):
        folder.record({"turn": turn})
        written = (folder.path / "decisions.jsonl").read_text().splitlines()
        assert [json.loads(line)["turn"] for line in written] == list(range(1, turn + 1))
    assert folder.lines == [{"turn": 1}, {"turn": 2}]


def test_documents_replace_each_other_whole(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, production=False)
    folder.write_json("summary.json", {"ended": "failed"})
    folder.write_json("summary.json", {"ended": "finished"})
    folder.keep("seat-1.png", b"picture")
    assert json.loads((folder.path / "summary.json").read_text()) == {"ended": "finished"}
    assert sorted(path.name for path in folder.path.iterdir()) == [".runner", "run.log", "screenshots", "summary.json"]


def test_a_run_that_did_not_begin_leaves_no_folder_and_its_number_is_used(tmp_path: Path) -> None:
    for _ in range(2):
        folder = RunFolder.create(tmp_path, production=False)
        folder.write_json("manifest.json", {})
        folder.discard()
        assert not folder.path.exists()
    assert folder.name == "run-2"


def test_a_folder_that_cannot_be_written_when_it_has_just_been_made_goes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, scrub: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(run_folder, "_logger", full)
    with pytest.raises(OSError, match="no room"):
        RunFolder.create(tmp_path, production=False)
    assert not list(tmp_path.glob("*/run-*"))


def test_turns_that_wait_for_room_count_too(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, production=False)
    folder.record({"turn": 1})
    (folder.path / "decisions.jsonl").rename(tmp_path / "kept")
    (folder.path / "decisions.jsonl").mkdir()
    folder.record({"turn": 2})
    (folder.path / "decisions.jsonl").rmdir()
    (tmp_path / "kept").rename(folder.path / "decisions.jsonl")
    assert [line["turn"] for line in folder.lines] == [1, 2]
    folder.close()
