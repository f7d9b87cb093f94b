"""What a restored run takes over from the run that its snapshot is of: the log and the tables until then.

They are beside the snapshot, and taken where their last hash is the one that the snapshot goes on from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from worlds.errors import WorldError
from worlds.folders import has_table, read_table
from worlds.forecast_goods.chain import Chain, verify
from worlds.forecast_goods.records import COLUMNS, Row

Rows = dict[str, list[Row]]


def log_until(path: Path, chain: Chain) -> list[str]:
    """The lines of the log at `path` that `chain` goes on from; none where they are not there, or of another run."""
    if not path.is_file():
        return []
    with path.open(encoding="ascii", errors="replace") as log:
        lines = [line.rstrip("\n") for line in islice(log, chain.count)]
    return lines if _end(lines) == chain.head else []


def _end(lines: Sequence[str]) -> str:
    try:
        return verify(lines)
    except WorldError:
        # what was changed is not taken over
        return ""


def rows_until(folder: Path, first: int, head: str) -> Rows:
    """Rows of all tables in `folder` of rounds before `first`, which end in the hash `head`; {} where they do not."""
    if not all(has_table(folder, name) for name in COLUMNS):
        return {}
    frames = {name: read_table(folder, name) for name in COLUMNS}
    rounds = frames["rounds"]
    if list(rounds.loc[rounds["round"] == first - 1, "hash"]) != [head]:
        return {}
    return {name: _rows(frame[frame["round"] < first]) for name, frame in frames.items()}


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
