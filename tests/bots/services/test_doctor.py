"""The machine's check before a session: what is wrong is named with its remedy, and no secret is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bots.services import doctor
from bots.services.doctor import Asked, database, disk, port, secrets, server
from pit import ROOT, Server

SECRET = "a-secret-that-must-not-be-shown"


def asked(server: str = "", at: int = 1, **environ: str) -> Asked:
    return Asked(at, server, environ)


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        [found] = port(asked(at=other.getsockname()[1]))
    assert (found.level, "--port" in found.fix) == ("bad", True)
    [free] = port(asked(at=1))
    assert free.level == "ok"


def test_a_damaged_database_and_one_that_is_not_there_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    [none] = database(asked())
    assert none.level == "ok"
    (tmp_path / "db.sqlite3").write_bytes(b"no database at all, but long enough to be read as one" * 20)
    [damaged] = database(asked())
    assert (damaged.level, "pit.py restore" in damaged.fix) == ("bad", True)
    [silent] = database(asked(DATABASE_URL="postgresql://lab@127.0.0.1:1/lab"))
    assert (silent.level, "DATABASE_URL" in silent.fix) == ("bad", True)


def test_secrets_are_checked_and_never_shown() -> None:
    every = dict.fromkeys(doctor.SECRETS, SECRET)
    assert [one.level for one in secrets(Asked(1, "", every))] == ["ok"]
    found = list(secrets(Asked(1, "", {**every, "OTREE_REST_KEY": "short1", "OTREE_AUTH_LEVEL": "DEMO"})))
    assert [one.level for one in found] == ["note", "bad"]
    assert "OTREE_REST_KEY is short" in found[0].found
    assert not any(SECRET in str(one) or "short1" in str(one) for one in found)


def test_the_disk_is_written_to() -> None:
    [found] = disk(asked())
    assert "a write is safe after" in found.found


def test_the_way_to_a_server_and_its_clock_are_measured(lab: Server) -> None:
    way, clock = server(asked(lab.address))
    assert (way.what, clock.what, clock.level) == ("server", "clock", "ok")
    [nobody] = server(asked("http://127.0.0.1:9"))
    assert nobody.level == "bad"


def test_the_whole_check_says_whether_a_session_can_be_held() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        command = [sys.executable, "-m", "bots.services.doctor", "--port", str(other.getsockname()[1])]
        environment = {**os.environ, "OTREE_REST_KEY": SECRET}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "browser" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("to fix before a session.")
    assert SECRET not in done.stdout + done.stderr
