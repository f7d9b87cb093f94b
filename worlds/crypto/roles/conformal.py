"""Intervals and confidences that past outcomes bear out (conformal prediction, walked forward).

The raw interval of a row is widened or narrowed by the quantile of how far past outcomes fell outside theirs, in units
of their half-width (Romano, Patterson & Candes 2019), and by an offset that follows the misses (Angelopoulos, Candes &
Tibshirani 2023), so that coverage holds where markets change and outcomes overlap. An outcome counts from the bar on at
which it is known, never before.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from worlds.crypto.data.bars import Array
from worlds.crypto.features.rolling import late, windows
from worlds.crypto.methods.outlook import Z90, Outlook
from worlds.crypto.roles.outputs import COVERAGE

PACE = 0.03  # half-widths by which a miss widens what follows
LEAST = 30  # outcomes before an interval counts as calibrated
OF_SIGN = 500  # rows of past signs that a confidence is measured on
DOUBT = 25.0  # as many rows of evidence without any skill are added: a sign is a coin's flip until shown otherwise


def calibrated(raw: Outlook, outcome: Array, horizon: int, window: int, pace: float = 0.0) -> tuple[Array, Array]:
    """Low and high, (T, S), NaN until `LEAST` outcomes are known. `outcome`: log returns over the horizon after each
    row; `window`: rows of past outcomes that count; `pace`: added to how fast the offset follows the misses."""
    half = np.maximum((raw.high - raw.low) / 2, 1e-9)
    outside = np.maximum(raw.low - outcome, outcome - raw.high) / half
    widen = _widening(outside, horizon, max(LEAST, window), PACE + pace)
    # an interval never turns inside out
    widen = np.maximum(widen, -0.95) * half
    return raw.low - widen, raw.high + widen


def _widening(outside: Array, horizon: int, window: int, pace: float) -> Array:
    """The quantile in force at each row, (T, S), NaN before there are enough outcomes."""
    known = _later(outside, horizon)
    return np.column_stack([_followed(_sorted(one, window), one, horizon, pace) for one in known.T])


def _sorted(known: Array, window: int) -> Array:
    """(T, window): the last outcomes known at each row in order, those that are not there yet at the end."""
    padded = np.concatenate([np.full(window - 1, np.nan), known])
    return np.sort(windows(padded, window), axis=-1)


def _followed(ordered: Array, known: Array, horizon: int, pace: float) -> Array:
    """Walk the rows of one coin: take the quantile, and an offset that grows with each miss and shrinks without."""
    counts = (~np.isnan(ordered)).sum(axis=1)
    widen, offset = np.full(len(ordered), np.nan), 0.0
    rank = np.minimum(counts, np.ceil((counts + 1) * COVERAGE).astype(int)) - 1
    quantile = ordered[np.arange(len(ordered)), np.maximum(rank, 0)]
    for row in np.nonzero(counts >= LEAST)[0].tolist():
        # nothing is missed where nothing was said yet
        if row >= horizon and widen[row - horizon] == widen[row - horizon]:
            offset += pace * ((known[row] > widen[row - horizon]) - (1 - COVERAGE))
        widen[row] = quantile[row] + offset
    return widen


def sign_confidence(mean: Array, low: Array, high: Array, outcome: Array, horizon: int) -> Array:
    """The probability that the sign of `mean` is right, (T, S), from 0.5 to 1.

    What a normal distribution would say is drawn towards 0.5 by as much as past signs of all coins were less often
    right than it said, over the last `OF_SIGN` rows whose outcome is known; DOUBT rows speak against any skill.
    """
    said = ndtr(np.abs(mean) * 2 * Z90 / np.maximum(high - low, 1e-12)) - 0.5
    right = np.where(np.sign(mean) == np.sign(outcome), 0.5, -0.5)
    good = ~(np.isnan(said) | np.isnan(outcome))
    pairs = [np.where(good, part, 0.0).sum(axis=1) for part in (said * right, said**2)]
    held, claimed = (_recent(_later(one[:, None], horizon)[:, 0]) for one in pairs)
    doubt = DOUBT * mean.shape[1] * 0.05**2
    skill = np.clip(held / (claimed + doubt), 0.0, 1.0)
    return np.asarray(0.5 + skill[:, None] * said)


def _recent(values: Array) -> Array:
    """Sum over the last `OF_SIGN` rows."""
    total = np.cumsum(np.nan_to_num(values))
    return np.asarray(total - np.concatenate([np.zeros(min(OF_SIGN, len(total))), total[:-OF_SIGN]]))


def _later(values: Array, rows: int) -> Array:
    """Each row `rows` further down: where an outcome is known."""
    return late(values[: max(0, len(values) - rows)], len(values))
