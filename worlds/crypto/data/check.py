"""What can be wrong with a file of bars: each fault with its row and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from worlds.crypto.data.bars import BAR
from worlds.errors import WorldError

SHOWN = 5
PRICES = ("open", "high", "low", "close")


def check(frame: pd.DataFrame, name: str) -> None:
    """`frame`: columns of numbers in the order of the file, indexed by `time` (UTC). Rows count as a text editor does:
    the header is row 1. Raises WorldError naming the first faults."""
    faults = list(_faults(frame))
    if faults:
        more = f"\n... and {len(faults) - SHOWN} more." if len(faults) > SHOWN else ""
        raise WorldError(f"{name} cannot be used:\n" + "\n".join(faults[:SHOWN]) + more)


def _faults(frame: pd.DataFrame) -> Iterator[str]:
    if frame.empty:
        yield "It has no rows; expected one a bar of four hours."
        return
    yield from _missing(frame)
    yield from _clock(frame.index.to_numpy().astype("datetime64[s]"))
    yield from _impossible(frame)


def _missing(frame: pd.DataFrame) -> Iterator[str]:
    values = frame.to_numpy(float)
    for row, column in zip(*np.nonzero(~np.isfinite(values)), strict=True):
        cell = f"row {row + 2}: {frame.columns[column]} is {values[row, column]}"
        yield f"{cell}; expected a number. Get the bar again; a value is never filled in from a later row."


def _clock(times: np.ndarray) -> Iterator[str]:
    if bool(np.isnat(times).any()):
        yield f"row {int(np.isnat(times).argmax()) + 2}: there is no time. Expected such as 2025-11-05 04:00:00+00:00."
        return
    for row, step in enumerate(np.diff(times), start=3):
        this, before = times[row - 2], times[row - 3]
        if step == np.timedelta64(0, "s"):
            yield f"row {row}: {this} is there twice. Delete one of the two rows."
        elif step < np.timedelta64(0, "s"):
            yield f"row {row}: {this} comes after {before}. Sort the rows by time."
        elif step % BAR != np.timedelta64(0, "s"):
            yield f"row {row}: {this} is no multiple of four hours after {before}. The desk reads 4-hour bars."
        elif step != BAR:
            missing = int(step // BAR) - 1
            yield f"row {row}: {missing} bars are missing between {before} and {this}. Get them: command `download`."


def _impossible(frame: pd.DataFrame) -> Iterator[str]:
    high, low = frame["high"], frame["low"]
    body = frame[["open", "close"]]
    wrong = {
        "a price is not above 0": (frame[[*PRICES, "mark_close"]] <= 0).any(axis=1),
        "high is below another price": high < body.max(axis=1),
        "low is above another price": low > body.min(axis=1),
        "high is below low": high < low,
        "volume, turnover or open interest is below 0": (frame[["volume", "turnover", "oi_usd"]] < 0).any(axis=1),
        "a funding rate above 10 % in eight hours": frame["funding_rate"].abs() > 0.1,
    }
    said: set[int] = set()
    for what, rows in wrong.items():
        for row in np.nonzero(rows.to_numpy())[0]:
            if int(row) in said:
                continue
            said.add(int(row))
            yield f"row {row + 2}: an impossible bar ({what}). Get the bar again, or cut the file before it."
