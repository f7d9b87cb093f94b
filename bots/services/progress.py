"""What the terminal shows while bots play: one line a bot, or plain lines where it is no terminal. Decides nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from time import monotonic
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from bots.domain.state import SeatState

COLUMNS = ("seat", "trader", "where", "period", "last action", "decisions", "late", "failed", "cost")
LONGEST_ACTION = 60
PLAIN_SECONDS = 10.0


class Progress(AbstractContextManager["Progress"]):
    """Call `show` as often as you like."""

    def __init__(self, seats: Sequence[SeatState], stream: TextIO | None = None) -> None:
        self._seats = seats
        # what pages say is no markup
        self._console = Console(file=stream or sys.stdout, markup=False, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._told: tuple[tuple[str, int], ...] = ()
        self._told_at = 0.0

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self) -> None:
        if self._live:
            self._live.update(_table(self._seats), refresh=True)
        else:
            self._tell()

    def _tell(self) -> None:
        """A line for all when something changed its place, and now and then."""
        where = tuple((seat.place, seat.period) for seat in self._seats)
        if where != self._told or monotonic() > self._told_at + PLAIN_SECONDS:
            self._told, self._told_at = where, monotonic()
            self._console.print(_line(self._seats), soft_wrap=True)


def _table(seats: Sequence[SeatState]) -> Table:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for seat in seats:
        outcomes = seat.outcomes
        numbers = (outcomes.total(), outcomes["late"], outcomes["failed"])
        who = (str(seat.name.seat), seat.trader, seat.place, str(seat.period or ""), _shown(seat.action))
        table.add_row(*who, *map(str, numbers), _dollars([seat.cost_usd]))
    return table


def _shown(action: str) -> str:
    """A terminal obeys control characters, which the title of a page may have."""
    return "".join(one for one in action if one.isprintable())[:LONGEST_ACTION]


def _dollars(costs: Sequence[float | None]) -> str:
    """A sum, with a plus where some prices are not known; empty where nothing is paid."""
    known = sum(cost or 0.0 for cost in costs)
    if None in costs:
        return f"${known:.4f}+" if known else "unknown"
    return f"${known:.4f}" if known else ""


def _line(seats: Sequence[SeatState]) -> str:
    places: dict[str, list[int]] = {}
    for seat in seats:
        place = f"{seat.place} {seat.period}" if seat.period else seat.place
        places.setdefault(place, []).append(seat.name.seat)
    where = "; ".join(f"{place}: {_named(numbers)}" for place, numbers in places.items())
    due = sum(seat.outcomes.total() for seat in seats)
    late, failed = (sum(seat.outcomes[name] for seat in seats) for name in ("late", "failed"))
    cost = _dollars([seat.cost_usd for seat in seats])
    return f"{where} | {due} decisions, {late} late, {failed} failed" + (f", cost {cost}" if cost else "")


def _named(numbers: Sequence[int]) -> str:
    return f"seat{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
