"""The administrator at work: hears the bus, tells who is to be told, and writes the daily and weekly reports."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from worlds.crypto.admin.alerts import Alert, Watch
from worlds.crypto.admin.digest import digest, text_of
from worlds.crypto.admin.events import Bus, Event, Recorder
from worlds.crypto.admin.notices import Notice

PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
KEPT = timedelta(days=8)  # a week, and the equity before it


class Office:
    """Set up on a bus once; from then on it answers events with alerts and, where `reports` says so, with reports.

    `before`: what an earlier process of the same run recorded.
    """

    def __init__(
        self,
        bus: Bus,
        folder: Path,
        watch: Watch,
        notices: Iterable[Notice],
        *,
        before: Iterable[Event] = (),
        reports: bool = True,
    ) -> None:
        self._bus, self._folder, self._watch, self._notices = bus, folder, watch, tuple(notices)
        self._reports = reports
        self._day: datetime | None = None
        self._events: deque[Event] = deque()
        for event in before:
            watch.see(event)
            self._remember(event)
            if event.kind == "equity":
                self._day = _midnight(event.at)
        bus.subscribe(Recorder(folder))
        bus.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        self._remember(event)
        for alert in self._watch.see(event):
            self._tell(alert)
        if event.kind == "equity" and self._reports:
            self._report_when_due(event.at)

    def _remember(self, event: Event) -> None:
        self._events.append(event)
        while event.at - self._events[0].at > KEPT:
            self._events.popleft()

    def _tell(self, alert: Alert) -> None:
        facts = {name: value for name, value in asdict(alert).items() if name != "at"}
        self._bus.publish(Event("alert", alert.at, facts))
        for notice in self._notices:
            wrong = notice(alert)
            if wrong:
                self._bus.publish(Event("trouble", alert.at, {"what": wrong}))

    def _report_when_due(self, at: datetime) -> None:
        """One a day, and on Mondays one of the week, with the first bar of the day."""
        today = _midnight(at)
        if self._day is not None and today > self._day:
            self._report("daily", today)
            if today.weekday() == 0:
                self._report("weekly", today)
        self._day = today

    def _report(self, name: str, until: datetime) -> None:
        told = digest(self._events, until - PERIODS[name], until)
        file = f"reports/{name}-{until:%Y-%m-%d}.txt"
        (self._folder / "reports").mkdir(exist_ok=True)
        (self._folder / file).write_text(text_of(told), "utf-8")
        self._bus.publish(Event("report", until, {"name": name, "file": file}))


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
