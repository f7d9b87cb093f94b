"""Small builders: bars by hand, bars by chance, and the real ones where they lie beside the project."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from worlds.crypto.data.bars import BAR, Array, Bars
from worlds.crypto.data.csv import file_of, read_folder
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.features.shared import Shared
from worlds.crypto.settings import COINS

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "bybit"
needs_real_bars = pytest.mark.skipif(
    not file_of(REAL, "BTC").is_file(), reason="the real bars of Bybit do not lie beside the project"
)


def bars_of(close: dict[str, list[float]], **columns: dict[str, list[float]]) -> Bars:
    """Bars with these closes, opened at the close before; other columns are plain unless they are given."""
    prices = np.array(list(close.values()), float).T
    opened = np.vstack([prices[:1], prices[:-1]])
    ones = np.ones_like(prices)
    plain: dict[str, Array] = {
        "open": opened,
        "high": np.maximum(opened, prices),
        "low": np.minimum(opened, prices),
        "close": prices,
        "volume": ones,
        "turnover": ones,
        "oi_usd": 100 * ones,
        "funding_rate": 1e-4 * ones,
        "mark_close": prices,
    }
    given = {name: np.array([column[coin] for coin in close], float).T for name, column in columns.items()}
    times = np.datetime64("2025-01-01T00:00:00", "s") + BAR * np.arange(len(prices))
    return Bars(symbols=tuple(close), times=times, columns={**plain, **given}, source="synthetic", origin="by hand")


@cache
def chance(days: int = 90, seed: int = 3, coins: tuple[str, ...] = ("BTC", "ETH", "SOL")) -> Shared:
    return Shared(synthetic(days, seed).of(coins))


@cache
def real(rows: int) -> Shared:
    bars = read_folder(REAL, COINS)
    return Shared(bars.rows(max(0, len(bars) - rows)))
