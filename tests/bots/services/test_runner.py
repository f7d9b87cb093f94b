"""Whole runs: real server, real browsers, and everything that happened on disk afterwards."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from bots.main import main
from bots.services.cli import RunConfig
from bots.services.runner import run
from market.records import TABLES
from pit import ROOT, Server
from tests.bots.processes import all_gone, started_by
from tests.lab import KEY, new_session

ENVIRON = {"OTREE_REST_KEY": KEY}


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]


def document(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found


@pytest.fixture(scope="module")
def played(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """(session, run folder) of three bots that played a session to its end."""
    session, _ = new_session(lab, seats=3, period_seconds=3, result_seconds=1)
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}", seed=5, pace=0.3, out=tmp_path_factory.mktemp("data")
    )
    result = run(config, ENVIRON)
    assert result.ended == "finished"
    assert started_by(os.getpid()) <= started_by(lab.process.pid) | {lab.process.pid}
    return session, result.folder


def test_a_run_leaves_everything_that_it_promises(played: tuple[str, Path]) -> None:
    _, folder = played
    assert folder.name == "run-1"
    named = {path.name for path in folder.iterdir()}
    promised = {"manifest.json", "decisions.jsonl", "run.log", "summary.json", "report.html"}
    assert named == promised | {f"{table}.csv" for table in TABLES}
    assert (folder.parent / "runs.metadata").read_text().count("| run-1 | heuristic | 3 subjects | 3 bots |") == 1


def test_every_order_of_the_tables_was_decided_and_every_acknowledged_one_is_there(played: tuple[str, Path]) -> None:
    _, folder = played
    ordered = {(row["participant"], row["order_id"]) for row in rows(folder, "orders") if row["command"] != "cancel"}
    acknowledged = {
        (line["participant"], str(receipt["order_id"]))
        for line in lines(folder)
        for action, receipt in zip(line["actions"], line["receipts"], strict=False)
        if receipt["status"] in ("accepted", "traded") and action[0] != "cancel"
    }
    assert acknowledged
    assert acknowledged == ordered


def test_bots_are_marked_in_the_data(played: tuple[str, Path]) -> None:
    session, folder = played
    people = rows(folder, "participants")
    assert {(row["session"], row["kind"], row["model"]) for row in people} == {(session, "model", "heuristic")}
    assert {(row["participant"], row["trader"]) for row in people} == {
        (line["participant"], line["trader"]) for line in lines(folder)
    }


def test_the_summary_adds_up_with_lines_and_tables(played: tuple[str, Path]) -> None:
    session, folder = played
    summary, turns, trades = document(folder, "summary.json"), lines(folder), rows(folder, "trades")
    assert (summary["kind"], summary["session"], summary["ended"]) == ("lab", session, "finished")
    assert summary["decisions"]["due"] == len(turns) == sum(1 for turn in turns if turn["outcome"])
    for seat, counts in summary["decisions"]["by_seat"].items():
        outcomes = [turn["outcome"] for turn in turns if turn["seat"] == int(seat)]
        assert counts["due"] == len(outcomes)
        assert counts["valid"] == outcomes.count("valid")
    assert summary["trades"] == len(trades)
    assert summary["volume"] == sum(int(trade["quantity"]) for trade in trades)
    assert summary["measures"]["1-1"]["turnover"] >= 0
    assert summary["latencies"]["act"]["p95"] < 2000


def test_turns_of_a_seat_keep_their_order_and_their_pace(played: tuple[str, Path]) -> None:
    _, folder = played
    for seat in (1, 2, 3):
        own = [line for line in lines(folder) if line["seat"] == seat]
        assert [line["turn"] for line in own] == list(range(1, len(own) + 1))
        for period in (1, 2, 3):
            times = [datetime.fromisoformat(line["utc"]) for line in own if line["period"] == period]
            assert all(later - earlier >= timedelta(seconds=0.299) for earlier, later in pairwise(times))


def test_the_manifest_says_how_it_was_made_and_keeps_secrets(played: tuple[str, Path]) -> None:
    session, folder = played
    manifest = document(folder, "manifest.json")
    assert (manifest["session"], manifest["seed"], manifest["treatment"]) == (session, 5, "asset_cda")
    assert manifest["treatment_sha256"] == rows(folder, "markets")[0]["treatment_sha256"]
    assert manifest["versions"]["selenium"]
    for file in folder.rglob("*"):
        assert KEY.encode() not in file.read_bytes(), file.name


# Ending early


def start(lab: Server, out: Path, *options: str) -> subprocess.Popen[str]:
    session, _ = new_session(lab, seats=3, period_seconds=60)
    command = [sys.executable, "-m", "bots.main", f"{lab.address}/SessionStartLinks/{session}", "heuristic"]
    return subprocess.Popen(
        [*command, "--out", str(out), "--pace", "0.3", *options],
        cwd=ROOT,
        env={**os.environ, **ENVIRON},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(file: Path, seconds: float = 30) -> None:
    until = monotonic() + seconds
    while not file.exists():
        assert monotonic() < until, f"{file} did not come"
        sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="reads /proc")
def test_ctrl_c_leaves_no_process_and_a_readable_folder(lab: Server, tmp_path: Path) -> None:
    bots = start(lab, tmp_path)
    folder = tmp_path / "debug-runs" / "run-1"
    wait_for(folder / "decisions.jsonl")
    started = started_by(bots.pid)
    assert len(started) > 3
    # As a terminal does: to the whole foreground group, and twice, from an impatient hand.
    os.killpg(bots.pid, signal.SIGINT)
    sleep(0.2)
    os.killpg(bots.pid, signal.SIGINT)
    said, _ = bots.communicate(timeout=30)
    assert bots.returncode == 130
    assert said.splitlines()[-1] == f"Run folder: {folder}"
    assert all_gone(started)
    assert document(folder, "summary.json")["ended"] == "interrupted"
    assert document(folder, "summary.json")["decisions"]["due"] == len(lines(folder)) > 0
    assert rows(folder, "orders")
    assert (folder / "report.html").exists()


@pytest.mark.skipif(os.name == "nt", reason="reads /proc")
def test_ctrl_c_before_the_first_page_leaves_nothing(lab: Server, tmp_path: Path) -> None:
    bots = start(lab, tmp_path)
    until = monotonic() + 20
    while not started_by(bots.pid) and monotonic() < until:
        sleep(0.01)
    os.killpg(bots.pid, signal.SIGINT)
    sleep(0.3)
    started = started_by(bots.pid)
    bots.communicate(timeout=30)
    assert bots.returncode == 130
    assert all_gone(started)


def test_a_run_ends_at_its_timeout(lab: Server, tmp_path: Path) -> None:
    session, _ = new_session(lab, seats=3, period_seconds=60)
    url = f"{lab.address}/SessionStartLinks/{session}"
    result = run(RunConfig(url=url, model="noise", num_bots=1, timeout_minutes=0.05, out=tmp_path), ENVIRON)
    assert result.ended == "timeout"
    assert [row["kind"] for row in rows(result.folder, "participants")] == ["human", "human", "rule"]


# Not starting at all


MISTAKES = {
    "no such session": "{server}/SessionStartLinks/nosuch00 noise",
    "no server": "http://127.0.0.1:9/SessionStartLinks/x noise",
    "too many bots": "{page} noise --num-bots 9",
    "no such browser": "{page} noise --browser /nowhere/chrome",
    "no such driver": "{page} noise --driver /nowhere/chromedriver",
    "no grid": "{page} noise --grid http://127.0.0.1:9",
    "no links file": "noise --links /nowhere/bot-links.cfg",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_run_that_cannot_start_says_why_and_leaves_no_folder(
    mistake: str, lab: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTREE_REST_KEY", KEY)
    session, _ = new_session(lab, seats=3)
    arguments = MISTAKES[mistake].format(server=lab.address, page=f"{lab.address}/SessionStartLinks/{session}")
    assert main([*arguments.split(), "--out", str(tmp_path / "data")]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "data").exists()


def test_an_output_folder_that_cannot_be_written_is_told(
    lab: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTREE_REST_KEY", KEY)
    session, _ = new_session(lab, seats=3)
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file")
    assert main([f"{lab.address}/SessionStartLinks/{session}", "noise", "--out", place]) == 2
    assert "--out" in capsys.readouterr().err
