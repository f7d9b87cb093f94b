"""Copies the lab's database while a session runs, and puts a copy back. Standard library alone, run as a script:

python otree_app/backup.py backup [--to DIR] [--server DIR]
python otree_app/backup.py restore FILE [--server DIR]

Nothing to import: that would need oTree, and a lab whose packages are broken wants its data all the more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

# oTree zips projects without files whose names end so: copies of people's data must not be uploaded with the code.
SQLITE_ENDING = "db.sqlite3"
POSTGRES_ENDING = "dump"
BUSY_SECONDS = 30
COUNTS = "select (select count(*) from otree_session), (select count(*) from otree_app_marketevent)"
OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


class BackupError(Exception):
    """Why there is no copy, or none was put back, in words for the user."""


def backup(server: Path, to: Path, url: str = "") -> Path:
    """Copy the database of the server in a folder, or the Postgres at `url`. Returns the new file, whole and readable.

    Commits that are under way when it begins may be in it or not; nothing waits for it. Raises BackupError.
    """
    ending = POSTGRES_ENDING if url else SQLITE_ENDING
    target = to / f"openpit-{time.strftime('%Y%m%d-%H%M%S')}.{ending}"
    half = to / f".half-{target.name}"
    try:
        to.mkdir(parents=True, exist_ok=True)
        half.touch(mode=0o600)  # it has people's names in it
        try:
            _dump(url, half) if url else _copy(server / "db.sqlite3", half)
            os.replace(half, target)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"{to}: no copy could be written ({error}). Choose another folder: --to DIR") from error
    return target


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupError(f"{source} is not there. Name the folder in which the server runs: --server DIR")
    try:
        with closing(_open(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("pragma journal_mode = delete")
            _check(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{source} could not be copied to {target.parent}: {error}") from error


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)


def _check(database: sqlite3.Connection) -> None:
    [(said,)] = database.execute("pragma quick_check(1)").fetchall()
    if said != "ok":
        raise BackupError(f"The copy is damaged: {said}")


def _dump(url: str, target: Path) -> None:
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={target}"], url)


def restore(file: Path, server: Path, url: str = "") -> str:
    """Put a copy in the place of the database, which is kept beside it. Returns words on what was done.

    Raises BackupError, and then nothing has changed: above all where a server still has the database open.
    """
    if not file.is_file():
        raise BackupError(f"{file} is not there.")
    return _restore_postgres(file, url) if url else _restore_sqlite(file, server / "db.sqlite3")


def _restore_sqlite(file: Path, database: Path) -> str:
    try:
        with closing(_open(file)) as copy:
            _check(copy)
            sessions, events = copy.execute(COUNTS).fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"{file} is no copy of the lab's database: {error}") from error
    kept = _put_aside(database) if database.exists() else None
    half = database.with_name(f".half-{database.name}")
    shutil.copyfile(file, half)
    os.replace(half, database)
    told = f"{file.name} is the database now: {sessions} sessions, {events} market events."
    return told + (f" What was there before is {kept}." if kept else "")


def _put_aside(database: Path) -> Path:
    """Out of the way, in one file. Nobody else has it who can end its write-ahead log."""
    kept = database.with_name(f"before-{time.strftime('%Y%m%d-%H%M%S')}-{database.name}")
    try:
        with closing(sqlite3.connect(database, timeout=1)) as live:
            live.execute("pragma journal_mode = delete")
            live.execute("begin exclusive")
    except sqlite3.OperationalError as error:
        raise BackupError(f"{database}: a server has it open ({error}). Stop the server first.") from error
    except sqlite3.DatabaseError:
        for ending in ("-wal", "-shm"):  # damaged: that is why it is replaced
            if (beside := database.with_name(database.name + ending)).exists():
                os.replace(beside, kept.with_name(kept.name + ending))
    os.replace(database, kept)
    return kept


def _restore_postgres(file: Path, url: str) -> str:
    others = _run(["psql", "--no-psqlrc", "--tuples-only", "--command", OTHERS], url).strip()
    if others != "0":
        raise BackupError(f"The database has {others} other connections. Stop the server first.")
    _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname=", str(file)], url)
    found = _run(["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", COUNTS], url)
    sessions, _, events = found.strip().partition("|")
    return f"{file.name} is in the database now: {sessions} sessions, {events} market events."


def _run(command: Sequence[str], url: str) -> str:
    """A program of Postgres. The address goes through the environment: the password is in no list of processes."""
    try:
        done = subprocess.run(command, env={**os.environ, **_place(url)}, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupError(
            f"{command[0]} is not installed. Debian or Ubuntu: apt-get install postgresql-client"
        ) from None
    if done.returncode:
        raise BackupError(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


def _place(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    place = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    return {name: value for name, value in place.items() if value}


def main() -> int:
    parser = argparse.ArgumentParser(prog="pit.py", description="Copies the lab's database, and puts copies back.")
    commands = parser.add_subparsers(dest="do", required=True)
    copy, back = commands.add_parser("backup"), commands.add_parser("restore")
    copy.add_argument("--to", type=Path, default=Path("backups"))
    back.add_argument("file", type=Path)
    for one in (copy, back):
        one.add_argument("--server", type=Path, default=Path())
    wish, url = parser.parse_args(), os.environ.get("DATABASE_URL", "")
    url = "" if url.startswith("sqlite") else url
    try:
        if wish.do == "backup":
            file = backup(wish.server, wish.to, url)
            print(
                f"{file} ({file.stat().st_size / 1e6:.1f} MB). It has people's labels and answers in it: keep it safe."
            )
        else:
            print(restore(wish.file, wish.server, url))
    except BackupError as error:
        print(f"pit: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
