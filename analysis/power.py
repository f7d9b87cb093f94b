"""How many sessions an experiment needs, from sessions that were simulated or run before.

Two groups of known sessions are drawn from with replacement, as if they were the two populations; the power of a number
of sessions a side is the share of draws in which a permutation test finds a difference.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
DRAWS = 400
SHUFFLES = 499


class Power(NamedTuple):
    """Power of `sessions` a side: the share of draws that came out significant, and its standard error."""

    sessions: int
    power: float
    error: float


def power_of(
    a: npt.ArrayLike, b: npt.ArrayLike, sessions: int, *, alpha: float = 0.05, draws: int = DRAWS, seed: int = 0
) -> Power:
    """The chance that a two-sided permutation test of means finds a difference at level `alpha`.

    `a` and `b` have one value a session. Raises ValueError for fewer than two values or sessions a side.
    """
    first, second = _values(a), _values(b)
    if sessions < 2:
        raise ValueError(f"A test needs at least 2 sessions a side, not {sessions}.")
    rng = np.random.default_rng([seed, sessions])
    drawn = np.concatenate([rng.choice(one, (draws, sessions)) for one in (first, second)], axis=1)
    found = float(np.mean(_p_values(drawn, sessions, rng) <= alpha))
    return Power(sessions, found, float(np.sqrt(found * (1 - found) / draws)))


def sessions_needed(
    a: npt.ArrayLike, b: npt.ArrayLike, *, power: float = 0.8, alpha: float = 0.05, most: int = 128, seed: int = 0
) -> tuple[int | None, list[Power]]:
    """The least number of sessions a side with at least `power`, None where `most` are too few; and what was tried.

    Doubles until it is enough, then narrows down between the last two.
    """
    tried: dict[int, Power] = {}

    def enough(number: int) -> bool:
        tried[number] = power_of(a, b, number, alpha=alpha, seed=seed)
        return tried[number].power >= power

    low, high = 1, 2
    while not enough(high):
        if high >= most:
            return None, _in_order(tried)
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high, _in_order(tried)


def _in_order(tried: dict[int, Power]) -> list[Power]:
    return [tried[number] for number in sorted(tried)]


def _p_values(drawn: Numbers, sessions: int, rng: np.random.Generator) -> Numbers:
    """Of each row, split after `sessions` values; the same shuffles serve all rows, which are drawn independently."""
    observed = np.abs(_differences(drawn, sessions))
    beyond = np.zeros(len(drawn))
    for _ in range(SHUFFLES):
        beyond += np.abs(_differences(drawn[:, rng.permutation(drawn.shape[1])], sessions)) >= observed - 1e-12
    return (beyond + 1) / (SHUFFLES + 1)


def _differences(drawn: Numbers, sessions: int) -> Numbers:
    return np.asarray(drawn[:, :sessions].mean(axis=1) - drawn[:, sessions:].mean(axis=1))


def _values(sample: npt.ArrayLike) -> Numbers:
    values: Numbers = np.asarray(sample, dtype=float)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        raise ValueError(f"Power needs at least 2 known sessions a group, there are {len(values)}.")
    return values
