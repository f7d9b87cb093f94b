"""The checks of the risk role: how much of a trade each lets through. Knows no roles and no order of checks.

Each takes what is wished for and the situation, arrays over (lanes, coins), and returns (size, leverage): the most
that it allows, 0 where it allows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from worlds.crypto.data.bars import BARS_A_DAY
from worlds.crypto.desk.tape import Floats
from worlds.crypto.methods.registry import register

Z99 = 2.3263478740408408
CLEAR = 1.5  # liquidation stands so many stops, or 99 % moves of a day, away


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Trades to open: `side` 0 where there is none; `size`: margin as a share of equity; `stop`: share of the price.
    All (L, S)."""

    side: Floats
    size: Floats
    leverage: Floats
    stop: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the checks know at a close. `exposure`: notional of open positions as a share of equity, signed, and
    `posted` their margin, (L, S); `lost_today`, `drawdown`: shares of equity, (L, 1); `sigma` (S,) and `covariance`
    (S, S): of a bar's return; `limits`: the role's parameters, (L, 1) each; `maintenance`: share of the notional."""

    exposure: Floats
    posted: Floats
    lost_today: Floats
    drawdown: Floats
    sigma: Floats
    covariance: Floats
    limits: Mapping[str, Floats]
    maintenance: float


Allowed = tuple[Floats, Floats]


@register("risk", "leverage")
def leverage(wish: Wish, now: Situation) -> Allowed:
    """No more leverage than the role's limit."""
    return wish.size, np.minimum(wish.leverage, now.limits["max_leverage"])


@register("risk", "size")
def size(wish: Wish, now: Situation) -> Allowed:
    """No more margin in a position than the role's share of equity."""
    return np.minimum(wish.size, now.limits["max_size"]), wish.leverage


@register("risk", "liquidation_distance")
def liquidation_distance(wish: Wish, now: Situation) -> Allowed:
    """Liquidation stands well beyond the stop and beyond a bad day's move."""
    day = Z99 * now.sigma * np.sqrt(BARS_A_DAY)
    far = CLEAR * np.maximum(np.where(np.isfinite(wish.stop), wish.stop, 0.0), day)
    return wish.size, np.minimum(wish.leverage, 1 / (far + now.maintenance))


@register("risk", "var99")
def var99(wish: Wish, now: Situation) -> Allowed:
    """One bad day (99 %) of this trade costs no more than what is left of the day's loss limit."""
    left = np.maximum(now.limits["daily_loss"] - now.lost_today, 0.0)
    day = Z99 * now.sigma * np.sqrt(BARS_A_DAY)
    return np.minimum(wish.size, left / (day * wish.leverage)), wish.leverage


@register("risk", "margin")
def margin(wish: Wish, now: Situation) -> Allowed:
    """The role's buffer of equity stays free of margin; trades of the same bar share what there is."""
    room = np.maximum(1 - now.limits["margin_buffer"] - now.posted.sum(1, keepdims=True), 0.0)
    wanted = np.where(wish.side != 0, wish.size, 0.0).sum(1, keepdims=True)
    share = np.minimum(1.0, room / np.maximum(wanted, 1e-300))
    return wish.size * share, wish.leverage


@register("risk", "global_var")
def global_var(wish: Wish, now: Situation) -> Allowed:
    """One bad day (99 %) of all positions together costs no more than what is left of the drawdown limit."""
    left = np.maximum(now.limits["max_drawdown"] - now.drawdown, 0.0)
    budget = (left / Z99) ** 2 / BARS_A_DAY
    added = wish.side * wish.size * wish.leverage
    return wish.size * _share(now.exposure, added, now.covariance, budget), wish.leverage


def _share(held: Floats, added: Floats, covariance: Floats, budget: Floats) -> Floats:
    """The largest k up to 1 for which the variance of held + k * added is within `budget`; 0 where there is none."""
    a, b = _product(added, added, covariance), _product(held, added, covariance)
    excess = _product(held, held, covariance) - budget
    root = np.sqrt(np.maximum(b * b - a * excess, 0.0))
    k = (root - b) / np.where(a > 0, a, 1.0)
    return np.where((excess < 0) & (a > 0), np.clip(k, 0.0, 1.0), 0.0)


def _product(one: Floats, other: Floats, covariance: Floats) -> Floats:
    """one' C other for each lane, (L, 1); not by a matrix product, whose rounding depends on how many lanes there
    are."""
    total = np.zeros((len(one), 1))
    for coin, row in enumerate(covariance):
        total += one[:, coin : coin + 1] * (other * row).sum(1, keepdims=True)
    return total
