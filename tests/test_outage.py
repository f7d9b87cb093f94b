"""The server is killed in mid-trade: bots and a person's page carry on, and nothing acknowledged is lost."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pit import Server
from tests.lab import KEY, new_session, running_lab
from tests.person import Person, person

ROOT = Path(__file__).resolve().parent.parent


def start_bots(server: Server, session: str, out: Path) -> subprocess.Popen[str]:
    link = f"{server.address}/SessionStartLinks/{session}"
    command = [
        sys.executable,
        "-m",
        "bots.main",
        link,
        "heuristic",
        "--num-bots",
        "2",
        "--pace",
        "0.5",
        "--out",
        str(out),
    ]
    environment = {**os.environ, "OTREE_REST_KEY": KEY}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def events(server: Server, session: str) -> int:
    return int(server.ask(f"/api/openpit/session/{session}")["markets"][0]["events"])


def kill_and_restart(server: Server, subject: Person) -> None:
    server.stop(signal.SIGKILL)
    subject.wait_for(lambda: subject.driver.find_element("id", "op-lost").is_displayed())
    subject.see("connection-lost")
    assert not subject.driver.find_element("id", "op-send").is_enabled()
    server.start()
    subject.wait_for(lambda: not subject.driver.find_element("id", "op-lost").is_displayed())


def bot_orders_acknowledged(folder: Path) -> set[int]:
    turns = [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]
    receipts = [receipt for turn in turns for receipt in turn["receipts"]]
    return {receipt["order_id"] for receipt in receipts if receipt["status"] in ("accepted", "traded")}


def orders_on_record(folder: Path) -> set[int]:
    with (folder / "orders.csv").open(newline="") as file:
        return {int(row["order_id"]) for row in csv.DictReader(file) if row["kind"] == "model"}


def test_bots_and_a_person_carry_on_after_kill_9(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"humans": 1, "bots": 2, "period_seconds": 6.0, "result_seconds": 1.5}
    with running_lab(tmp_path / "lab") as server, person("outage") as subject:
        session, codes = new_session(server, seats=3, **changes)
        bots = start_bots(server, session, tmp_path)
        subject.driver.get(f"{server.address}/InitializeParticipant/{codes[0]}")
        subject.click(".otree-btn-next")
        subject.wait_for_phase("open")
        subject.wait_for(lambda: events(server, session) > 6)
        kill_and_restart(server, subject)
        subject.wait_for_phase("open")
        before = events(server, session)
        subject.wait_for(lambda: events(server, session) > before + 3)
        subject.wait_for_page("Results")
        said, _ = bots.communicate(timeout=60)
        assert bots.returncode == 0, said
    folder = Path(said.splitlines()[-1].removeprefix("Run folder: "))
    acknowledged = bot_orders_acknowledged(folder)
    assert len(acknowledged) > 5
    assert acknowledged <= orders_on_record(folder)


def processes_of(folder: Path) -> list[str]:
    """Command lines that name the folder, of any process still alive."""
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in shown.splitlines() if str(folder) in line]


def test_ctrl_c_leaves_no_process_and_a_readable_folder(tmp_path: Path) -> None:
    with running_lab(tmp_path / "lab") as server:
        session, _ = new_session(server, seats=2, bots=2, period_seconds=60.0)
        bots = start_bots(server, session, tmp_path / "runs")
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and events(server, session) < 4:
            time.sleep(0.2)
        bots.send_signal(signal.SIGINT)
        said, _ = bots.communicate(timeout=30)
    folder = Path(said.splitlines()[-1].removeprefix("Run folder: "))
    assert json.loads((folder / "summary.json").read_text())["ended"] == "interrupted"
    assert (folder / "decisions.jsonl").read_text().count("\n") > 0
    assert (folder / "trades.csv").exists()
    assert processes_of(tmp_path) == []
