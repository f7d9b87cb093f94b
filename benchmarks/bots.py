"""Bots in real browsers on the real trading page: latencies, memory and start, by number of bots.

    .venv/bin/python -m benchmarks.bots [--bots 8 24] [--period-seconds 30] [--pace 1] [--trouble]

Each row is one session of `asset_cda` with the heuristic in fresh processes on this machine, the server included.
event: from a market event's arrival at the page to the trader. act: from the decision to the acknowledged order.
memory: proportional set size of all browser processes, a bot. start: from the command to the first open period.
With --trouble the last seat has a model that never answers, and in the first period one tab's process is killed; the
numbers are of the other seats, and what the summary says of those two comes below the row.
Targets on two cores at 24 bots: event p95 under 60 ms, act p95 under 100 ms, under 120 MiB a bot, started in 25 s.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bots.domain.summary import latencies
from pit import ROOT, Server

KEY = "benchmark"


def children(pid: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def browser_memory(pid: int) -> float:
    """Proportional set size in MiB of the browser's processes below `pid`; shared pages are counted once."""
    total = 0
    for one in children(pid):
        try:
            if "chrom" in Path(f"/proc/{one}/comm").read_text():
                rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total / 1024


def phase(server: Server, session: str) -> str:
    return str(server.ask(f"/api/openpit/session/{session}")["markets"][0]["phase"])


def kill_a_tab(pid: int) -> None:
    """End the process behind one of the browser's pages."""
    pages = [one for one in children(pid) if b"--type=renderer" in Path(f"/proc/{one}/cmdline").read_bytes()]
    os.kill(pages[len(pages) // 2], signal.SIGKILL)


def command(link: str, bots: int, pace: float, out: Path, *, trouble: bool) -> list[str]:
    if trouble:
        return [sys.executable, "-m", "benchmarks.trouble", link, str(bots), str(out), str(pace)]
    return [sys.executable, "-m", "bots.main", link, "heuristic", "--pace", str(pace), "--out", str(out)]


def measure(server: Server, bots: int, period_seconds: float, pace: float, out: Path, *, trouble: bool) -> str:
    body = {"session_config_name": "asset_cda", "num_participants": bots}
    changes = {"period_seconds": period_seconds, "bots": bots, "result_seconds": 2.0}
    session = server.ask("/api/sessions", {**body, "modified_session_config_fields": changes})["code"]
    began = time.monotonic()
    words = command(f"{server.address}/SessionStartLinks/{session}", bots, pace, out, trouble=trouble)
    environment = {**os.environ, "OTREE_REST_KEY": KEY}
    runner = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    while phase(server, session) == "waiting":
        time.sleep(0.2)
    started = time.monotonic() - began
    time.sleep(period_seconds * 0.5)
    if trouble:
        kill_a_tab(runner.pid)
    time.sleep(period_seconds)
    memory = browser_memory(runner.pid) / bots
    said, _ = runner.communicate()
    folder = Path(said.splitlines()[-1].removeprefix("Run folder: "))
    summary = json.loads((folder / "summary.json").read_text())
    told = "".join(f"\n     {line}" for line in said.splitlines() if line.startswith("Seats, "))
    return row(bots, turns_of_the_well(folder, bots, summary, trouble), memory, started) + told


def turns_of_the_well(folder: Path, bots: int, summary: dict[str, Any], trouble: bool) -> list[dict[str, Any]]:
    """The turns of the seats that nothing was done to."""
    lines = [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]
    ill = {int(seat) for seat, one in summary["bots"].items() if one["rejoined"]} | {bots} if trouble else set()
    return [line for line in lines if line["seat"] not in ill]


def row(bots: int, turns: list[dict[str, Any]], memory: float, started: float) -> str:
    found = latencies(turns)
    waits = [found[kind][share] for kind in ("event", "act") for share in ("p50", "p95")]
    cells = [f"{bots:>4}", f"{len(turns):>9}", *(f"{wait:>8.1f}" for wait in waits)]
    return " ".join([*cells, f"{memory:>8.0f}", f"{started:>7.1f}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bots", type=int, nargs="+", default=[8, 24])
    parser.add_argument("--period-seconds", type=float, default=30)
    parser.add_argument("--pace", type=float, default=1, help="least seconds between two decisions of a bot")
    parser.add_argument("--trouble", action="store_true", help="one model that hangs, one tab that is killed")
    parser.add_argument("--port", type=int, default=8481)
    wish = parser.parse_args()
    print("bots decisions  event50  event95    act50    act95  MiB/bot start/s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Server(folder / "server", wish.port, KEY) as server:
            for bots in wish.bots:
                found = measure(server, bots, wish.period_seconds, wish.pace, folder, trouble=wish.trouble)
                print(found, flush=True)


if __name__ == "__main__":
    main()
