"""What sellers ask, what buyers want, and what became of it. Prices in whole cents a unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from numpy.random import Generator

from worlds.forecast_goods.config import Market

DEMAND = "demand"  # the buyer behind every unit of the demand curve


@dataclass(frozen=True, slots=True)
class Ask:
    """Up to `quantity` units of `good` at `price` or more. `premium`: what its quality adds to its worth where buyers
    see whose it is; `endless`: as many copies as are wanted where prices are posted."""

    seller: str
    good: str
    price: int
    quantity: int
    premium: int = 0
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Want:
    """Up to `quantity` units at `price` or less. `purse`: cents for one unit, or a basket, where prices are posted."""

    buyer: str
    price: int
    quantity: int = 1
    purse: int = 0


class Deal(NamedTuple):
    """`quantity` units at `price` each. `ask`, `want`: places in the lists that were matched."""

    ask: int
    want: int
    price: int
    quantity: int


# (asks, wants, config, the last mean price or None, rng) -> deals in the order in which they were made
Match = Callable[[Sequence[Ask], Sequence[Want], Market, int | None, Generator], list[Deal]]
