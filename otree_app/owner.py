"""One server process alone hosts the markets of a database: it holds a lock that ends with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

OWNER_KEY = 0x6F70656E706974  # "openpit": the number of the advisory lock in Postgres
TAKEN = (
    "Another server process hosts the markets of this database already; two would not know of each other's orders. "
    "Stop the other one, or give this one a database of its own."
)


class Taken(Exception):
    """Another process is the owner."""


def hold_file(path: Path) -> IO[bytes]:
    """Hold the lock beside a SQLite file for as long as the returned file is open. Raises Taken."""
    held = path.open("ab")
    try:
        _lock(held)
    except OSError as error:
        held.close()
        raise Taken(TAKEN) from error
    return held


def _lock(held: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        held.seek(0)
        msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold_session(connection: object, _record: object) -> None:
    """Take Postgres' lock on a new connection, which holds it until it is closed. Raises Taken."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("select pg_try_advisory_lock(%s)", (OWNER_KEY,))
    [mine] = cursor.fetchone()
    connection.commit()  # type: ignore[attr-defined]
    if not mine:
        connection.close()  # type: ignore[attr-defined]
        raise Taken(TAKEN)
