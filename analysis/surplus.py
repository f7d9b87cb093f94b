"""Who gained what from induced values and costs: allocative efficiency and where the rest was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from market.equilibrium import equilibrium
from market.treatments import Role


class Allocation(NamedTuple):
    """Surplus of a period in ticks: `realised` of `maximal`, the rest lost to `extramarginal` and `missed` trades."""

    maximal: int
    realised: int
    extramarginal: float
    missed: float

    @property
    def efficiency(self) -> float:
        """Realised over maximal surplus (Gode & Sunder 1993, Journal of Political Economy 101(1)); NaN without any."""
        return self.realised / self.maximal if self.maximal else float("nan")


def allocation(roles: Mapping[str, Role], trades: pd.DataFrame) -> Allocation:
    """The surplus of one period and how the rest was lost (Cason & Friedman 1996, J. Econ. Dynamics & Control 20).

    `roles` by trader; `trades` of the period with columns buyer, seller, quantity. Against the middle of the
    competitive prices, a unit that should not trade and did costs its distance from it (extramarginal), and so does a
    unit that should have traded and did not (missed). As many units are bought as sold, so that the two make up the
    whole loss. Raises ValueError where the roles have no buyer or no seller.
    """
    best = equilibrium(roles.values())
    price = (best.low + best.high) / 2
    bought, sold = _count(trades, "buyer"), _count(trades, "seller")
    gains = [(value - price, n < bought[name]) for name, role in roles.items() for n, value in enumerate(role.values)]
    gains += [(price - cost, n < sold[name]) for name, role in roles.items() for n, cost in enumerate(role.costs)]
    realised = sum(gain for gain, traded in gains if traded)
    extramarginal = -sum(gain for gain, traded in gains if traded and gain < 0)
    missed = sum(gain for gain, traded in gains if not traded and gain > 0)
    return Allocation(best.surplus, round(realised), extramarginal, missed)


def _count(trades: pd.DataFrame, who: str) -> Counter[str]:
    """Units by trader; units are used in their order, so that their number tells which."""
    units: Counter[str] = Counter()
    for name, quantity in zip(trades[who], trades["quantity"], strict=True):
        units[str(name)] += int(quantity)
    return units
