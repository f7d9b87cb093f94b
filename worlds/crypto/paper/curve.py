"""The equity of an account bar by bar: what it was this morning, and its height of a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from worlds.crypto.admin.events import Event
from worlds.crypto.desk.engine import PEAK_DAYS


class Curve:
    """Closes in rising order; one of the same time replaces what was there."""

    def __init__(self, points: Iterable[tuple[datetime, float]] = ()) -> None:
        self._points = dict(points)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Curve:
        """What an earlier process recorded of the same run."""
        return cls((event.at, float(event.facts["equity"])) for event in events if event.kind == "equity")

    def add(self, at: datetime, equity: float) -> None:
        self._points[at] = equity

    def morning(self, at: datetime) -> float:
        """The last equity up to 00:00 UTC of the day of `at`, the first of all where there is none."""
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        before = [value for time, value in self._points.items() if time <= midnight]
        return before[-1] if before else next(iter(self._points.values()))

    def peak(self, at: datetime) -> float:
        """The highest of the last thirty days, this bar included."""
        return max(value for time, value in self._points.items() if at - time <= timedelta(days=PEAK_DAYS))
