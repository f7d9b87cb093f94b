"""A Postgres server of the tests' own: on a free port, in a folder of its own, gone with the block or its parent."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

DEBIAN = Path("/usr/lib/postgresql")
START_SECONDS = 20


def missing() -> str:
    """Why no Postgres can be started here; empty where one can."""
    if _program("initdb") is None:
        return "Postgres is not installed: sudo apt-get install postgresql"
    return "" if os.name == "posix" else "the tests start Postgres on POSIX systems only"


@contextmanager
def running_postgres(folder: Path, port: int) -> Iterator[str]:
    """The URL of an empty database."""
    data, account = folder / "postgres", _account()
    data.mkdir(parents=True)
    if account:
        os.chown(data, account["user"], account["group"])
        _open_path_to(data)
    make = f"{_program('initdb')} -U lab -A trust -E UTF8 --no-sync -D".split()
    subprocess.run([*make, str(data)], check=True, stdout=subprocess.DEVNULL, **account)
    serve = f"{_program('postgres')} -p {port} -c listen_addresses=127.0.0.1 -k".split()
    with open(folder / "postgres.log", "ab") as log:
        server: subprocess.Popen[bytes] = subprocess.Popen(
            [*serve, "", "-D", str(data)], stdout=log, stderr=log, preexec_fn=_end_with_parent, **account
        )
    try:
        yield _wait(f"postgresql://lab@127.0.0.1:{port}/postgres", server)
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown: open connections are ended
        server.wait(10)


def _program(name: str) -> Path | None:
    found = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which(name)
    return found[-1] if found else Path(on_path) if on_path else None


def _account() -> dict[str, Any]:
    """Postgres refuses to run as root; who it runs as instead, in the words of `subprocess`."""
    if os.geteuid():
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    other = known.get("postgres") or known["nobody"]
    return {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}


def _open_path_to(data: Path) -> None:
    """Folders of tests are for their user alone; the other account must be able to pass through them."""
    for folder in data.parents:
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o011)


def _end_with_parent() -> None:
    """Linux: killed tests leave no database server behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _wait(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg2.connect(url).close()
            return url
        except psycopg2.OperationalError:
            time.sleep(0.05)
    raise RuntimeError("Postgres did not start: see postgres.log in the folder of the test.")
