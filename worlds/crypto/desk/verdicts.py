"""What the risk role's checks make of wishes: pass, soft fail (clamped, checked once more), hard fail (no trade)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from worlds.crypto.desk.tape import Bools
from worlds.crypto.methods.registry import method
from worlds.crypto.methods.risk import Allowed, Situation, Wish

CHECKS = ("leverage", "size", "liquidation_distance", "var99", "margin", "global_var")
PASS, SOFT, HARD = range(3)
VERDICTS = ("pass", "soft_fail", "hard_fail")
LEAST = 0.1  # of the notional that was asked for; less is not worth its fees
SLACK = 1e-6  # a clamped wish may miss the limit by rounding

Codes = NDArray[np.int8]


def judged(wish: Wish, now: Situation, checks: Mapping[str, Bools]) -> tuple[Wish, dict[str, Codes]]:
    """The wishes that are let through, with the size and leverage that they may have, and each check's verdicts.

    `checks`: by name, the lanes (L, 1) that make it. Verdicts are (L, S), PASS where nothing was wished for.
    """
    asked = wish.size * wish.leverage
    codes: dict[str, Codes] = {}
    for name, on in checks.items():
        clamped, soft = _held_back(name, wish, now, on)
        hard = soft & ~(clamped.size * clamped.leverage >= LEAST * asked)
        codes[name] = np.where(hard, HARD, np.where(soft, SOFT, PASS)).astype(np.int8)
        wish = _without(clamped, hard)
    # where nothing was clamped there is nothing to check once more
    for name, on in checks.items() if any(one.any() for one in codes.values()) else ():
        _, again = _held_back(name, wish, now, on)
        codes[name][again] = HARD
        wish = _without(wish, again)
    return wish, codes


def _without(wish: Wish, refused: Bools) -> Wish:
    side = np.where(refused, 0.0, wish.side)
    return Wish(side=side, size=wish.size, leverage=wish.leverage, stop=wish.stop)


def _held_back(name: str, wish: Wish, now: Situation, on: Bools) -> tuple[Wish, Bools]:
    """The wish within what one check allows, and where that is less than was wished for."""
    size, leverage = _work(name)(wish, now)
    if not np.isfinite(now.sigma).all():
        # what cannot be judged yet is not allowed
        size, leverage = np.nan_to_num(size), np.nan_to_num(leverage)
    size = np.where(on, np.minimum(size, wish.size), wish.size)
    leverage = np.where(on, np.minimum(leverage, wish.leverage), wish.leverage)
    less = (size < wish.size * (1 - SLACK)) | (leverage < wish.leverage * (1 - SLACK))
    return Wish(side=wish.side, size=size, leverage=leverage, stop=wish.stop), less & (wish.side != 0)


@cache
def _work(name: str) -> Callable[[Wish, Situation], Allowed]:
    return method("risk", name).work


def first_objection(codes: Mapping[str, Codes]) -> tuple[Codes, NDArray[np.int64]]:
    """(worst verdict, number in `CHECKS` of the first check that gave it), (L, S) each; `codes` are not empty."""
    made = [name for name in CHECKS if name in codes]
    stacked = np.stack([codes[name] for name in made])
    numbers = np.array([CHECKS.index(name) for name in made], np.int64)
    return stacked.max(0), numbers[stacked.argmax(0)]
