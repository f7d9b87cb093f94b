"""How much of what there was to gain was gained, and where the rest went: to the wrong units, or to trades not made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nlargest
from typing import NamedTuple


class Efficiency(NamedTuple):
    """In cents: best = actual + extramarginal + missed. `extramarginal`: lost by units that should not have traded,
    `missed`: by those that should have and did not."""

    best: int
    actual: int
    extramarginal: int
    missed: int

    @property
    def share(self) -> float:
        """Of the best that was gained; NaN where there was nothing to gain."""
        return self.actual / self.best if self.best else float("nan")


NONE = Efficiency(0, 0, 0, 0)


def of_units(
    values: Sequence[int], costs: Sequence[int], traded_values: Sequence[int], traded_costs: Sequence[int]
) -> Efficiency:
    """Against the best values with the lowest costs; a unit trades once. Traded units are among all units.

    Every unit is measured from a price that clears the market: those on its wrong side lose what they are beyond it,
    those on its right side that did not trade are missed (as Gode and Sunder 1993 and Cason and Friedman 1996 do).
    """
    if not values or not costs:
        return NONE
    best, price = optimum(sorted(values, reverse=True), sorted(costs))
    actual = sum(traded_values) - sum(traded_costs)
    wrong = sum(max(0, price - one) for one in traded_values) + sum(max(0, one - price) for one in traded_costs)
    return Efficiency(best, actual, wrong, best - actual - wrong)


def optimum(values: Sequence[int], costs: Sequence[int]) -> tuple[int, int]:
    """(surplus, a price that clears) of falling values and rising costs."""
    gains = [value - cost for value, cost in zip(values, costs, strict=False) if value >= cost]
    last, out = slice(max(len(gains) - 1, 0), len(gains)), slice(len(gains), len(gains) + 1)
    lows, highs = [*costs[last], *values[out]], [*values[last], *costs[out]]
    low = max(lows) if lows else min(highs)
    high = min(highs) if highs else low
    return sum(gains), (low + high) // 2


def of_copies(menus: Sequence[Sequence[int]], baskets: Sequence[int], taken: Mapping[int, Sequence[int]]) -> Efficiency:
    """Where goods serve everybody. `menus`: what each buyer would gain from each good, price left out; `taken`: what it
    gained, by buyer. The best is each buyer's own: as many goods as its basket holds, the best of those that are worth
    more than they cost."""
    best = sum(one for menu, most in zip(menus, baskets, strict=True) for one in nlargest(most, menu) if one > 0)
    gains = [one for buyer in taken.values() for one in buyer]
    wrong = sum(-one for one in gains if one < 0)
    return Efficiency(best, sum(gains), wrong, best - sum(gains) - wrong)
