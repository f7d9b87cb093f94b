"""The bus: everything that happens at the desk as events, for whoever wants to know, and on disk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from worlds.errors import WorldError

FILE_NAME = "events.jsonl"
Kind = Literal["started", "equity", "closed", "breach", "order", "reconciled", "alert", "report", "trouble", "ended"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `at`: UTC, the market's time rather than the machine's; `facts` by kind:

    started {run, source, symbols, capital}; equity {equity, exposures: {coin: USDT}}; closed {symbol, pnl};
    breach {symbol, check}; order {symbol, side, quantity, price, state}; reconciled {differences};
    alert {rule, level, text}; report {name, text}; trouble {what}; ended {why}. Money is in USDT.
    """

    kind: Kind
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


Handler = Callable[[Event], None]


class Bus:
    """Hands each event to its subscribers in the order in which they came; one that publishes in turn is heard after
    the event that it answers. A subscriber's exception is a bug and ends the run."""

    def __init__(self) -> None:
        self._handlers: dict[Kind, list[Handler]] = defaultdict(list)
        self._waiting: list[Event] = []
        self._busy = False

    def subscribe(self, handler: Handler, *kinds: Kind) -> None:
        """`kinds`: all of them where none is named."""
        for kind in kinds or get_args(Kind):
            self._handlers[kind].append(handler)

    def publish(self, event: Event) -> None:
        self._waiting.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting:
                now = self._waiting.pop(0)
                for handler in self._handlers[now.kind]:
                    handler(now)
        finally:
            self._busy = False


class Recorder:
    """Writes each event to a file as it comes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def __call__(self, event: Event) -> None:
        line = {"at": event.at.isoformat(), "kind": event.kind, **event.facts}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")


def recorded(folder: Path) -> Iterator[Event]:
    """The events of a run, oldest first. A half line at the end, left by a crash, is passed over.

    Raises WorldError where there are none.
    """
    path = folder / FILE_NAME
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
    except OSError as error:
        raise WorldError(f"{path}: no events can be read there ({error.strerror}). Name the folder of a run.") from None
    for line in lines:
        if line.endswith("\n"):
            facts = json.loads(line)
            yield Event(facts.pop("kind"), datetime.fromisoformat(facts.pop("at")), facts)
