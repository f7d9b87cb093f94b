"""A disk that is full for a while: nothing half-written, clear words, and the session goes on."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from bots.main import main
from bots.services.run_folder import RunFolder
from pit import Server
from tests.bots.processes import all_gone, started_by
from tests.bots.runs import document, lines
from tests.lab import Seat, new_session, own_treatment, running_lab
from tests.test_outage import start_bots

# Of an account without rights.
NOBODY = 65534
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="a disk is made full by the limits of a process: Linux alone"
)


def allow(process: int, size: int | None) -> None:
    """No file of a process may grow above `size` bytes, as if there was no more room; None lifts that."""
    import resource

    limit = resource.RLIM_INFINITY if size is None else size
    resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@linux
def test_orders_are_refused_while_the_servers_disk_is_full_and_taken_again_after(tmp_path: Path) -> None:
    async def story(server: Server, codes: list[str]) -> int:
        async with Seat(server, codes[0]) as ann, Seat(server, codes[1]):
            await ann.phase("open")
            assert (await ann.place("buy", 1))["status"] == "accepted"
            allow(server.process.pid, (server.folder / "db.sqlite3-wal").stat().st_size)
            refused = await until_refused(ann)
            assert refused["code"] == "not_saved"
            assert refused["reason"]
            allow(server.process.pid, None)
            accepted = await until_accepted(ann)
            return len((await ann.view()).orders) if accepted else 0

    with running_lab(tmp_path) as server:
        treatment = own_treatment(server, period_seconds=600.0, orders_per_second=1000.0, open_orders=1000)
        session, codes = new_session(server, seats=2, **treatment)
        orders = asyncio.run(asyncio.wait_for(story(server, codes), 60))
        server.stop()
        server.start()
        events = server.ask(f"/api/openpit/session/{session}")["markets"][0]["events"]
        assert events > orders > 1


async def until_refused(seat: Seat) -> dict[str, object]:
    for _ in range(400):
        receipt = await seat.place("buy", 1)
        if receipt["status"] != "accepted":
            return receipt
    raise AssertionError("the disk was never full")


async def until_accepted(seat: Seat) -> bool:
    for _ in range(100):
        if (await seat.place("buy", 1))["status"] == "accepted":
            return True
        await asyncio.sleep(0.1)
    return False


@linux
def test_bots_play_on_while_their_disk_is_full_and_write_everything_down_after(lab: Server, tmp_path: Path) -> None:
    session, _ = new_session(lab, seats=2, bots=2, period_seconds=9.0, result_seconds=1.0)
    bots = start_bots(lab, session, tmp_path)
    folder = tmp_path / "debug-runs" / "run-1"
    wait(lambda: (folder / "decisions.jsonl").exists() and len(lines(folder)) >= 2)
    size = (folder / "decisions.jsonl").stat().st_size
    allow(bots.pid, size + 10)
    sleep(4)
    assert (folder / "decisions.jsonl").stat().st_size == size
    assert bots.poll() is None
    allow(bots.pid, None)
    bots.communicate(timeout=90)
    turns = lines(folder)
    assert bots.returncode == 0
    for seat in (1, 2):
        own = [turn["turn"] for turn in turns if turn["seat"] == seat]
        assert own == list(range(1, len(own) + 1))
    assert document(folder, "summary.json")["decisions"]["due"] == len(turns) > 4


def wait(for_what: object, seconds: float = 40.0) -> None:
    until = monotonic() + seconds
    while not for_what():  # type: ignore[operator]
        assert monotonic() < until
        sleep(0.05)


@linux
def test_a_line_that_finds_no_room_is_there_whole_later_or_not_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = RunFolder.create(tmp_path, production=False)
    folder.record({"turn": 1})
    allow(os.getpid(), (folder.path / "decisions.jsonl").stat().st_size + 5)
    try:
        folder.record({"turn": 2})
        folder.record({"turn": 3})
        with pytest.raises(OSError, match="File too large"):
            folder.write_json("summary.json", {"much": "x" * 100})
        whole = (folder.path / "decisions.jsonl").read_text()
    finally:
        allow(os.getpid(), None)
    assert whole == '{"turn": 1}\n'
    assert not (folder.path / "summary.json").exists()
    assert not list(folder.path.glob("*.half")) + list(folder.path.glob(".*.half"))
    assert capsys.readouterr().err.count("Make room") == 1
    folder.record({"turn": 4})
    folder.close()
    written = (folder.path / "decisions.jsonl").read_text().splitlines()
    assert [json.loads(line)["turn"] for line in written] == [1, 2, 3, 4]


@linux
def test_a_run_without_room_for_its_folder_says_so_and_starts_nothing(lab: Server, tmp_path: Path) -> None:
    session, _ = new_session(lab, seats=2)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY));"
        "from bots.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", limited, f"{lab.address}/SessionStartLinks/{session}", "noise"]
    environment = {**os.environ, "OTREE_REST_KEY": lab.key}
    before = started_by(os.getpid())
    done = subprocess.run(
        [*command, "--out", str(tmp_path)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert all_gone(started_by(os.getpid()) - before)


@contextmanager
def nobody_special() -> Iterator[None]:
    """Root writes everywhere; for as long as this lasts it asks the file system as somebody else does."""
    if os.geteuid():
        yield
        return
    import ctypes

    system = ctypes.CDLL(None)
    system.setfsuid(NOBODY)
    try:
        yield
    finally:
        system.setfsuid(0)


def let_others_through(data: Path) -> None:
    """Folders of tests are for their user alone."""
    for folder in data.parents:
        folder.chmod(folder.stat().st_mode | 0o011)


@linux
def test_a_data_folder_that_cannot_be_written_is_told(
    lab: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session, _ = new_session(lab, seats=2)
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o555)
    if os.geteuid() == 0:
        let_others_through(data)
    monkeypatch.setenv("OTREE_REST_KEY", lab.key)
    with nobody_special():
        assert main([f"{lab.address}/SessionStartLinks/{session}", "noise", "--out", str(data)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert list(data.iterdir()) == []
