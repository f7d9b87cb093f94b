"""`report`: how the last days went, as text on the terminal and as a page with figures in the run's folder."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worlds.crypto.arguments import add_run, configured
from worlds.errors import WorldError

if TYPE_CHECKING:
    from worlds.crypto.admin.digest import Digest
    from worlds.crypto.admin.events import Event

DAYS = 30


def add(group: argparse.ArgumentParser, _: str) -> None:
    add_run(group)


def run(options: argparse.Namespace) -> int:
    """Raises WorldError where there is no run."""
    from analysis.report import write_report
    from worlds.crypto.admin.events import FILE_NAME
    from worlds.crypto.admin.status import newest

    folder = newest(options.run or Path(configured(options).data.out_dir))
    print(f"Run folder: {folder}")
    if (folder / FILE_NAME).is_file():
        _of_days(folder, options.days or DAYS)
    else:
        _of_summary(folder)
    print(f"Report: {write_report(folder)}")
    return 0


def _of_summary(folder: Path) -> None:
    """Of populations, and of models beside each other: their summary says it all."""
    from worlds.crypto.commands.trading import tell
    from worlds.crypto.recording import SUMMARY
    from worlds.folders import read_json

    if not (folder / SUMMARY).is_file():
        raise WorldError(
            f"{folder}: the run has not ended, there is nothing to report yet. See `status --run {folder}`."
        )
    summary = read_json(folder / SUMMARY)
    print(summary["about"])
    tell(summary)


def _of_days(folder: Path, days: int) -> None:
    from worlds.crypto.admin.digest import digest, text_of
    from worlds.crypto.admin.events import recorded
    from worlds.crypto.recording import SUMMARY

    events = list(recorded(folder))
    if not events:
        raise WorldError(f"{folder}: nothing has happened yet; there is nothing to report.")
    until = max((event.at for event in events if event.kind == "equity"), default=events[-1].at)
    told = digest(events, until - timedelta(days=days), until)
    print(f"{_source(events)}\n\n{text_of(told)}")
    if not (folder / SUMMARY).is_file() or _is_paper(folder):
        _summarise(folder, events, told)


def _source(events: list[Event]) -> str:
    return next((f"Bars: {event.facts['source']}" for event in events if event.kind == "started"), "Bars: unknown")


def _is_paper(folder: Path) -> bool:
    from worlds.crypto.recording import SUMMARY
    from worlds.folders import read_json

    return bool(read_json(folder / SUMMARY).get("paper"))


def _summarise(folder: Path, events: list[Event], told: Digest) -> None:
    """The summary of paper trading, which writes none itself: it has no end."""
    import pandas as pd

    from worlds.crypto.drawing import draw
    from worlds.crypto.recording import KIND, SUMMARY
    from worlds.folders import write_json

    rows = [event for event in events if event.kind == "equity"]
    frame = pd.DataFrame(
        {
            "time": [event.at for event in rows],
            "name": "paper account",
            "equity": [float(event.facts["equity"]) for event in rows],
            "exposure": [_exposure(event) for event in rows],
        }
    )
    source = _source(events)
    document = {"kind": KIND, "paper": True, "title": "Paper trading", "about": source, "tables": _tables(told)}
    write_json(folder / SUMMARY, {**document, "figures": draw(folder, {"equity": frame}, f"{source}.")})


def _exposure(event: Event) -> float:
    equity = float(event.facts["equity"])
    return sum(map(float, event.facts["exposures"].values())) / equity if equity > 0 else 0.0


def _tables(told: Digest) -> list[dict[str, Any]]:
    from worlds.crypto.admin.digest import by_rule

    days = (told.until - told.since).days
    change = told.last / told.first - 1 if told.first and told.last else None
    figures = [
        ["equity at the end (USDT)", told.last],
        ["change", change],
        ["largest drawdown", told.drawdown],
        ["Sharpe ratio (a year)", told.sharpe],
        ["positions closed", told.closed],
        ["of them with a gain", told.wins],
        ["proposals held back by the risk role", sum(told.breaches.values())],
    ]
    alerts = [list(row) for row in by_rule(told.alerts)]
    return [
        {"title": f"The last {days} days", "columns": ["", "value"], "rows": figures},
        {
            "title": "Closed positions",
            "columns": ["coin", "gain (USDT)"],
            "rows": [list(one) for one in told.pnl.items()],
        },
        {"title": "Alerts", "columns": ["level", "rule", "times", "last (UTC)", "what it said last"], "rows": alerts},
    ]
