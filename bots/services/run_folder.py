"""The folder of a run: a number that is never used twice, and files that are whole at any moment. Knows no browsers."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any

from bots.adapters.llm.transcript import append_whole, cut_half_a_line

COUNTER = ".last-run"
METADATA = "runs.metadata"
DECISIONS = "decisions.jsonl"
# The process id of the runner that writes to a folder, which holds it while it does.
RUNNER = ".runner"


class Busy(Exception):
    """Another process writes to the folder."""


class RunFolder:
    """`bot-data/debug-runs/run-N` or `production-runs/run-N`: what one run leaves.

    `scrub` takes secrets out of every text on its way to a file.
    """

    def __init__(self, path: Path, scrub: Callable[[str], str] = str) -> None:
        """Raises OSError where it cannot be written, Busy where another runner writes to it."""
        self.path = path
        self._scrub = scrub
        self._lock = Lock()
        self._runner = _hold(path / RUNNER)
        cut_half_a_line(path / DECISIONS)
        self._waiting, self._told = b"", False
        self.log = _logger(path, scrub)

    @classmethod
    def create(cls, out: Path, *, production: bool, scrub: Callable[[str], str] = str) -> RunFolder:
        """The next run's folder. Raises OSError where it cannot be written."""
        parent = out / ("production-runs" if production else "debug-runs")
        parent.mkdir(parents=True, exist_ok=True)
        with _locked(parent / COUNTER) as counter:
            number = max(_number(counter.read_text()), *_numbers(parent)) + 1
            (parent / f"run-{number}").mkdir()
            counter.write_text(f"{number}\n")
        try:
            return cls(parent / f"run-{number}", scrub)
        except OSError:
            shutil.rmtree(parent / f"run-{number}")
            raise

    @property
    def name(self) -> str:
        return self.path.name

    def note(self, *, model: str, subjects: int, bots: int, comments: str, link: str) -> None:
        """Add this run's line to `runs.metadata`, which all runs share."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        line = f"{moment} | {self.name} | {model} | {subjects} subjects | {bots} bots | {_plain(comments)} | {link}\n"
        with _locked(self.path.parent / METADATA) as file, file.open("a", encoding="utf-8") as lines:
            lines.write(self._scrub(line))

    def record(self, line: dict[str, Any]) -> None:
        """Add one turn to `decisions.jsonl`; it is on disk when this returns.

        On a full disk turns wait in memory for the next one that finds room, and the run goes on.
        """
        with self._lock:
            self._waiting += self._scrub(json.dumps(line)).encode() + b"\n"
            try:
                append_whole(self.path / DECISIONS, self._waiting)
            except OSError as error:
                self._tell(error)
            else:
                self._waiting, self._told = b"", False

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            print(f"{self.path} cannot be written ({error}). Make room: the session goes on.", file=sys.stderr)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The turns so far. They are read anew each time: a long session has more than memory should hold."""
        file = self.path / DECISIONS
        with self._lock:
            written = (file.read_bytes() if file.exists() else b"") + self._waiting
        return [json.loads(line) for line in written.splitlines()]

    def keep(self, name: str, picture: bytes) -> None:
        """Keep a screenshot, where there is room for it."""
        album = self.path / "screenshots"
        try:
            album.mkdir(exist_ok=True)
            (album / name).write_bytes(picture)
        except OSError as error:
            self._tell(error)

    def write_json(self, name: str, document: Mapping[str, object]) -> None:
        """Write a file whole or not at all."""
        self.write(name, json.dumps(document, indent=2) + "\n")

    def write(self, name: str, text: str) -> None:
        """Raises OSError, and then the file is what it was."""
        half = self.path / f".{name}.half"
        try:
            half.write_text(self._scrub(text), "utf-8", newline="\n")
            os.replace(half, self.path / name)
        except OSError:
            half.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        for handler in self.log.handlers[:]:
            handler.close()
            self.log.removeHandler(handler)
        self._runner.close()
        (self.path / RUNNER).unlink(missing_ok=True)

    def discard(self) -> None:
        """Take away a folder whose run did not begin; its number stays used."""
        self.close()
        shutil.rmtree(self.path)


def runner_of(path: Path) -> int:
    """The process id of the runner that wrote to a folder last and did not end in order; 0 for none."""
    file = path / RUNNER
    return _number(file.read_text()) if file.exists() else 0


def _hold(file: Path) -> IO[str]:
    """Be the one who writes, for as long as the file is open."""
    held = file.open("a+", encoding="ascii")
    try:
        _try_lock(held.fileno())
    except OSError as error:
        held.close()
        raise Busy(f"{file.parent}: its runner is at work.") from error
    held.truncate(0)
    held.write(f"{os.getpid()}\n")
    held.flush()
    return held


class _Patient(logging.FileHandler):
    """What finds no room is not logged; that there is none is told once, by the folder."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class _Scrubbed(logging.Formatter):
    """Lines of the log, tracebacks among them, without secrets."""

    def __init__(self, scrub: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        return self._scrub(super().format(record))


class SeatLog(logging.LoggerAdapter[logging.Logger]):
    """Begins every line with the seat and its participant, as the server's lines name it."""

    def process(self, message: str, options: Any) -> tuple[str, Any]:
        known = self.extra or {}
        return f"seat {known['seat']}, participant_code={known['participant']}: {message}", options


def _logger(path: Path, scrub: Callable[[str], str]) -> logging.Logger:
    """`run.log`: a logger of this run alone."""
    handler = _Patient(path / "run.log", encoding="utf-8")
    handler.setFormatter(_Scrubbed(scrub))
    logger = logging.Logger(f"openpit.{path.name}", logging.INFO)
    logger.addHandler(handler)
    return logger


def _numbers(parent: Path) -> Iterator[int]:
    """Of folders that are there, should the counter have been lost."""
    yield 0
    for folder in parent.glob("run-*"):
        yield _number(folder.name.removeprefix("run-"))


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _plain(text: str) -> str:
    """A comment on one line, without the mark that divides the columns."""
    return " ".join(text.replace("|", "/").split())


@contextmanager
def _locked(file: Path) -> Iterator[Path]:
    """Hold a file that other runners want too; it exists then."""
    with (file.parent / f".{file.name.removeprefix('.')}.lock").open("a") as guard:
        _lock(guard.fileno())
        try:
            file.touch()
            yield file
        finally:
            _unlock(guard.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

    def _try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
