"""Bars of several coins side by side, on one clock. Nothing is filled in, nothing can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worlds.errors import WorldError

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]

BAR = np.timedelta64(4, "h")
BARS_A_DAY = 6
BARS_A_YEAR = 2190
FUNDING_EVERY = 2  # bars: settlements at 00, 08 and 16 UTC
NEEDED = ("open", "high", "low", "close", "volume", "turnover", "oi_usd", "funding_rate", "mark_close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars of `symbols` (S of them) at T times.

    `times`: the bars' OPEN, datetime64[s] of shape (T,), four hours apart: row t is known at `known_at[t]`.
    `columns`: arrays of shape (T, S) by name, at least those of `NEEDED`; prices in dollars a coin, `volume` in coins,
    `turnover` and `oi_usd` in dollars, `funding_rate` a share of the position, in force since the last settlement.
    `source`: "csv", "ccxt" or "synthetic"; `origin`: where they came from, in words.
    """

    symbols: tuple[str, ...]
    times: Times
    columns: Mapping[str, Array] = field(repr=False)
    source: str
    origin: str

    def __post_init__(self) -> None:
        shape = (len(self.times), len(self.symbols))
        for name in NEEDED:
            assert self.columns[name].shape == shape, name
        for array in (self.times, *self.columns.values()):
            array.setflags(write=False)
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def __reduce__(self) -> tuple[Any, ...]:
        # a mapping proxy cannot be sent to another process
        return _again, (self.symbols, self.times, dict(self.columns), self.source, self.origin)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.times)

    @property
    def close(self) -> Array:
        return self.columns["close"]

    @property
    def known_at(self) -> Times:
        """When a row's values are known: the bar's close, four hours after its open."""
        return self.times + BAR

    @property
    def settles(self) -> NDArray[np.bool_]:
        """Whether funding is paid at a row's open, shape (T,): the file carries the rate on, it is charged once."""
        hours = self.times.astype("datetime64[h]").astype(np.int64) % 24
        return np.asarray(hours % 8 == 0)

    @property
    def synthetic(self) -> bool:
        return self.source == "synthetic"

    def rows(self, start: int, stop: int | None = None) -> Bars:
        """The rows from `start` up to `stop`, which is left out."""
        part = slice(start, stop)
        columns = {name: column[part].copy() for name, column in self.columns.items()}
        return replace(self, times=self.times[part].copy(), columns=columns)

    def of(self, symbols: tuple[str, ...]) -> Bars:
        """Some of the coins, in the order given. Raises WorldError for a coin that is not there."""
        for name in symbols:
            if name not in self.symbols:
                raise WorldError(f"--symbols {name}: there are no bars of it. There are: {', '.join(self.symbols)}.")
        which = [self.symbols.index(name) for name in symbols]
        return replace(
            self, symbols=symbols, columns={name: one[:, which].copy() for name, one in self.columns.items()}
        )


def truncated(bars: Bars, known: int) -> Bars:
    """The first `known` rows: what the desk had seen at the close of row `known - 1`."""
    return bars.rows(0, known)


def corrupted(bars: Bars, known: int, rng: np.random.Generator) -> Bars:
    """All rows, those from `known` on replaced by nonsense that no honest result can depend on."""
    columns = {}
    for name, column in bars.columns.items():
        wrong = column.copy()
        wrong[known:] *= np.exp(rng.normal(0.0, 2.0, wrong[known:].shape))
        columns[name] = wrong
    return replace(bars, columns=columns)


def _again(symbols: tuple[str, ...], times: Times, columns: dict[str, Array], source: str, origin: str) -> Bars:
    return Bars(symbols=symbols, times=times, columns=columns, source=source, origin=origin)
