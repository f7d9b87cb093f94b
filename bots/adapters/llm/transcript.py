"""`llm_calls.jsonl`: every attempt, written when it ends, with what was sent and what came back. Never a key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

from bots.adapters.llm.keys import Keys

FILE_NAME = "llm_calls.jsonl"
VERSION = 1


class Transcript:
    """Appends lines to one file; each is on disk before the caller learns of the reply.

    Without a `path` lines are kept until `begin` names one: models are checked before a run has its folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = Lock()
        self._early: list[str] = []
        self._file: TextIO | None = None
        if path:
            self.begin(path)

    def begin(self, path: Path) -> None:
        """Write to this file from now on, and first what was kept."""
        with self._lock:
            cut_half_a_line(path)
            self._file = path.open("a", encoding="ascii")
            self._file.writelines(self._early)
            self._file.flush()
            self._early.clear()

    def write(self, line: Mapping[str, Any], keys: Keys) -> None:
        """Append one attempt. The text is ASCII with JSON's escapes: whatever a model says survives unchanged."""
        text = keys.scrub(json.dumps({"version": VERSION, **line})) + "\n"
        with self._lock:
            if self._file is None:
                self._early.append(text)
            elif not self._file.closed:
                self._file.write(text)
                self._file.flush()

    def close(self) -> None:
        """End the record; what a thread left behind still gets as an answer is no longer part of it."""
        with self._lock:
            if self._file:
                self._file.close()


def cut_half_a_line(path: Path) -> None:
    """Take away what a writer that was killed left of its last line; a whole one ends with a line break."""
    if path.exists():
        written = path.read_bytes()
        if not written.endswith(b"\n"):
            with path.open("r+b") as file:
                file.truncate(written.rfind(b"\n") + 1)


def digest(sent: Mapping[str, Any]) -> str:
    """SHA-256 of a request: of its JSON with sorted keys and no spaces."""
    canonical = json.dumps(sent, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_transcript(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a transcript, oldest first; half a last line, left by a process that was killed, is passed over.

    Raises ValueError for a line that is not one of this version.
    """
    lines = path.read_text(encoding="ascii").split("\n")
    for number, text in enumerate(lines[:-1], start=1):
        line = json.loads(text)
        if line.get("version") != VERSION:
            raise ValueError(f"{path}, line {number}: version {line.get('version')}, expected {VERSION}")
        yield line
