"""What a run folder of the lab holds for a replay: markets with their logs, who sat where, turns, settings. Does
nothing with it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from market.events import LogLine
from market.records import names
from market.tables import Seat
from market.treatments import Role, Treatment, roles_from, treatment_from
from simulation.errors import SimulationError

LONGEST_CELL = 2**30
Cells = dict[str, str]
Line = dict[str, Any]
# The line of a turn that a replay needs, beside what it compares.
TURN = ("seat", "participant", "turn", "period", "seconds", "view_seq", "outcome", "calls", "actions", "receipts")
SEEN = ("quote", "last_price", "cash", "shares")


@dataclass(frozen=True, slots=True)
class RecordedMarket:
    """One market: its treatment, roles by trader, log with UTC stamps, and seats."""

    session: str
    market: str
    seed: int
    treatment: Treatment
    roles: dict[str, Role]
    log: list[LogLine]
    utc: list[str]
    seats: tuple[Seat, ...]
    state_hash: str


@dataclass(frozen=True)
class RecordedRun:
    """A run folder. Raises SimulationError, for a part when it is asked for."""

    folder: Path

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            expected = "Expected such as bot-data/debug-runs/run-1."
            raise SimulationError(f"{self.folder}: there is no such folder. {expected}")

    @cached_property
    def markets(self) -> list[RecordedMarket]:
        """In the order of the tables."""
        rows, events, people = (self._rows(table) for table in ("markets", "events", "participants"))
        if not rows:
            raise SimulationError(f"{self.folder}: markets.csv has no market. Was the session played to its end?")
        return [_market(row, _of(row, events), _of(row, people)) for row in rows]

    @cached_property
    def trades(self) -> str:
        """`trades.csv` as it is, line ends and all."""
        return self._text("trades.csv")

    @cached_property
    def manifest(self) -> Line:
        found: Line = self._json(self._text("manifest.json"), "manifest.json")
        return found

    @cached_property
    def turns(self) -> list[Line]:
        """The bots' turns, in the order in which they were written down; half a last line is passed over."""
        lines = self._text("decisions.jsonl").split("\n")[:-1]
        found = [self._json(text, f"decisions.jsonl, line {number}") for number, text in enumerate(lines, 1)]
        for number, line in enumerate(found, 1):
            if missing := [name for name in (*TURN, *SEEN) if name not in line]:
                raise SimulationError(
                    f"{self.folder / 'decisions.jsonl'}, line {number} lacks {', '.join(missing)}: "
                    "it was not written by a run of bots.main."
                )
        return found

    @property
    def has_bots(self) -> bool:
        return any(seat.kind != "human" for market in self.markets for seat in market.seats)

    def _rows(self, table: str) -> list[Cells]:
        csv.field_size_limit(LONGEST_CELL)
        rows = csv.DictReader(io.StringIO(self._text(f"{table}.csv"), newline=""))
        if missing := [name for name in names(table) if name not in (rows.fieldnames or ())]:
            told = f"{self.folder / table}.csv: columns are missing: {', '.join(missing)}."
            raise SimulationError(f"{told} Export it again and leave it unchanged.")
        return list(rows)

    def _text(self, name: str) -> str:
        path = self.folder / name
        try:
            return path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise SimulationError(f"{path} is missing. {_remedy(name)}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SimulationError(f"{path}: it cannot be read as UTF-8 text: {error}.") from None

    def _json(self, text: str, place: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise SimulationError(f"{self.folder / place}: it is no JSON: {error}.") from None


def _remedy(name: str) -> str:
    if name.endswith(".csv"):
        return "Download the session's tables into the run folder first; see its run.log."
    return "Bots took part, and a replay needs what their run left: give its run folder, not an export of tables alone."


def _of(market: Mapping[str, str], rows: list[Cells]) -> list[Cells]:
    return [row for row in rows if (row["session"], row["market"]) == (market["session"], market["market"])]


def _market(row: Cells, events: list[Cells], people: list[Cells]) -> RecordedMarket:
    try:
        return RecordedMarket(
            session=row["session"],
            market=row["market"],
            seed=int(row["seed"]),
            treatment=treatment_from(json.loads(row["document"])),
            roles=roles_from(row["roles"]),
            log=[_line(one) for one in events],
            utc=[one["utc"] for one in events],
            seats=tuple(Seat(one["participant"], one["trader"], one["kind"], one["model"]) for one in people),
            state_hash=row["state_hash"],
        )
    except ValueError as error:
        told = f"market {row['market']} cannot be read from markets.csv and events.csv"
        raise SimulationError(f"{told}: {error}. Export them again and leave them unchanged.") from None


def _line(row: Cells) -> LogLine:
    numbers = int(row["seq"]), int(row["period"]), float(row["seconds"])
    return LogLine(*numbers, row["actor"], row["command"], row["outcomes"], row["hash"])
