"""What buyers and sellers gain, by increments: a second trade in a round is worth, and costs, what it adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from worlds.forecast_goods.market.orders import DEMAND, Ask, Deal, Want


class Schedule(NamedTuple):
    """What n units are worth, or cost: each unit is `first` plus `slope` for every one before it, at least 0."""

    first: int
    slope: int

    def unit(self, before: int) -> int:
        """What one more adds to `before` units."""
        return max(0, self.first + self.slope * before)

    def units(self, before: int, units: int) -> list[int]:
        """What each of `units` adds, after `before`."""
        return [self.unit(one) for one in range(before, before + units)]

    def more(self, before: int, units: int) -> int:
        """What `units` add to `before`: T(n + q) - T(n)."""
        return sum(self.units(before, units))


class Gain(NamedTuple):
    """Of one trade, in cents: `value` and `cost` are what it adds, so that buyer + seller = value - cost."""

    value: int
    cost: int
    buyer: int
    seller: int


@dataclass(slots=True)
class Tally:
    """Counts units as they trade. `costs`: by good. `values`: of agents that buy; the demand curve's units have their
    own in their price. `traded_values`, `traded_costs`: of every unit so far; a quality that the buyer sees is taken
    off the cost, so that a unit of value and one of cost can be told apart."""

    costs: dict[str, Schedule]
    values: Schedule
    sold: Counter[tuple[str, str]] = field(default_factory=Counter)
    bought: Counter[str] = field(default_factory=Counter)
    traded_values: list[int] = field(default_factory=list)
    traded_costs: list[int] = field(default_factory=list)

    def gain(self, deal: Deal, asks: Sequence[Ask], wants: Sequence[Want], seen: bool) -> Gain:
        """Of the next trade. `seen`: whether the buyer sees the good's quality."""
        ask, premium = asks[deal.ask], asks[deal.ask].premium if seen else 0
        values = self._values(wants[deal.want], deal.quantity)
        costs = self._costs(ask, deal.quantity)
        self.traded_values += values
        self.traded_costs += [one - premium for one in costs]
        value, cost, paid = sum(values) + premium * deal.quantity, sum(costs), deal.price * deal.quantity
        return Gain(value, cost, value - paid, paid - cost)

    def _values(self, want: Want, units: int) -> list[int]:
        if want.buyer == DEMAND:
            return [want.price] * units
        before = self.bought[want.buyer]
        self.bought[want.buyer] += units
        return self.values.units(before, units)

    def _costs(self, ask: Ask, units: int) -> list[int]:
        before = self.sold[ask.seller, ask.good]
        self.sold[ask.seller, ask.good] += units
        return self.costs[ask.good].units(before, units)
