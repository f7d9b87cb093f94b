"""Five coins by chance, with what real ones have: regimes, clusters of volatility, jumps, correlation, funding and open
interest. The sizes are those of Bybit's four-hour bars of 2021 to 2025; no number of it stands for a real day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from worlds.crypto.data.bars import BAR, BARS_A_DAY, Array, Bars, Times

END = np.datetime64("2025-11-05T08:00:00", "s")
BASE_FUNDING = 1e-4  # a settlement, where longs and shorts are alike
FUNDING_LIMIT = 7.5e-3
JUMPS_A_BAR = 0.004
LEAD_IN = 60  # bars that are thrown away, over which the filters settle


@dataclass(frozen=True, slots=True)
class Coin:
    """`sd`: of a bar's log return; `beta`: share of it that the whole market moves; `tick`: decimals of a price."""

    price: float
    sd: float
    loading: float
    volume: float
    oi_usd: float
    decimals: int


COINS = {
    "BTC": Coin(60_000.0, 0.011, 0.90, 2.2e4, 3.0e9, 1),
    "ETH": Coin(3_000.0, 0.0145, 0.91, 1.8e5, 1.5e9, 2),
    "SOL": Coin(120.0, 0.0210, 0.79, 1.6e6, 4.2e8, 3),
    "DOGE": Coin(0.16, 0.0195, 0.76, 3.5e8, 1.9e8, 5),
    "XRP": Coin(0.8, 0.0165, 0.70, 1.2e8, 2.5e8, 4),
}
# of a quiet rise, a quiet fall and a turmoil: drift in sd a bar, volatility, and the chance to stay for another bar
DRIFT = np.array([0.045, -0.035, -0.06])
LOUDNESS = np.array([0.8, 0.9, 1.7])
STAY = np.array([0.994, 0.992, 0.98])


def synthetic(days: int, seed: int) -> Bars:
    """The five coins over the last `days` before a fixed date: the same bars for the same arguments."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, days]))
    count = days * BARS_A_DAY
    times = END - BAR * np.arange(count, 0, -1)
    returns = _returns(rng, count + LEAD_IN)
    columns = _columns(rng, returns, times)
    origin = f"synthetic coins, seed {seed}, {days} days: drawn by chance, not a market"
    return Bars(symbols=tuple(COINS), times=times, columns=columns, source="synthetic", origin=origin)


def _returns(rng: np.random.Generator, count: int) -> Array:
    """Log returns (count, 5): a market factor and one of each coin, both louder in a turmoil, and jumps."""
    regime = _regimes(rng, count)
    loud = LOUDNESS[regime] * np.exp(_slow(rng.normal(0.0, 0.07, count), 0.97))
    load = np.array([coin.loading for coin in COINS.values()])
    sizes = np.array([coin.sd for coin in COINS.values()])
    market = _heavy(rng, (count, 1)) * load
    own = _heavy(rng, (count, len(COINS))) * np.sqrt(1 - load**2)
    shape = loud[:, None] * (market + own) * 0.93 + DRIFT[regime][:, None] * load
    return np.asarray(sizes * (shape + _jumps(rng, count, load)))


def _regimes(rng: np.random.Generator, count: int) -> np.ndarray:
    state, draws = 0, rng.random((count, 2))
    path = np.empty(count, np.int64)
    for row, (leave, where) in enumerate(draws):
        if leave > STAY[state]:
            state = (state + (1 if where < 0.5 else 2)) % 3
        path[row] = state
    return path


def _heavy(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Student's t with six degrees of freedom, variance one."""
    return np.asarray(rng.standard_t(6, shape) * np.sqrt(4 / 6))


def _jumps(rng: np.random.Generator, count: int, load: Array) -> Array:
    """In sd of a bar: some hit all coins at once, some one alone."""
    common = (rng.random((count, 1)) < JUMPS_A_BAR) * rng.normal(-0.5, 4.0, (count, 1)) * load
    alone = (rng.random((count, len(load))) < JUMPS_A_BAR) * rng.normal(0.0, 4.0, (count, len(load)))
    return np.asarray(common + alone)


def _slow(noise: Array, memory: float) -> Array:
    """An autoregression of order one over the rows."""
    return np.asarray(lfilter([1.0], [1.0, -memory], noise, axis=0))


def _columns(rng: np.random.Generator, returns: Array, times: Times) -> dict[str, Array]:
    coins = COINS.values()
    decimals = [coin.decimals for coin in coins]
    kept = slice(LEAD_IN, None)
    path = np.cumsum(returns, axis=0)
    path += np.log([coin.price for coin in coins]) - path[LEAD_IN - 1]
    close, opened = np.exp(path[kept]), np.exp(path[LEAD_IN - 1 : -1])
    spread = np.array([coin.sd for coin in coins]) * 0.45
    reach = np.abs(rng.normal(0.0, 1.0, (2, *close.shape))) * spread + np.abs(returns[kept]) * 0.15
    high, low = np.maximum(opened, close) * np.exp(reach[0]), np.minimum(opened, close) * np.exp(-reach[1])
    prices = {"open": opened, "high": high, "low": low, "close": close}
    rounded = {name: _round(one, decimals) for name, one in prices.items()}
    return {**rounded, **_traded(rng, rounded, returns), **_futures(rng, rounded, returns, times)}


def _round(prices: Array, decimals: list[int]) -> Array:
    columns = [np.maximum(np.round(one, places), 10.0**-places) for one, places in zip(prices.T, decimals, strict=True)]
    return np.ascontiguousarray(np.array(columns).T)


def _traded(rng: np.random.Generator, prices: dict[str, Array], returns: Array) -> dict[str, Array]:
    """More is traded when prices move."""
    coins = COINS.values()
    moved = np.abs(returns) / np.array([coin.sd for coin in coins])
    busy = _slow(rng.normal(0.0, 0.12, returns.shape) + 0.25 * (moved - 0.7), 0.7)[LEAD_IN:]
    volume = np.array([coin.volume for coin in coins]) * np.exp(np.clip(busy, -3, 3))
    mean = (prices["open"] + prices["high"] + prices["low"] + prices["close"]) / 4
    return {"volume": volume, "turnover": volume * mean}


def _futures(rng: np.random.Generator, prices: dict[str, Array], returns: Array, times: Times) -> dict[str, Array]:
    """Mark and index, open interest, funding and the share of longs, all leaning with what prices did before."""
    coins = COINS.values()
    mood = _slow(returns / np.array([coin.sd for coin in coins]) / 6, 0.93)[LEAD_IN:]
    mark = prices["close"] * np.exp(rng.normal(0.0, 2e-4, mood.shape))
    index = mark * np.exp(-2e-4 * np.tanh(mood) + rng.normal(0.0, 1e-4, mood.shape))
    interest = np.exp(_slow(rng.normal(0.0, 0.018, returns.shape), 0.995)[LEAD_IN:] + 0.05 * mood)
    coins_open = interest * np.array([coin.oi_usd / coin.price for coin in coins])
    longs = 1 / (1 + np.exp(-(0.8 + 0.3 * mood)))
    return {
        "mark_close": mark,
        "index_close": index,
        "premium_pct": mark / index - 1,
        "oi": coins_open,
        "oi_usd": coins_open * mark,
        "long_ratio": longs,
        "funding_rate": _funding(rng, mood, times),
    }


def _funding(rng: np.random.Generator, mood: Array, times: Times) -> Array:
    """Set at each settlement from what was known before it, and carried on to the next."""
    before = np.vstack([np.zeros((1, mood.shape[1])), mood[:-1]])
    rate = BASE_FUNDING + 8e-5 * before + rng.normal(0.0, 4e-5, mood.shape)
    hours = times.astype("datetime64[h]").astype(np.int64) % 24
    settled = np.maximum.accumulate(np.where(hours % 8 == 0, np.arange(len(times)), 0))
    return np.clip(rate[settled], -FUNDING_LIMIT, FUNDING_LIMIT)
