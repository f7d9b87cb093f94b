"""`llm_calls.jsonl`: every attempt, written when it ends, with what was sent and what came back. Never a key."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from bots.adapters.llm.keys import Keys

FILE_NAME = "llm_calls.jsonl"
VERSION = 1


class Transcript:
    """Appends lines to one file; each is on disk before the caller learns of the reply.

    Without a `path` lines are kept until `begin` names one: models are checked before a run has its folder. On a full
    disk they wait for the next one that finds room.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = Lock()
        self._waiting = b""
        self._path: Path | None = None
        self._closed = False
        if path:
            self.begin(path)

    def begin(self, path: Path) -> None:
        """Write to this file from now on, and first what was kept. Raises OSError."""
        with self._lock:
            cut_half_a_line(path)
            self._path = path
            self._empty()

    def write(self, line: Mapping[str, Any], keys: Keys) -> None:
        """Append one attempt. The text is ASCII with JSON's escapes: whatever a model says survives unchanged."""
        text = keys.scrub(json.dumps({"version": VERSION, **line})) + "\n"
        with self._lock:
            if self._closed:
                return
            self._waiting += text.encode("ascii")
            # the reply was paid for and can be used: its seat plays on
            with suppress(OSError):
                self._empty()

    def _empty(self) -> None:
        if self._path:
            append_whole(self._path, self._waiting)
            self._waiting = b""

    def close(self) -> None:
        """End the record; what a thread left behind still gets as an answer is no longer part of it.

        Raises OSError where lines found no room to the end.
        """
        with self._lock:
            self._closed = True
            self._empty()


def append_whole(path: Path, text: bytes) -> None:
    """Add all of it to a file or nothing. Raises OSError."""
    with path.open("ab", buffering=0) as out:
        before = out.tell()
        try:
            if (written := out.write(text)) != len(text):
                raise OSError(errno.ENOSPC, f"only {written} of {len(text)} bytes found room")
        except OSError:
            out.truncate(before)
            raise


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
