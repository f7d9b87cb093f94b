"""How a trader's order is filled during the bar after its decision."""

from __future__ import annotations

import numpy as np

from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.tape import Bools, Floats, Tape
from worlds.crypto.methods.registry import register

Fills = tuple[Floats, Floats, Bools, Bools]


@register("trader", "market")
def at_market(tape: Tape, k: int, side: Floats, costs: Costs) -> Fills:
    """Fill at the open of bar k, the slippage worse, for the taker's fee.

    `side`: (L, S), 0 where nothing is ordered. Returns (price, fee, filled, filled after the open), (L, S) each.
    """
    price = tape.open[k] * (1 + side * costs.slippage)
    filled = side != 0
    return price, np.full(side.shape, costs.taker), filled, np.zeros_like(filled)


@register("trader", "limit")
def at_limit(tape: Tape, k: int, side: Floats, limit: Floats, costs: Costs) -> Fills:
    """Wait at a limit through bar k alone: the maker's fee, or no fill at all where the price does not come.

    `limit`: (L, S) prices, NaN for orders at market. An order that can be filled at the open is, as a taker.
    """
    market, fee, wanted, _ = at_market(tape, k, side, costs)
    patient = np.isfinite(limit)
    through = patient & (side * (limit - tape.open[k]) >= 0)
    reached = patient & ~through & (side * np.where(side > 0, limit - tape.low[k], limit - tape.high[k]) >= 0)
    price = np.where(reached, limit, np.where(through, tape.open[k], market))
    return price, np.where(reached, costs.maker, fee), wanted & (~patient | through | reached), reached
