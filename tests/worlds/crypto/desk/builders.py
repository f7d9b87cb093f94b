"""Small markets and orders: a few bars of one coin that say what is meant, and markets of chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from worlds.crypto.data.bars import BAR, Bars
from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.engine import Result, trade
from worlds.crypto.desk.proposals import Lane, Proposals, nothing
from worlds.crypto.desk.tape import Tape, tape

FREE = Costs(taker=0.0, maker=0.0, slippage=0.0)
START = np.datetime64("2024-01-01T00:00:00", "s")


def bars_of(rows: Sequence[tuple[float, float, float, float]], funding: float = 0.0) -> Bars:
    """Bars of one coin from (open, high, low, close), the first at midnight."""
    prices = np.array(rows, np.float64)[:, :, None]
    names = ("open", "high", "low", "close")
    columns = {name: prices[:, at] for at, name in enumerate(names)}
    return _bars(columns, np.full(columns["close"].shape, funding))


def bars_of_chance(seed: int, count: int = 300, coins: int = 3, drift: float = 0.0, funding: float = 1e-4) -> Bars:
    """Independent returns: nothing can be foretold."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(drift, 0.012, (count, coins)), axis=0))
    opened = np.vstack([close[:1], close[:-1]]) * np.exp(rng.normal(0, 0.001, (count, coins)))
    high = np.maximum(opened, close) * np.exp(np.abs(rng.normal(0, 0.006, (count, coins))))
    low = np.minimum(opened, close) * np.exp(-np.abs(rng.normal(0, 0.006, (count, coins))))
    rates = rng.normal(funding, 2e-4, (count, coins)) if funding else np.zeros((count, coins))
    return _bars({"open": opened, "high": high, "low": low, "close": close}, rates)


def _bars(columns: dict[str, Any], funding: Any) -> Bars:
    shape = columns["close"].shape
    rest = {name: np.full(shape, 1e6) for name in ("volume", "turnover", "oi_usd")}
    all_columns = {**columns, **rest, "funding_rate": funding, "mark_close": columns["close"].copy()}
    symbols = ("BTC", "ETH", "SOL", "DOGE", "XRP")[: shape[1]]
    times = START + np.arange(shape[0]) * BAR
    return Bars(symbols=symbols, times=times, columns=all_columns, source="synthetic", origin="made for a test")


def long_at_once(bars: int, **wanted: float) -> Proposals:
    """Go long at the first close, a tenth of equity as margin, and stay."""
    side = np.zeros((bars, 1))
    side[0] = 1.0
    changed = {name: np.full((bars, 1), value) for name, value in {"size": 0.1, **wanted}.items()}
    return replace(nothing(bars, 1), side=side, keep=np.ones((bars, 1)), **changed)


def traded(bars: Bars, proposals: Proposals, costs: Costs = FREE) -> Result:
    return trade(tape(bars), [proposals], [Lane(proposals=0, limits={})], costs, record=True)


def proposals_of_chance(seed: int, on: Tape) -> Proposals:
    """All that a trader may ask for, in any combination."""
    rng, shape = np.random.default_rng(seed), on.close.shape
    side = rng.choice([-1.0, 0.0, 0.0, 1.0], shape)
    return Proposals(
        side=side,
        keep=np.where(side != 0, side, rng.choice([-1.0, 1.0], shape)),
        size=rng.uniform(0.02, 0.5, shape),
        leverage=rng.uniform(1, 30, shape),
        take_profit=rng.uniform(0.005, 0.1, shape),
        stop=np.where(rng.random(shape) < 0.3, np.inf, rng.uniform(0.005, 0.1, shape)),
        confidence=rng.uniform(0, 1, shape),
        offset=np.where(rng.random(shape) < 0.5, 0.0, rng.uniform(0, 0.01, shape)),
        cost=np.where(rng.random(shape[0]) < 0.05, 3.0, 0.0),
    )
