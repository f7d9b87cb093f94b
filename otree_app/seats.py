"""Who is at a market: the open pages of each seat, what each was told, and how fast each may ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from market.orders import Receipt
from otree_app.protocol import HostState

ANSWERS_KEPT = 500
BURST_SECONDS = 2
MOST_PAGES = 8


@dataclass(slots=True, eq=False)
class Connection:
    """One page of a seat. `seen` is the last event it was told of, -1 before its first snapshot; `trades` of how many.

    `closed`: the seat has opened too many others since.
    """

    trader: str
    seen: int = -1
    trades: int = 0
    told: HostState | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False


class Connections:
    """The open pages of one market."""

    def __init__(self) -> None:
        # in the order in which they came; a set would not know it
        self._open: dict[Connection, None] = {}
        self._present: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, trader: str) -> Connection:
        """A new page of a seat; the oldest of too many is to close."""
        connection = Connection(trader)
        self._open[connection] = None
        mine = [one for one in self._open if one.trader == trader]
        for oldest in mine[:-MOST_PAGES]:
            oldest.closed = True
            self.remove(oldest)
            oldest.news.set()
        connection.news.set()
        self._count()
        return connection

    def remove(self, connection: Connection) -> None:
        self._open.pop(connection, None)
        self._count()

    def _count(self) -> None:
        """Tell all who is there, where that has changed."""
        present = frozenset(connection.trader for connection in self._open)
        if present != self._present:
            self._present = present
            self.tell()

    def present(self) -> frozenset[str]:
        """The seats with at least one open page."""
        return self._present

    def tell(self) -> None:
        """Have every page ask for news."""
        for connection in self._open:
            connection.news.set()

    def forget(self) -> None:
        """Have every page start again from a snapshot."""
        for connection in self._open:
            connection.seen = -1
        self.tell()


class Answers:
    """What each seat's commands were answered, so that one sent again after a reconnect is not done again."""

    def __init__(self) -> None:
        self._by_seat: dict[str, OrderedDict[str, Receipt]] = {}

    def get(self, trader: str, identity: str) -> Receipt | None:
        answers = self._by_seat.get(trader)
        return answers.get(identity) if answers else None

    def put(self, trader: str, identity: str, receipt: Receipt) -> None:
        answers = self._by_seat.setdefault(trader, OrderedDict())
        answers[identity] = receipt
        if len(answers) > ANSWERS_KEPT:
            answers.popitem(last=False)


class Pace:
    """A token bucket a seat: `rate` commands a second, with room for a burst of two seconds' worth."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._room = max(1.0, rate * BURST_SECONDS)
        self._buckets: dict[str, tuple[float, float]] = {}

    def too_fast(self, trader: str, now: float) -> bool:
        tokens, last = self._buckets.get(trader, (self._room, now))
        tokens = min(self._room, tokens + (now - last) * self._rate)
        granted = tokens >= 1
        self._buckets[trader] = (tokens - granted, now)
        return not granted


class Inflow:
    """How fast messages of a seat are read, whatever they are: `rate` a second, after a burst of two seconds' worth.

    What comes faster waits in its own connections, at the sender's cost: nobody else notices a flood.
    """

    def __init__(self, rate: float) -> None:
        self._each = 1 / rate
        self._due: dict[str, float] = {}

    def wait(self, trader: str, now: float) -> float:
        """Seconds until the message that has come may be looked at; `now` by a clock that never goes back."""
        due = max(self._due.get(trader, 0.0), now - BURST_SECONDS) + self._each
        self._due[trader] = due
        return max(0.0, due - now)
