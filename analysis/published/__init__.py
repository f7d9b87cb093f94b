"""Published results beside which one's own are shown: small tables, each row with its source."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

FOLDER = Path(__file__).parent


class PublishedPath(NamedTuple):
    """Mean prices by period, in units of the treatment's currency; `sessions` stand behind them."""

    group: str
    prices: pd.Series[float]
    sessions: int
    source: str


def paths(treatment: str) -> list[PublishedPath]:
    """The published price paths of a treatment by its name; none for most."""
    table = _table("paths")
    own = table[table["treatment"] == treatment]
    return [_path(group, rows) for group, rows in own.groupby("group", sort=False)]


def _path(group: object, rows: pd.DataFrame) -> PublishedPath:
    prices = rows.set_index("period")["mean_price"].astype(float)
    return PublishedPath(str(group), prices, int(rows["sessions"].iloc[0]), str(rows["source"].iloc[0]))


def values(treatment: str) -> pd.DataFrame:
    """Published measures of a treatment: group, measure (as in `analysis.words`), period, value, sessions, source."""
    table = _table("measures")
    return table[table["treatment"] == treatment].drop(columns="treatment").reset_index(drop=True)


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")
