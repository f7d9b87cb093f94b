"""What the administrator would have told during a run over past bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from worlds.crypto.admin.alerts import Watch
from worlds.crypto.admin.events import FILE_NAME, Bus, Event
from worlds.crypto.admin.notices import file
from worlds.crypto.admin.office import Office
from worlds.crypto.admin.settings import limits_of
from worlds.crypto.data.bars import BAR
from worlds.crypto.desk.verdicts import HARD, VERDICTS
from worlds.crypto.recording import of_coin
from worlds.crypto.settings import AdminSettings

REFUSED = VERDICTS[HARD]  # what is made smaller is no breach
ORDER = ("closed", "breach", "equity")  # of one bar


def watch_over(
    folder: Path,
    source: str,
    symbols: Sequence[str],
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    decisions: pd.DataFrame,
    settings: AdminSettings,
) -> int:
    """Write a run's events, with the alerts that they give, to its folder. Returns how many alerts.

    `source`: of the bars, in words. The tables are those of the run's folder; of each, rows of one desk.
    """
    (folder / FILE_NAME).unlink(missing_ok=True)
    bus, alerts = Bus(), list[Event]()
    notices = [file(folder)] if settings.enabled else []
    Office(bus, folder, Watch(limits_of(settings)), notices, reports=False)
    bus.subscribe(alerts.append, "alert")
    events = [*_closed(trades), *_breaches(decisions), *_equity(equity, symbols)]
    events.sort(key=lambda one: (one.at, ORDER.index(one.kind)))
    bus.publish(Event("started", events[0].at, {"source": source, "symbols": list(symbols)}))
    for event in events:
        bus.publish(event)
    bus.publish(Event("ended", events[-1].at, {"why": "all bars were played"}))
    return len(alerts)


def _equity(frame: pd.DataFrame, symbols: Sequence[str]) -> Iterator[Event]:
    """With the dollars in each coin."""
    held = frame[[of_coin(symbol) for symbol in symbols]].to_numpy() * frame[["equity"]].to_numpy()
    for time, equity, row in zip(_closes(frame["time"]), frame["equity"], held, strict=True):
        exposures = dict(zip(symbols, map(float, row), strict=True))
        yield Event("equity", time, {"equity": float(equity), "exposures": exposures})


def _closed(frame: pd.DataFrame) -> Iterator[Event]:
    for time, symbol, gain in zip(_closes(frame["exit_time"]), frame["symbol"], frame["gain"], strict=True):
        yield Event("closed", time, {"symbol": str(symbol), "pnl": float(gain)})


def _breaches(frame: pd.DataFrame) -> Iterator[Event]:
    held_back = frame[frame["verdict"] == REFUSED]
    for time, symbol, check in zip(_closes(held_back["time"]), held_back["symbol"], held_back["check"], strict=True):
        yield Event("breach", time, {"symbol": str(symbol), "check": str(check)})


def _closes(opens: pd.Series) -> Sequence[datetime]:
    """Bars are named by their open; what happened in them is known at their close."""
    seconds = (opens.to_numpy().astype("datetime64[s]") + BAR).astype(np.int64)
    return [datetime.fromtimestamp(int(one), UTC) for one in seconds]
