"""The market seen across coins: eight features a bar, each from rows up to it alone, NaN until there are enough."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from worlds.crypto.data.bars import BARS_A_YEAR, Array, Bars
from worlds.crypto.features.rolling import correlation, covariance, divide, log_returns, mean, sd

PREFIX = "mkt_"
DAY, LONG = 6, 24


def cross_features(bars: Bars) -> Mapping[str, Array]:
    """Arrays (T,) by name. A feature whose coins are not among the bars' is NaN throughout, never 0."""
    made = {
        "btc_dominance": btc_dominance(bars),
        "altcoin_momentum": altcoin_momentum(bars),
        "eth_btc_ratio": eth_btc_ratio(bars),
        "cross_oi_delta": cross_oi_delta(bars),
        "aggregate_funding": aggregate_funding(bars),
        "risk_on_off": risk_on_off(bars),
        "market_volatility": market_volatility(bars),
        "cross_correlation": cross_correlation(bars),
    }
    return {PREFIX + name: values for name, values in made.items()}


def btc_dominance(bars: Bars) -> Array:
    """BTC's share of all turnover."""
    return np.asarray(_column(bars, "turnover", "BTC") / bars["turnover"].sum(axis=1))


def altcoin_momentum(bars: Bars) -> Array:
    """Mean log return of the other coins over a day."""
    alts = _alts(bars)
    return log_returns(bars.close[:, alts], DAY).mean(axis=1) if alts else _unknown(bars)


def eth_btc_ratio(bars: Bars) -> Array:
    """How far ETH's price in BTC stands from its mean of four days, in sd."""
    ratio = _column(bars, "close", "ETH") / _column(bars, "close", "BTC")
    return divide(ratio - mean(ratio, LONG), sd(ratio, LONG))


def cross_oi_delta(bars: Bars) -> Array:
    """Relative change of open interest in dollars, weighted by its mean over the two bars."""
    interest = bars["oi_usd"]
    before, now = interest[:-1], interest[1:]
    weight = divide(before + now, np.broadcast_to((before + now).sum(axis=1, keepdims=True), now.shape))
    change = (weight * divide(now - before, before)).sum(axis=1)
    return np.concatenate([[np.nan], change])


def aggregate_funding(bars: Bars) -> Array:
    """Funding rate a settlement, weighted by turnover."""
    return np.asarray((_turnover_share(bars) * bars["funding_rate"]).sum(axis=1))


def risk_on_off(bars: Bars) -> Array:
    """From -1 to 1: correlation times beta, over a day, of the other coins' mean return on BTC's, at most 2, halved."""
    alts = _alts(bars)
    if not alts or "BTC" not in bars.symbols:
        return _unknown(bars)
    returns = log_returns(bars.close)
    others, bitcoin = returns[:, alts].mean(axis=1), returns[:, bars.symbols.index("BTC")]
    beta = divide(covariance(others, bitcoin, DAY), covariance(bitcoin, bitcoin, DAY))
    return np.asarray(np.clip(correlation(others, bitcoin, DAY) * beta, -2, 2) / 2)


def market_volatility(bars: Bars) -> Array:
    """A year's volatility of log returns over four days, weighted by turnover."""
    yearly = sd(log_returns(bars.close), LONG) * np.sqrt(BARS_A_YEAR)
    return np.asarray((_turnover_share(bars) * yearly).sum(axis=1))


def cross_correlation(bars: Bars) -> Array:
    """Mean correlation of the coins' returns, pair by pair, over four days."""
    returns, coins = log_returns(bars.close), len(bars.symbols)
    pairs = [(one, other) for one in range(coins) for other in range(one)]
    if not pairs:
        return _unknown(bars)
    return np.asarray(np.mean([correlation(returns[:, one], returns[:, other], LONG) for one, other in pairs], axis=0))


def _turnover_share(bars: Bars) -> Array:
    return np.asarray(bars["turnover"] / bars["turnover"].sum(axis=1, keepdims=True))


def _alts(bars: Bars) -> list[int]:
    return [at for at, name in enumerate(bars.symbols) if name != "BTC"]


def _column(bars: Bars, name: str, coin: str) -> Array:
    return bars[name][:, bars.symbols.index(coin)] if coin in bars.symbols else _unknown(bars)


def _unknown(bars: Bars) -> Array:
    return np.full(len(bars), np.nan)
