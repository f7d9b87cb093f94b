"""The folder of a run: a number that is never used twice, and files that are whole at any moment. Knows no browsers."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

COUNTER = ".last-run"
METADATA = "runs.metadata"


class RunFolder:
    """`bot-data/debug-runs/run-N` or `production-runs/run-N`: what one run leaves.

    `scrub` takes secrets out of every text on its way to a file.
    """

    def __init__(self, path: Path, scrub: Callable[[str], str] = str) -> None:
        self.path = path
        self._scrub = scrub
        self._lock = Lock()
        self._lines: list[dict[str, Any]] = []
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
        return cls(parent / f"run-{number}", scrub)

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
        """Add one turn to `decisions.jsonl`; it is on disk when this returns."""
        with self._lock:
            self._lines.append(line)
            with (self.path / "decisions.jsonl").open("a", encoding="utf-8") as file:
                file.write(self._scrub(json.dumps(line)) + "\n")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The turns so far."""
        with self._lock:
            return list(self._lines)

    def keep(self, name: str, picture: bytes) -> None:
        """Keep a screenshot."""
        album = self.path / "screenshots"
        album.mkdir(exist_ok=True)
        (album / name).write_bytes(picture)

    def write_json(self, name: str, document: Mapping[str, object]) -> None:
        """Write a file whole or not at all."""
        self.write(name, json.dumps(document, indent=2) + "\n")

    def write(self, name: str, text: str) -> None:
        half = self.path / f".{name}.half"
        half.write_text(self._scrub(text), "utf-8", newline="\n")
        os.replace(half, self.path / name)

    def close(self) -> None:
        for handler in self.log.handlers[:]:
            handler.close()
            self.log.removeHandler(handler)


class _Scrubbed(logging.Formatter):
    """Lines of the log, tracebacks among them, without secrets."""

    def __init__(self, scrub: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        return self._scrub(super().format(record))


def _logger(path: Path, scrub: Callable[[str], str]) -> logging.Logger:
    """`run.log`: a logger of this run alone."""
    handler = logging.FileHandler(path / "run.log", encoding="utf-8")
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

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
