"""Bars from an exchange by ccxt's public calls, written in the form of the CSV folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from worlds.crypto.data.bars import BARS_A_DAY
from worlds.crypto.data.check import check
from worlds.crypto.data.csv import TIME, file_of
from worlds.crypto.needs import need
from worlds.errors import WorldError
from worlds.folders import prepare, write_bytes

BAR_MS = 4 * 3600 * 1000
PAGE = 200  # bars a request: what the histories of open interest give at most
FRAME = "4h"
LOOK_BACK = 2  # bars before the first, where the funding rate in force was set
OHLCV = ("open", "high", "low", "close", "volume")


def client(exchange_id: str, url: str = "", seconds: float = 20.0) -> Any:
    """A ccxt client without keys, to the exchange or to a server at `url`. Raises WorldError."""
    ccxt = need("ccxt")
    if exchange_id not in ccxt.exchanges:
        near = get_close_matches(exchange_id, ccxt.exchanges, n=1, cutoff=0.0)[0]
        raise WorldError(f"data.exchange_id: ccxt knows no '{exchange_id}'; the nearest is '{near}'.")
    made = getattr(ccxt, exchange_id)({"timeout": int(seconds * 1000)})
    if url:
        made.urls["api"] = dict.fromkeys(made.urls["api"], url.rstrip("/"))
        made.enableRateLimit = False
    return made


def download(exchange: Any, coins: Iterable[str], days: int, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write the closed bars of the last `days` of each coin's perpetual in USDT; each file and its rows as it is done.

    Turnover is volume times the mean of high, low and close: ccxt passes no turnover on. Raises WorldError.
    """
    prepare(folder, "data.out_dir")
    for coin in coins:
        frame = _asked(exchange, coin, lambda coin=coin: _frame(exchange, coin, days))  # type: ignore[misc]
        check(frame.drop(columns=TIME), f"What {exchange.id} says of {coin}")
        path = file_of(folder, coin)
        write_bytes(path, frame.to_csv(index=False, lineterminator="\n").encode())
        yield path, len(frame)


def _asked(exchange: Any, coin: str, ask: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    ccxt = need("ccxt")
    try:
        return ask()
    except ccxt.BadSymbol:
        raise WorldError(f"--symbols {coin}: {_pair(coin)} is not traded on {exchange.id}.") from None
    except ccxt.NetworkError as error:
        raise WorldError(
            f"{exchange.id} does not answer ({_short(error)}). Try again, or use data.source: csv."
        ) from None
    except ccxt.ExchangeError as error:
        raise WorldError(f"{exchange.id} refuses to give bars of {coin} ({_short(error)}).") from None


def _frame(exchange: Any, coin: str, days: int) -> pd.DataFrame:
    """Rows of the file, indexed by time."""
    pair = _pair(coin)
    stop = _end(exchange, pair)
    start = stop - days * BARS_A_DAY * BAR_MS
    bars = _candles(exchange, pair, start, stop, {})
    mark = _candles(exchange, pair, start, stop, {"price": "mark"})["close"].rename("mark_close")
    interest = _series(
        _pages(exchange.fetch_open_interest_history, pair, FRAME, start, stop), "openInterestAmount", "oi_btc"
    )
    frame = bars.join([mark, interest], how="inner")
    frame["turnover"] = frame["volume"] * frame[["high", "low", "close"]].mean(axis=1)
    frame["funding_rate"] = _funding(exchange, pair, start, stop, frame.index)
    frame["oi_usd"] = frame["oi_btc"] * frame["mark_close"]
    frame.index = pd.to_datetime(frame.index, unit="ms", utc=True)
    frame.insert(0, TIME, frame.index.strftime("%Y-%m-%d %H:%M:%S+00:00"))
    frame.index = frame.index.tz_localize(None)
    return frame


def _end(exchange: Any, pair: str) -> int:
    """The close of the newest bar that is closed."""
    newest = max((int(row[0]) for row in exchange.fetch_ohlcv(pair, FRAME, None, 2)), default=0)
    still_open = newest + BAR_MS > exchange.fetch_time()
    return newest if still_open else newest + BAR_MS


def _candles(exchange: Any, pair: str, start: int, stop: int, params: dict[str, str]) -> pd.DataFrame:
    rows = [
        row
        for since, until in _spans(start, stop)
        for row in exchange.fetch_ohlcv(pair, FRAME, since, PAGE, {**params, "until": until})
    ]
    made = pd.DataFrame(rows, columns=["time", *OHLCV]).drop_duplicates("time").set_index("time").sort_index()
    return made[(made.index >= start) & (made.index < stop)]


def _funding(exchange: Any, pair: str, start: int, stop: int, times: pd.Index[int]) -> np.ndarray:
    """The rate of the last settlement at or before each bar's open."""
    first = start - LOOK_BACK * BAR_MS
    pages = _pages(lambda pair, _, *rest: exchange.fetch_funding_rate_history(pair, *rest), pair, FRAME, first, stop)
    rates = _series(pages, "fundingRate", "rate")
    at = np.searchsorted(rates.index.to_numpy(), times.to_numpy(), side="right") - 1
    values = rates.to_numpy()[np.maximum(at, 0)] if len(rates) else np.full(len(times), np.nan)
    return np.where(at >= 0, values, np.nan)


def _pages(fetch: Callable[..., Any], pair: str, frame: str, start: int, stop: int) -> list[Any]:
    return [
        entry for since, until in _spans(start, stop) for entry in fetch(pair, frame, since, PAGE, {"until": until})
    ]


def _spans(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """First and last moment of each page."""
    for since in range(start, stop, PAGE * BAR_MS):
        yield since, min(stop, since + PAGE * BAR_MS) - 1


def _series(entries: list[Any], name: str, renamed: str) -> pd.Series[float]:
    values = {int(entry["timestamp"]): float(entry[name]) for entry in entries}
    return pd.Series(values, name=renamed, dtype=float).sort_index()


def _pair(coin: str) -> str:
    return f"{coin}/USDT:USDT"


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
