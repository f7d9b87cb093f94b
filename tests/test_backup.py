"""Copies of the database: whole while people trade, and back in its place after a loss."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pit import ROOT, Server
from tests.lab import Seat, free_port, new_session, own_treatment, running_lab
from tests.postgres import missing, running_postgres


def pit(*arguments: object, database: str = "") -> tuple[int, str]:
    """(exit code, all it said) of a command of pit.py's."""
    environment = {**os.environ, "DATABASE_URL": database}
    command = [sys.executable, str(ROOT / "pit.py"), *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


async def trade(server: Server, codes: list[str], orders: int, after: asyncio.Event | None = None) -> None:
    """Orders without end until `after`, and then `orders` more."""
    async with Seat(server, codes[0]) as ann, Seat(server, codes[1]):
        await ann.phase("open")
        while orders:
            orders -= after is None or after.is_set()
            order = await ann.place("buy", 1)
            assert order["status"] == "accepted"
            assert (await ann.command(do="cancel", order_id=order["order_id"]))["status"] == "accepted"


def placed(server: Server, session: str) -> int:
    """Events of a session that the server knows of."""
    return sum(int(market["events"]) for market in server.ask(f"/api/openpit/session/{session}")["markets"])


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_copy_made_while_people_trade_is_put_back_and_played_on(kind: str, tmp_path: Path) -> None:
    if kind == "postgres" and (why := missing()):
        pytest.skip(why)
    with ExitStack() as stack:
        url = stack.enter_context(running_postgres(tmp_path, free_port())) if kind == "postgres" else ""
        server = stack.enter_context(running_lab(tmp_path / "lab", url))
        session, codes = new_session(
            server, seats=2, **own_treatment(server, period_seconds=600.0, orders_per_second=1000.0)
        )
        where: list[Any] = ["--server", server.folder]

        async def story() -> Path:
            copied = asyncio.Event()
            trading = asyncio.create_task(trade(server, codes, 5, copied))
            while not await asyncio.to_thread(placed, server, session):
                await asyncio.sleep(0.05)
            code, said = await asyncio.to_thread(pit, "backup", "--to", tmp_path / "copies", *where, database=url)
            copied.set()
            assert code == 0, said
            await trading
            return Path(said.split(" (")[0])

        copy = asyncio.run(asyncio.wait_for(story(), 60))
        assert copy.stat().st_mode & 0o777 == 0o600
        everything = placed(server, session)
        code, said = pit("restore", copy, *where, database=url)
        assert (code, "Stop the server first" in said) == (2, True), said
        assert placed(server, session) >= everything
        server.stop()
        code, said = pit("restore", copy, *where, database=url)
        assert code == 0, said
        server.start()
        assert 0 < placed(server, session) < everything
        asyncio.run(asyncio.wait_for(trade(server, codes, 3), 60))


def test_a_copy_is_one_whole_file_that_otrees_zip_leaves_out(lab: Server, tmp_path: Path) -> None:
    code, said = pit("backup", "--to", tmp_path, "--server", lab.folder)
    assert code == 0, said
    [file] = tmp_path.iterdir()
    assert file.name.endswith("db.sqlite3")
    with sqlite3.connect(file) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_what_cannot_be_copied_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    code, said = pit("backup", "--server", tmp_path / "nowhere", "--to", tmp_path / "copies")
    assert (code, "--server DIR" in said) == (2, True)
    (tmp_path / "file").write_text("")
    code, said = pit("backup", "--server", tmp_path, "--to", tmp_path / "file")
    assert (code, "--to DIR" in said) == (2, True)
    assert list((tmp_path / "copies").iterdir()) == []


def test_no_other_file_becomes_the_database(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"precious")
    for name, content in (("text", b"hello"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        code, said = pit("restore", tmp_path / name, "--server", tmp_path)
        assert (code, "no copy of the lab's database" in said) == (2, True), said
    assert (tmp_path / "db.sqlite3").read_bytes() == b"precious"
