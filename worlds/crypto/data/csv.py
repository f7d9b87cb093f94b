"""Bars from files in the form of the desk's CSV folder: one file a coin, the timestamp a bar's open in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from worlds.crypto.data.bars import NEEDED, Bars
from worlds.crypto.data.check import check
from worlds.errors import WorldError

TIME = "timestamp_utc"
# Beside what is needed, kept where a file has it. The file's `oi_btc` is in the coin's own units whatever the coin.
OPTIONAL = ("long_ratio", "short_ratio", "index_close", "basis", "premium_pct")
RENAMED = {"oi_btc": "oi"}


def file_of(folder: Path, coin: str) -> Path:
    return folder / f"Bybit_{coin}.csv"


def read_folder(folder: Path, coins: tuple[str, ...], source: str = "csv") -> Bars:
    """The coins of a folder. Raises WorldError."""
    return read_files({coin: file_of(folder, coin) for coin in coins}, source, str(folder))


def read_files(files: Mapping[str, Path], source: str = "csv", origin: str = "") -> Bars:
    """One file a coin, on the times that all of them have: an inner join, nothing is filled in. Raises WorldError."""
    frames = {coin: read_file(path) for coin, path in files.items()}
    common = sorted(set.intersection(*(set(frame.index) for frame in frames.values())))
    if not common:
        raise WorldError(f"{', '.join(map(str, files.values()))}: no time is in all of them. Take files of one period.")
    return _joined(frames, pd.DatetimeIndex(common), source, origin or ", ".join(map(str, files.values())))


def read_file(path: Path) -> pd.DataFrame:
    """A coin's columns, indexed by time, checked. Raises WorldError."""
    try:
        raw = pd.read_csv(path, encoding="utf-8")
    except OSError as error:
        raise WorldError(f"{path}: it cannot be read ({error.strerror}). The command `download` makes it.") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise WorldError(f"{path}: it is no table of comma-separated values ({error}).") from None
    missing = [name for name in (TIME, *NEEDED) if name not in raw.columns]
    if missing:
        raise WorldError(f"{path}: the column '{missing[0]}' is missing. Expected {TIME}, {', '.join(NEEDED)}.")
    frame = _numbers(raw.rename(columns=RENAMED), path)
    check(frame, str(path))
    return frame


def _numbers(raw: pd.DataFrame, path: Path) -> pd.DataFrame:
    kept = [*NEEDED, *(name for name in (*RENAMED.values(), *OPTIONAL) if name in raw.columns)]
    # what is no number becomes NaN, which the check reports with its row
    frame = pd.DataFrame({name: pd.to_numeric(raw[name], errors="coerce") for name in kept}).astype(float)
    times = pd.to_datetime(raw[TIME], utc=True, errors="coerce", format="ISO8601")
    frame.index = pd.DatetimeIndex(times.dt.tz_localize(None).astype("datetime64[s]"), name="time")
    return frame


def _joined(frames: Mapping[str, pd.DataFrame], times: pd.DatetimeIndex, source: str, origin: str) -> Bars:
    names = [
        name for name in next(iter(frames.values())).columns if all(name in one.columns for one in frames.values())
    ]
    rows = {coin: frame.loc[times] for coin, frame in frames.items()}
    columns = {name: np.column_stack([one[name].to_numpy() for one in rows.values()]) for name in names}
    clock = times.to_numpy().astype("datetime64[s]")
    return Bars(symbols=tuple(frames), times=clock, columns=columns, source=source, origin=origin)
