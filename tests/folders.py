"""Folders of tables as an export or a run leaves them, made from markets that were played without a server."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from market.records import names
from market.tables import Row, tables
from tests.headless import Played


def write_tables(folder: Path, *markets: Played, session: str = "s1") -> Path:
    """The tables of markets of one session, numbered in order."""
    folder.mkdir(parents=True, exist_ok=True)
    each = [tables(played.record(session, f"{number}-1")) for number, played in enumerate(markets, 1)]
    for table in each[0]:
        write_csv(folder / f"{table}.csv", names(table), [row for one in each for row in one[table]])
    return folder


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(header))
        writer.writeheader()
        writer.writerows(rows)


def write_decisions(folder: Path, outcomes: Mapping[str, Iterable[str]], model: str = "heuristic") -> None:
    """`decisions.jsonl` with the outcomes of each trader, seats in order."""
    lines = [
        {"seat": seat, "trader": trader, "model": model, "outcome": outcome}
        for seat, (trader, ended) in enumerate(outcomes.items(), 1)
        for outcome in ended
    ]
    (folder / "decisions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
