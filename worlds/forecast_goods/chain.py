"""An append-only log in which every entry carries the hash of the one before: what was cannot be changed unseen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from worlds.errors import WorldError

GENESIS = "0" * 64
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(slots=True)
class Chain:
    """`head`: the hash of the last of `count` entries. `lines` are those that nobody has taken yet: whoever writes
    them to disk takes them, so that a long run stays small."""

    head: str = GENESIS
    count: int = 0
    lines: list[str] = field(default_factory=list)

    def append(self, round: int, kind: str, data: Any) -> None:
        """`data`: plain JSON; NaN is refused with ValueError, for it is no number to go on with."""
        body = canonical([self.count, round, kind, data])
        self.head = sha256(f"{self.head}{body}".encode()).hexdigest()
        self.count += 1
        self.lines.append(f'["{self.head}",{body[1:]}')

    def take(self) -> list[str]:
        """The lines since the last call, each a JSON array: hash, number, round, kind, data."""
        taken, self.lines = self.lines, []
        return taken


def canonical(data: Any) -> str:
    """The one way to write it: keys in order, no spaces, floats by their shortest digits."""
    return ENCODER.encode(data)


def verify(lines: Iterable[str], head: str = GENESIS) -> str:
    """The hash of the last of `lines`, which follow an entry of the hash `head`. Raises WorldError where one was
    changed, is missing or is out of order."""
    for number, line in enumerate(lines, 1):
        try:
            written, *rest = json.loads(line)
        except (ValueError, TypeError) as error:
            raise WorldError(f"Line {number} of the log cannot be read ({error}).") from None
        head = sha256(f"{head}{canonical(rest)}".encode()).hexdigest()
        if head != written:
            raise WorldError(f"Line {number} of the log was changed, or one before it is missing: its hash is another.")
    return head
