"""One server process alone hosts the markets of a database."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from market.events import Phase
from otree_app.owner import Taken, hold_file
from pit import ROOT, Server
from tests.lab import KEY, Seat, free_port, new_session, running_lab

# the module alone, so that no oTree is set up for it
HOLD = """
import pathlib, sys, time
from owner import hold_file

held = hold_file(pathlib.Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_database_has_one_owner_until_it_lets_go(tmp_path: Path) -> None:
    held = hold_file(tmp_path / "db.owner")
    with pytest.raises(Taken):
        hold_file(tmp_path / "db.owner")
    held.close()
    hold_file(tmp_path / "db.owner").close()


def test_the_lock_ends_with_its_process_whatever_became_of_it(tmp_path: Path) -> None:
    path = tmp_path / "db.owner"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, cwd=ROOT / "otree_app", stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Taken):
            hold_file(path)
        other.kill()
    hold_file(path).close()


def test_a_second_server_on_the_same_database_sends_pages_away_and_says_why(tmp_path: Path) -> None:
    async def story(first: Server, second: Server) -> None:
        _, codes = new_session(first, seats=2)
        async with Seat(first, codes[0]) as ann, Seat(second, codes[1]) as bob:
            assert (await ann.view()).phase is Phase.WAITING
            await asyncio.wait_for(bob.socket.wait_closed(), 5)
            assert bob.socket.close_code == 1013

    with running_lab(tmp_path) as first:
        second = Server(tmp_path, free_port(), KEY)
        second.start()
        try:
            asyncio.run(asyncio.wait_for(story(first, second), 30))
        finally:
            second.stop()
    assert "Another server process hosts the markets" in (tmp_path / "server.log").read_text()
