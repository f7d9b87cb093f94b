"""Reads what a run or an export left in a folder: tables as data frames, documents as dicts. Computes nothing."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from market.records import TABLES, Column
from market.treatments import Role, Treatment, TreatmentError, roles_from, treatment_from

Document = dict[str, Any]
# What every decision says, and where a sweep keeps the runs that are done.
DECISION_KEYS = ("seat", "trader", "model", "outcome")
CELLS = "cells/*/manifest.json"
# Text stays text and whole numbers whole, also where cells are empty.
DTYPES = {"text": "str", "JSON": "str", "integer": "Int64", "number": "float64"}


class ReadError(Exception):
    """A folder or file that cannot be used: says which, what was expected and what to do."""


@dataclass(frozen=True)
class RecordedMarket:
    """One market of a folder: its identity in every table, its treatment and the role of each trader.

    `simulated`: it was played headless, and recorded in `folder`.
    """

    session: str
    market: str
    treatment: Treatment
    roles: dict[str, Role]
    simulated: bool = False
    folder: Path | None = None

    @property
    def unit(self) -> tuple[str, str]:
        """What counts as one session: a lab's by its code; simulated ones share theirs, it is made from the seed."""
        return (str(self.folder) if self.simulated else "", self.session)

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of this market in any table."""
        return table[(table["session"] == self.session) & (table["market"] == self.market)]


@dataclass(frozen=True)
class Recording:
    """A folder of tables (`trades.csv` ...) and, where bots ran, of `summary.json` and `decisions.jsonl`.

    Nothing is read before it is asked for, and everything once. Raises ReadError where the folder does not exist.
    """

    folder: Path
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise ReadError(f"{self.folder}: there is no such folder. Give a run folder or one of exported tables.")

    def has(self, *tables: str) -> bool:
        return all((self.folder / f"{table}.csv").is_file() for table in tables)

    def table(self, name: str) -> pd.DataFrame:
        """One of `market.records.TABLES`. Raises ReadError for a missing file or column or a cell of a wrong type."""
        if name not in self._tables:
            self._tables[name] = _read_table(self.folder / f"{name}.csv", TABLES[name])
        return self._tables[name]

    def markets(self) -> list[RecordedMarket]:
        """The markets of the folder in order of session and number, less those for practice.

        What the lab could not do again is warned of.
        """
        table = self.table("markets").sort_values(["session", "market"])
        for row in table[table["error"].notna()].to_dict("records"):
            warnings.warn(
                f"Market {row['market']} of session {row['session']} is left out: {row['error']}", stacklevel=2
            )
        rows = table[table["error"].isna() & (table["practice"] == 0)].to_dict("records")
        simulated = self.document("summary.json").get("kind") == "simulation"
        return [_recorded_market(self.folder / "markets.csv", row, simulated) for row in rows]

    def document(self, name: str) -> Document:
        """A JSON document of the folder; empty where there is none. Raises ReadError for one that is no object."""
        path = self.folder / name
        return _object(path, _parse(path, _text(path))) if path.is_file() else {}

    def decisions(self) -> Iterator[Document]:
        """The lines of `decisions.jsonl`; none where there is no such file. A last line cut short is left out."""
        path = self.folder / "decisions.jsonl"
        lines = _text(path).splitlines(keepends=True) if path.is_file() else []
        if lines and not lines[-1].endswith("\n"):
            del lines[-1]
        for number, line in enumerate(lines, 1):
            yield _object(path, _parse(path, line, number), number, DECISION_KEYS)


def recordings(folders: Iterable[Path]) -> list[Recording]:
    """One for each folder and each finished run of a sweep's folder; who is named twice counts once.

    Raises ReadError where a folder does not exist.
    """
    runs = (run for folder in folders for run in sorted(one.parent for one in folder.glob(CELLS)) or [folder])
    return [Recording(run) for run in {run.resolve(): run for run in runs}.values()]


def _read_table(path: Path, columns: Sequence[Column]) -> pd.DataFrame:
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. A run folder or an export has {', '.join(TABLES)} as .csv.")
    try:
        header = list(pd.read_csv(path, nrows=0).columns)
        if missing := [column.name for column in columns if column.name not in header]:
            raise ReadError(f"{path}: columns are missing: {', '.join(missing)}. Export the table again.")
        types = {column.name: DTYPES[column.type] for column in columns}
        # Only empty cells are empty: a trader or a label may well be called NA.
        return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
    except (ValueError, UnicodeDecodeError) as error:
        raise ReadError(f"{path}: it is not the table expected: {error}. Export it again.") from None


def _recorded_market(path: Path, row: Mapping[Any, Any], simulated: bool) -> RecordedMarket:
    try:
        treatment, roles = treatment_from(_parse(path, row["document"])), roles_from(row["roles"])
    except (TreatmentError, TypeError, ValueError) as error:
        raise ReadError(f"{path}: market {row['market']}: its treatment cannot be read: {error}") from None
    return RecordedMarket(row["session"], row["market"], treatment, roles, simulated, path.parent.resolve())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path}: it cannot be read as UTF-8 text: {error}.") from None


def _parse(path: Path, text: str, line: int = 1) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(f"{path}: line {line + error.lineno - 1} is no JSON: {error.msg}.") from None


def _object(path: Path, found: Any, line: int = 1, keys: Sequence[str] = ()) -> Document:
    if not isinstance(found, dict) or any(key not in found for key in keys):
        expected = f"an object with {', '.join(keys)}" if keys else "an object"
        raise ReadError(f"{path}: line {line}: expected {expected}, got {str(found)[:60]}.")
    return found
