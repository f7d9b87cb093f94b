"""What analysts look at: indicators by TA-Lib and statistics of returns, over a lookback in bars.

A method is called `work(shared, lookback=...)` and gives (T, S). Of the kind "direction": from -1 (falling) to 1
(rising); of the kind "turbulence": from 0 to 1, where the present stands among the past's. NaN where nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.rolling import correlation, divide, kurt, log_returns, rank, sd, skew
from worlds.crypto.features.rolling import volatility as ew_volatility
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.registry import register
from worlds.crypto.needs import need

DIRECTION, TURBULENCE = "direction", "turbulence"
PAST, LEAST = 240, 60  # bars among which the present is ranked, and the fewest
ATR_BARS = 14


def returns(shared: Shared) -> Array:
    return shared.once(("returns",), lambda: log_returns(shared.bars.close))


def deviation(shared: Shared) -> Array:
    """What a log return of one bar deviates by, of late."""
    return shared.once(("deviation",), lambda: ew_volatility(returns(shared)))


@register("analyst", "rsi", kind=DIRECTION)
def rsi(shared: Shared, lookback: int) -> Array:
    """Relative strength index (TA-Lib RSI), from its middle."""
    return (_by_coin(shared, "RSI", "close", timeperiod=lookback) - 50) / 50


@register("analyst", "macd", kind=DIRECTION)
def macd(shared: Shared, lookback: int) -> Array:
    """Moving averages' convergence (TA-Lib MACD, histogram) in average true ranges; 12/26/9 for a lookback of 12."""
    slow, signal = max(lookback + 1, round(lookback * 26 / 12)), max(2, round(lookback * 9 / 12))
    periods = {"fastperiod": lookback, "slowperiod": slow, "signalperiod": signal}
    histogram = _by_coin(shared, "MACD", "close", pick=lambda three: three[2], **periods)
    return np.tanh(2 * divide(histogram, _atr(shared, ATR_BARS)))


@register("analyst", "bb", kind=DIRECTION)
def bb(shared: Shared, lookback: int) -> Array:
    """Place within Bollinger's bands (TA-Lib BBANDS, 2 sd)."""
    upper, middle = _bands(shared, lookback)
    return np.clip(divide(shared.bars.close - middle, upper - middle), -1, 1)


@register("analyst", "adx", kind=DIRECTION)
def adx(shared: Shared, lookback: int) -> Array:
    """Which way prices move (TA-Lib PLUS_DI, MINUS_DI), as far as they move one way (TA-Lib ADX)."""
    plus, minus, index = (
        _by_coin(shared, name, "high", "low", "close", timeperiod=lookback) for name in ("PLUS_DI", "MINUS_DI", "ADX")
    )
    return divide(plus - minus, plus + minus) * np.clip(index / 50, 0, 1)


@register("analyst", "roc", kind=DIRECTION)
def roc(shared: Shared, lookback: int) -> Array:
    """Rate of change (TA-Lib ROC) in its usual deviations."""
    change = _by_coin(shared, "ROC", "close", timeperiod=lookback) / 100
    return np.tanh(divide(change, deviation(shared) * np.sqrt(lookback)))


@register("analyst", "mom", kind=DIRECTION)
def mom(shared: Shared, lookback: int) -> Array:
    """Momentum in dollars (TA-Lib MOM) in average true ranges."""
    moved = _by_coin(shared, "MOM", "close", timeperiod=lookback)
    return np.tanh(divide(moved, _atr(shared, ATR_BARS) * np.sqrt(lookback)))


@register("analyst", "trix", kind=DIRECTION)
def trix(shared: Shared, lookback: int) -> Array:
    """Change of a thrice smoothed price (TA-Lib TRIX) in deviations."""
    change = _by_coin(shared, "TRIX", "close", timeperiod=lookback) / 100
    return np.tanh(divide(change * np.sqrt(lookback) * 2, deviation(shared)))


@register("analyst", "ppo", kind=DIRECTION)
def ppo(shared: Shared, lookback: int) -> Array:
    """Percentage price oscillator (TA-Lib PPO, twice the lookback against it) in deviations."""
    apart = _by_coin(shared, "PPO", "close", fastperiod=lookback, slowperiod=2 * lookback, matype=1) / 100
    return np.tanh(divide(apart, deviation(shared) * np.sqrt(lookback)))


@register("analyst", "momentum", kind=DIRECTION)
def momentum(shared: Shared, lookback: int) -> Array:
    """Log return over the lookback, in its usual deviations."""
    change = log_returns(shared.bars.close, lookback)
    return np.tanh(divide(change, deviation(shared) * np.sqrt(lookback)))


@register("analyst", "trend", kind=DIRECTION)
def trend(shared: Shared, lookback: int) -> Array:
    """How straight the log price rises: its correlation with time."""
    price = np.log(shared.bars.close)
    clock = np.broadcast_to(np.arange(len(price), dtype=float)[:, None], price.shape)
    return correlation(price, clock, max(3, lookback))


@register("analyst", "volume", kind=DIRECTION)
def volume(shared: Shared, lookback: int) -> Array:
    """Which way money flows (TA-Lib MFI), from its middle."""
    return (_by_coin(shared, "MFI", "high", "low", "close", "volume", timeperiod=lookback) - 50) / 50


@register("analyst", "autocorrelation", kind=DIRECTION)
def autocorrelation(shared: Shared, lookback: int) -> Array:
    """Where the last return leads if returns go on to follow each other as they did (lag 1)."""
    now = returns(shared)
    before = np.vstack([np.full((1, now.shape[1]), np.nan), now[:-1]])
    follow = correlation(now, before, max(5, lookback))
    return np.clip(2 * follow, -1, 1) * np.tanh(divide(now, deviation(shared)))


@register("analyst", "skew", kind=DIRECTION)
def skewness(shared: Shared, lookback: int) -> Array:
    """Against the skew of returns, which foretells low ones (Amaya et al. 2015)."""
    return -np.tanh(skew(returns(shared), max(5, lookback)))


@register("analyst", "kurt", kind=TURBULENCE)
def kurtosis(shared: Shared, lookback: int) -> Array:
    """How heavy the tails of returns are."""
    return _placed(kurt(returns(shared), max(5, lookback)))


@register("analyst", "volatility", kind=TURBULENCE)
def volatility(shared: Shared, lookback: int) -> Array:
    """Exponentially weighted volatility of returns."""
    return _placed(ew_volatility(returns(shared), half_life=lookback))


@register("analyst", "sd", kind=TURBULENCE)
def deviation_of(shared: Shared, lookback: int) -> Array:
    """Standard deviation of returns."""
    return _placed(sd(returns(shared), lookback))


@register("analyst", "atr", kind=TURBULENCE)
def atr(shared: Shared, lookback: int) -> Array:
    """Average true range (TA-Lib ATR) as a share of the price."""
    return _placed(_atr(shared, lookback) / shared.bars.close)


@register("analyst", "range", kind=TURBULENCE)
def extent(shared: Shared, lookback: int) -> Array:
    """From the lowest to the highest price of the lookback (TA-Lib MIN, MAX)."""
    low, high = (_by_coin(shared, name, of, timeperiod=lookback) for name, of in (("MIN", "low"), ("MAX", "high")))
    return _placed(np.log(high / low))


@register("analyst", "bb_width", kind=TURBULENCE)
def bb_width(shared: Shared, lookback: int) -> Array:
    """Width of Bollinger's bands (TA-Lib BBANDS) as a share of their middle."""
    upper, middle = _bands(shared, lookback)
    return _placed((upper - middle) / middle)


def _placed(level: Array) -> Array:
    return rank(level, PAST, LEAST)


def _atr(shared: Shared, lookback: int) -> Array:
    return shared.once(("atr", lookback), lambda: _by_coin(shared, "ATR", "high", "low", "close", timeperiod=lookback))


def _bands(shared: Shared, lookback: int) -> tuple[Array, Array]:
    """Upper band and middle."""

    def made() -> tuple[Array, Array]:
        upper, middle = (
            _by_coin(shared, "BBANDS", "close", pick=lambda three, at=at: three[at], timeperiod=lookback)  # type: ignore[misc]
            for at in (0, 1)
        )
        return upper, middle

    return shared.once(("bands", lookback), made)


def _by_coin(
    shared: Shared, function: str, *columns: str, pick: Callable[[Any], Array] | None = None, **periods: int
) -> Array:
    """A TA-Lib function over each coin's columns; NaN throughout where there are too few bars for it."""
    work = getattr(need("talib"), function)
    made = []
    for coin in range(len(shared.bars.symbols)):
        answer = work(*(np.ascontiguousarray(shared.bars[name][:, coin]) for name in columns), **periods)
        made.append(pick(answer) if pick else answer)
    return np.column_stack(made)
