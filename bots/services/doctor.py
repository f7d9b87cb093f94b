"""Checks a machine before a session and says what to fix. `python -m bots.services.doctor`, or `pit.py doctor`."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import sqlite3
import stat
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import requests

from bots.adapters.errors import SetupError
from bots.adapters.llm import read_catalogue, read_keys
from bots.adapters.web_driver import BrowserOptions, find, start

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "bots" / "config" / ".env"
SECRETS = ("OTREE_ADMIN_PASSWORD", "OTREE_SECRET_KEY", "OTREE_REST_KEY")
WEAK = 12  # characters
LEAST_GIGABYTES = 2.0
SLOW_WRITE_MS = 50.0
SLOW_BROWSER_SECONDS = 15.0
SLOW_SERVER_MS = 100.0
MOST_OFF_SECONDS = 5.0
TRIES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """`level` is ok, note (a session can be held) or bad (it cannot); `fix` says what to do."""

    level: str
    what: str
    found: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be checked for: the port of the server, its address where it runs already, the environment."""

    port: int
    server: str
    environ: Mapping[str, str]


def packages(_: Asked) -> Iterator[Finding]:
    """Those that are pinned, as they are installed."""
    pins = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    wrong = [f"{name} {_version(name)} instead of {pin}" for name, pin in pins if _version(name) != pin]
    found = f"Python {sys.version.split()[0]}, {len(pins)} packages as pinned"
    yield (
        Finding("bad", "packages", "; ".join(wrong), "pip install -r requirements.txt")
        if wrong
        else Finding("ok", "packages", found)
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def browser(_: Asked) -> Iterator[Finding]:
    """Whether it starts, and how long that takes."""
    began = time.monotonic()
    try:
        programs = find(BrowserOptions())
        running = start(BrowserOptions(), programs)
    except SetupError as error:
        yield Finding("bad", "browser", str(error), "bots need one; people's own browsers are not meant")
        return
    known = running.driver.capabilities
    running.close()
    seconds = time.monotonic() - began
    found = f"{known['browserName']} {known['browserVersion']} at {programs.browser}, up and down in {seconds:.1f} s"
    slow = seconds > SLOW_BROWSER_SECONDS
    yield Finding("note" if slow else "ok", "browser", found, "the machine is busy: close other programs" * slow)


def port(asked: Asked) -> Iterator[Finding]:
    if asked.server:
        return
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", asked.port)) == 0
    if taken:
        yield Finding("bad", "port", f"{asked.port} is taken", "stop the program there, or name another: --port")
    else:
        yield Finding("ok", "port", f"{asked.port} is free")


def disk(_: Asked) -> Iterator[Finding]:
    """Room, and how long it takes until something is really written: each order waits for that."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < LEAST_GIGABYTES:
        yield Finding("bad", "disk", f"{free:.1f} GB free", f"make room: {LEAST_GIGABYTES:g} GB at least")
    try:
        took = statistics.median(_write_times())
    except OSError as error:
        yield Finding("bad", "disk", f"{ROOT} cannot be written: {error}", "check the rights of the folder")
        return
    found, slow = f"{free:.0f} GB free, a write is safe after {took:.1f} ms", took > SLOW_WRITE_MS
    fix = "orders will be slow: no network folder, no encrypted stick" if slow else ""
    yield Finding("note" if slow else "ok", "disk", found, fix)


def _write_times() -> Iterator[float]:
    with tempfile.TemporaryFile(dir=ROOT) as file:
        for _ in range(TRIES):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            yield 1000 * (time.perf_counter() - began)


def database(asked: Asked) -> Iterator[Finding]:
    url = asked.environ.get("DATABASE_URL", "")
    try:
        yield _postgres(url) if url.startswith("postgres") else _sqlite(ROOT / "db.sqlite3")
    except Exception as error:  # psycopg2's and sqlite3's, which have no kind in common
        if not type(error).__module__.startswith(("psycopg2", "sqlite3")):
            raise
        first = str(error).strip().splitlines()[0]
        yield Finding(
            "bad", "database", first, "start it, or correct DATABASE_URL; for SQLite see python3 pit.py restore"
        )


def _postgres(url: str) -> Finding:
    import psycopg2

    with psycopg2.connect(url, connect_timeout=5) as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("show server_version")
        [told] = cursor.fetchone()
        milliseconds = 1000 * (time.perf_counter() - began)
    return Finding("ok", "database", f"Postgres {told}, answers in {milliseconds:.1f} ms")


def _sqlite(file: Path) -> Finding:
    if not file.exists():
        return Finding("ok", "database", f"SQLite {sqlite3.sqlite_version}, none yet: the server makes it")
    database = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    try:
        [(said,)] = database.execute("pragma quick_check(1)").fetchall()
    finally:
        database.close()
    if said != "ok":
        return Finding("bad", "database", f"{file} is damaged: {said}", "python3 pit.py restore COPY")
    return Finding("ok", "database", f"SQLite {sqlite3.sqlite_version}, {file.stat().st_size / 1e6:.1f} MB, sound")


def secrets(asked: Asked) -> Iterator[Finding]:
    """Names alone are told. `pit.py demo` makes its own."""
    missing = [name for name in SECRETS if not asked.environ.get(name)]
    weak = [name for name in SECRETS if 0 < len(asked.environ.get(name, "")) < WEAK]
    if missing or weak:
        found = [f"{name} is not set" for name in missing] + [f"{name} is short" for name in weak]
        yield Finding("note", "secrets", "; ".join(found), "a server needs them, long ones: docs/deploy.md")
    if (level := asked.environ.get("OTREE_AUTH_LEVEL")) not in (None, "STUDY"):
        yield Finding(
            "bad", "secrets", f"OTREE_AUTH_LEVEL is {level}", "set it to STUDY: else strangers see the admin's pages"
        )
    if not (missing or weak):
        yield Finding("ok", "secrets", "all set")


def model_keys(asked: Asked) -> Iterator[Finding]:
    if ENVIRONMENT.exists() and os.name == "posix" and stat.S_IMODE(ENVIRONMENT.stat().st_mode) & 0o077:
        yield Finding("note", "keys", f"others on this machine can read {ENVIRONMENT}", f"chmod 600 {ENVIRONMENT}")
    keys, models = read_keys(asked.environ), read_catalogue().models.values()
    names = sorted({keys.first(model.provider.keys) for model in models} - {""})
    yield Finding("ok", "keys", f"of models: {', '.join(names) or 'none, for rule traders alone'}")


def server(asked: Asked) -> Iterator[Finding]:
    """The way to a server that runs, and whether its clock is ours."""
    if not asked.server:
        return
    try:
        waits = []
        for _ in range(TRIES):
            began = time.perf_counter()
            reply = requests.get(f"{asked.server.rstrip('/')}/openpit/health", timeout=5)
            waits.append(1000 * (time.perf_counter() - began))
        reply.raise_for_status()
    except requests.RequestException as error:
        yield Finding("bad", "server", f"{asked.server}: {type(error).__name__}", "start it, or check the address")
        return
    found = f"answers in {statistics.median(waits):.0f} ms, {max(waits):.0f} at most"
    slow = statistics.median(waits) > SLOW_SERVER_MS
    yield Finding("note" if slow else "ok", "server", found, "prices will lag: bring the server nearer" * slow)
    off = time.time() - parsedate_to_datetime(reply.headers["date"]).timestamp()
    wrong = abs(off) > MOST_OFF_SECONDS
    fix = "set the clocks by a time server (timedatectl set-ntp true)" if wrong else ""
    yield Finding("note" if wrong else "ok", "clock", f"{off:+.0f} s from the server's", fix)


CHECKS: tuple[Callable[[Asked], Iterator[Finding]], ...] = (
    packages,
    browser,
    port,
    disk,
    database,
    secrets,
    model_keys,
    server,
)


def main() -> int:
    """0 where a session can be held."""
    parser = argparse.ArgumentParser(prog="pit.py doctor", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--server", default="")
    wish = parser.parse_args()
    asked, bad = Asked(wish.port, wish.server, os.environ), 0
    for check in CHECKS:
        for finding in check(asked):
            bad += finding.level == "bad"
            print(f"{finding.level:5}{finding.what:10}{finding.found}" + (f" -> {finding.fix}" if finding.fix else ""))
    print(f"{bad} to fix before a session." if bad else "A session can be held on this machine.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
