"""The newest bars of an exchange, as the desk reads them: those that are closed by its clock, and nothing later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from worlds.crypto.data.bars import BAR, NEEDED, Array, Bars
from worlds.crypto.paper.client import Bybit
from worlds.errors import WorldError

BAR_MS = int(BAR / np.timedelta64(1, "ms"))
PRICES = ("open", "high", "low", "close", "volume", "turnover")

Series = dict[int, float]  # by start in ms
Rows = Callable[[str, int], list[tuple[int, Any]]]


def newest(client: Bybit, symbols: tuple[str, ...], count: int) -> Bars:
    """The last `count` closed bars of all coins, those that each of them has.

    Raises WorldError where there are none, and Unreachable.
    """
    closed = int(client.now().timestamp() * 1000) // BAR_MS * BAR_MS - BAR_MS  # start of the newest closed bar
    first = closed - (count - 1) * BAR_MS
    by_coin = [_coin(client, symbol, first, closed) for symbol in symbols]
    shared = sorted(set.intersection(*(set(series["close"]) for series in by_coin)))
    if not shared:
        raise WorldError(f"--symbols {' '.join(symbols)}: the exchange has no bars that all of them share.")
    columns = {name: np.column_stack([_column(series[name], shared) for series in by_coin]) for name in NEEDED}
    times = np.array(shared, "datetime64[ms]").astype("datetime64[s]")
    return Bars(symbols=symbols, times=times, columns=columns, source="ccxt", origin="the exchange's own bars")


def _coin(client: Bybit, symbol: str, first: int, last: int) -> Mapping[str, Series]:
    bars = dict(_history(client.klines, symbol, first, last))
    marks = {start: float(row[4]) for start, row in _history(client.marks, symbol, first, last)}
    coins = {start: float(row["openInterest"]) for start, row in _history(client.interest, symbol, first, last)}
    # a rate is in force until the next settlement, so the one before the first bar counts too
    funding = {
        start: float(row["fundingRate"]) for start, row in _history(client.funding, symbol, first - 2 * BAR_MS, last)
    }
    series = {name: {start: float(row[at]) for start, row in bars.items()} for at, name in enumerate(PRICES, 1)}
    marks = {start: marks.get(start, close) for start, close in series["close"].items()}
    return {
        **series,
        "mark_close": marks,
        "oi_usd": {start: value * marks[start] for start, value in coins.items() if start in marks},
        "funding_rate": funding,
    }


def _history(ask: Rows, symbol: str, first: int, last: int) -> Iterator[tuple[int, Any]]:
    """Rows from `first` to `last`, page by page from the newest back."""
    while last >= first:
        rows = [row for row in ask(symbol, last) if first <= row[0] <= last]
        yield from rows
        if not rows:
            return
        last = min(start for start, _ in rows) - 1


def _column(series: Series, shared: list[int]) -> Array:
    """Values at the shared times; where one is missing, the last one before it, never a later one."""
    known = sorted(series)
    places = np.searchsorted(known, shared, side="right") - 1
    values = np.array([series[start] for start in known], np.float64)
    return np.where(places >= 0, values[np.maximum(places, 0)], np.nan)
