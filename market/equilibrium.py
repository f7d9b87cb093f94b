"""Competitive equilibrium of induced values and costs: the prices, quantity and surplus that theory predicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from market.treatments import Role


class Equilibrium(NamedTuple):
    """Prices from `low` to `high` in ticks clear the market; `surplus` in ticks is the most there is to gain a period.

    `quantity` is the most units that can change hands without a loss, those that gain nothing among them.
    """

    low: int
    high: int
    quantity: int
    surplus: int


def equilibrium(roles: Iterable[Role]) -> Equilibrium:
    """Where demand meets supply when each seat has one of `roles`.

    The best units trade: the highest values against the lowest costs. A price must suit the last unit in and the first
    one out. Raises ValueError where nobody buys or nobody sells.
    """
    dealt = list(roles)
    values = sorted((value for role in dealt for value in role.values), reverse=True)
    costs = sorted(cost for role in dealt for cost in role.costs)
    if not values or not costs:
        raise ValueError("An equilibrium needs values and costs: give roles of buyers and of sellers.")
    gains = [value - cost for value, cost in zip(values, costs, strict=False) if value >= cost]
    last, first_out = max(len(gains) - 1, 0), slice(len(gains), len(gains) + 1)
    marginal_value, marginal_cost = values[last : len(gains)], costs[last : len(gains)]
    low = max(marginal_cost + values[first_out])
    high = min(marginal_value + costs[first_out])
    return Equilibrium(low, high, len(gains), sum(gains))
