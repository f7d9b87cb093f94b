"""Runs that end early or cannot begin: no process stays, and what is on disk can be read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from bots.main import main
from bots.services.cli import RunConfig
from bots.services.runner import run
from pit import ROOT, Server
from tests.bots.processes import all_gone, started_by
from tests.bots.runs import ENVIRON, document, lines, rows
from tests.lab import KEY, new_session


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
    before = started_by(os.getpid())
    result = run(RunConfig(url=url, model="noise", num_bots=1, timeout_minutes=0.05, out=tmp_path), ENVIRON)
    assert result.ended == "timeout"
    assert all_gone(started_by(os.getpid()) - before)
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
