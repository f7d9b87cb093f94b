#!/usr/bin/env python3
"""Openpit's commands for a machine with nothing but Python: `demo` runs a session, `test` runs the suite."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from requirements.install import (
    PYTHON,
    ROOT,
    SCRIPTS,
    Stop,
    find_a_database_server,
    make_sure_of_a_browser,
    say,
    set_up,
)
from requirements.zip_project import zip_project

__all__ = ["ROOT", "SCRIPTS", "SERVED", "Server"]

SERVED = ("settings.py", "otree_app", "market", "bots", "analysis", "_static", "_templates")
START_SECONDS = 60
LAST_PAGES = ("Payment", "Declined")


def main() -> int:
    arguments = parser().parse_args()
    for ending in ("SIGTERM", "SIGHUP"):  # a closed terminal, too, leaves no server behind
        # `nohup` has it ignored, and means it
        if hasattr(signal, ending) and signal.getsignal(getattr(signal, ending)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, ending), signal.default_int_handler)
    try:
        return int(arguments.command(arguments))
    except Stop as reason:
        print(f"pit: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pit: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="pit.py", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="demo|doctor|backup|restore|zip|test")
    demo = commands.add_parser("demo", help="a session on this machine: server, bots, links for people, results")
    demo.set_defaults(command=run_demo)
    demo.add_argument("--bots", type=whole(1), default=6, help="seats played by bots (6)")
    demo.add_argument("--humans", type=whole(0), default=0, help="seats for people; their links are printed (0)")
    demo.add_argument("--treatment", default="asset_cda", help="one of python -m market list, or a TOML file")
    demo.add_argument("--period-seconds", type=positive, help="length of a period; the treatment's own otherwise")
    demo.add_argument("--model", default="heuristic", help="who plays the bots' seats (heuristic)")
    demo.add_argument("--port", type=whole(1, 65535), default=8000, help="port of the server (8000)")
    demo.add_argument("--headed", action="store_true", help="show the bots' browser")
    demo.add_argument("--out", type=Path, default=Path("bot-data"), help="folder for run folders (bot-data)")
    backup = commands.add_parser("backup", help="copy the lab's database, also while a session runs")
    backup.add_argument("--to", type=Path, default=Path("backups"), help="folder for the copy (backups)")
    restore = commands.add_parser("restore", help="put a copy in the place of the database; the server must be stopped")
    restore.add_argument("file", type=Path)
    for one in (backup, restore):
        one.add_argument("--server", type=Path, default=Path(), help="folder in which the server runs (this one)")
        one.set_defaults(command=lambda _: run_script("otree_app/backup.py"))
    doctor = commands.add_parser("doctor", help="check this machine before a session, and say what to fix")
    doctor.set_defaults(command=run_doctor)
    doctor.add_argument("--port", type=whole(1, 65535), default=8000, help="port of the server (8000)")
    doctor.add_argument("--server", default="", help="address of a running server, to measure the way there")
    archive = commands.add_parser("zip", help="what oTree's servers take: the code, without data, keys, databases")
    archive.set_defaults(command=run_zip)
    test = commands.add_parser("test", help="set up with the development packages and run the whole suite")
    test.set_defaults(command=run_tests)
    return top


def whole(least: int, most: int = 10_000) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return number


def positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86400:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0 and below a day, got {text!r}")
    return seconds


def run_demo(wish: argparse.Namespace) -> int:
    set_up(ROOT / "requirements.txt")
    make_sure_of_a_browser()
    check_treatment(wish.treatment)
    key = os.environ.get("OTREE_REST_KEY") or secrets.token_urlsafe(24)
    folder = wish.out.resolve() / "servers" / f"{time.strftime('%Y%m%d-%H%M%S')}-{wish.port}"
    with Server(folder, wish.port, key) as server:
        session = server.create_session(wish)
        for number, link in enumerate(server.links(session)[: wish.humans], start=1):
            say(f"Seat {number}, for a person: {link}")
        say(f"Monitor: {server.address}/openpit/monitor/{session} (log in as admin, password {server.password})")
        code = run_bots(wish, f"{server.address}/SessionStartLinks/{session}", key)
        if not code:
            say("Figures and measures: report.html in the run folder. README.md says what else is there.")
        if not code and wish.humans:
            see_off(server, session, wish.out / f"session-{session}.zip")
        return code


def see_off(server: Server, session: str, tables: Path) -> None:
    """Bots are through when the markets are; people have pages after them. Keeps all tables, payments among them."""
    try:
        if server.people_on_pages(session):
            say("Waiting for people to come to their last page (Ctrl-C ends the server now) ...")
        while server.people_on_pages(session):
            time.sleep(1)
    finally:
        tables.write_bytes(server.read(f"/openpit/export/{session}.zip"))
        say(f"All tables of the session: {tables}")


def run_bots(wish: argparse.Namespace, link: str, key: str) -> int:
    """The bots' own command; it ends when the session ends, and prints the table and the run folder."""
    command = [str(PYTHON), "-m", "bots.main", link, wish.model, "--num-bots", str(wish.bots)]
    command += ["--out", str(wish.out)] + ["--headed"] * wish.headed
    bots = subprocess.Popen(command, env={**os.environ, "OTREE_REST_KEY": key, "PYTHONPATH": str(ROOT)})
    while True:
        try:
            code = bots.wait()
            return 130 if code < 0 else code  # ended by the signal before it could take it
        except KeyboardInterrupt:
            say("Stopping: the bots are writing their folder ...")  # they got the same signal; wait for them


class Server:
    """oTree's production server on SQLite in a folder of its own; gone when the block ends."""

    def __init__(self, folder: Path, port: int, key: str) -> None:
        self.address, self.folder, self.port, self.key = f"http://127.0.0.1:{port}", folder, port, key
        lab = {"OTREE_PRODUCTION": "1", "OTREE_AUTH_LEVEL": "STUDY", "OTREE_REST_KEY": key}
        lab |= {name: secrets.token_urlsafe(24) for name in ("OTREE_SECRET_KEY", "OTREE_ADMIN_PASSWORD")}
        self.password = lab["OTREE_ADMIN_PASSWORD"]
        path = os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", "")])
        self.environment = {**os.environ, **lab, "PATH": path}
        self.environment.pop("DATABASE_URL", None)  # a demo has no business in the lab's database

    def __enter__(self) -> Server:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Stop(f"{self.folder} cannot be made ({error.strerror}). Choose another folder: --out DIR") from None
        for name in SERVED:
            link_or_copy(ROOT / name, self.folder / name)
        self.start()
        return self

    def start(self) -> None:
        check_port(self.port)
        command = [str(SCRIPTS / "otree"), "prodserver", f"127.0.0.1:{self.port}"]
        # a group of its own: Ctrl-C reaches the bots first, and everything that the server started ends with it
        group: dict[str, Any] = {"creationflags": 0x200} if os.name == "nt" else {"start_new_session": True}
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, env=self.environment, **group
            )
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("/api/otree_version")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        log = self.folder / "server.log"
        words = log.read_text("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(words) if line.strip()), "none")
        raise Stop(f"the server did not start. Its last words: {last}\nAll of them are in {log}")

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, how: int = signal.SIGTERM) -> None:
        if os.name == "nt":
            subprocess.call(["taskkill", "/T", "/F", "/PID", str(self.process.pid)], stdout=subprocess.DEVNULL)
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
        try:
            self.process.wait(3)  # longer than a commit; pages that stay open would hold it for ever
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def ask(self, path: str, body: object = None) -> Any:
        return json.loads(self.read(path, body))

    def read(self, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        headers = {"otree-rest-key": self.key, "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self.address + path, data, headers), timeout=60) as answer:
            return bytes(answer.read())

    def people_on_pages(self, session: str) -> int:
        """How many people have come and not yet seen the last page."""
        seats = self.ask(f"/api/openpit/session/{session}")["participants"]
        return sum(seat["kind"] == "human" and seat["page"] not in ("", *LAST_PAGES) for seat in seats)

    def create_session(self, wish: argparse.Namespace) -> str:
        config, changes = session_wish(wish.treatment)
        changes |= {"humans": wish.humans, "bots": wish.bots}
        if wish.period_seconds:
            changes["period_seconds"] = wish.period_seconds
        body = {"session_config_name": config, "num_participants": wish.humans + wish.bots}
        try:
            return str(self.ask("/api/sessions", {**body, "modified_session_config_fields": changes})["code"])
        except urllib.error.HTTPError as error:
            raise Stop(f"no session: {error.read().decode(errors='replace')[:500]}") from None

    def links(self, session: str) -> list[str]:
        seats = self.ask(f"/api/get_session/{session}", {})["participants"]
        return [f"{self.address}/InitializeParticipant/{seat['code']}" for seat in seats]


def check_treatment(name: str) -> None:
    ask = ["check", str(Path(name).resolve())] if name.endswith(".toml") else ["show", name]
    known = subprocess.run([str(PYTHON), "-m", "market", *ask], cwd=ROOT, capture_output=True, text=True)
    if known.returncode:
        raise Stop(known.stderr.strip())


def session_wish(treatment: str) -> tuple[str, dict[str, Any]]:
    """The name of a session configuration and what it changes: a file goes by the one for treatments of one's own."""
    if treatment.endswith(".toml"):
        return "custom", {"treatment_file": str(Path(treatment).resolve())}
    return treatment, {}


def check_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Stop(f"port {port} is taken by another program. Name a free one: --port {port + 1}")


def link_or_copy(source: Path, target: Path) -> None:
    """oTree looks for its project in the folder where it runs; Windows may refuse links to plain users."""
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)


def run_script(name: str) -> int:
    """A script of the standard library alone, with the same arguments: it works where packages are broken."""
    return subprocess.call([sys.executable, "-P", str(ROOT / name), *sys.argv[1:]])


def run_doctor(wish: argparse.Namespace) -> int:
    set_up(ROOT / "requirements.txt")
    command = [str(PYTHON), "-m", "bots.services.doctor", "--port", str(wish.port), "--server", wish.server]
    return subprocess.call(command, cwd=ROOT)


def run_zip(_: argparse.Namespace) -> int:
    set_up(ROOT / "requirements.txt")
    say(f"{zip_project(SERVED)}: upload it with otree's own means. It has no data, no keys and no database in it.")
    return 0


def run_tests(_: argparse.Namespace) -> int:
    set_up(ROOT / "requirements" / "dev.txt")
    make_sure_of_a_browser()
    find_a_database_server()
    for check in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy", "."]):
        if subprocess.call([str(PYTHON), "-m", *check], cwd=ROOT):
            return 1
    workers = (os.cpu_count() or 1) + 1  # sessions wait for clocks more than for processors
    return subprocess.call([str(PYTHON), "-m", "pytest", "-n", str(workers), "--dist", "loadfile"], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
