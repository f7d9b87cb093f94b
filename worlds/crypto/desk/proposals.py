"""What a trader wants at the close of each bar, as arrays over bars and coins, and how a lane trades it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from worlds.crypto.desk.tape import Floats

PER_COIN = ("side", "keep", "size", "leverage", "take_profit", "stop", "confidence", "offset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """At the close of each of T bars, for each of S coins, (T, S) arrays.

    `side`: +1 or -1 to open a long or a short, 0 for nothing; `keep`: the side on which an open position may stay;
    `size`: margin as a share of equity; `leverage`: notional over margin; `take_profit`, `stop`: distances from the
    price of the fill as shares of it, inf for none; `confidence`: chance that the trade gains, 0 to 1; `offset`: how
    far from the close a limit order stands as a share of it, 0 for a market order. `cost`: (T,) dollars that asking a
    model cost at each bar.
    """

    side: Floats
    keep: Floats
    size: Floats
    leverage: Floats
    take_profit: Floats
    stop: Floats
    confidence: Floats
    offset: Floats
    cost: Floats

    def part(self, start: int, stop: int) -> Proposals:
        return Proposals(**{one.name: getattr(self, one.name)[start:stop] for one in fields(self)})

    def only(self, coins: list[int]) -> Proposals:
        """Nothing but some of the coins."""
        return replace(self, **{name: getattr(self, name)[:, coins] for name in PER_COIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One account: which of the proposals it trades, the limits of its risk role, and the checks that it makes.

    `checks` empty: nothing but the ledger's own margin holds it back."""

    proposals: int
    limits: Mapping[str, float]
    checks: tuple[str, ...] = ()


def nothing(bars: int, coins: int) -> Proposals:
    """Proposals never to trade; a start for others."""
    empty = {"leverage": 1.0, "take_profit": np.inf, "stop": np.inf, "confidence": 0.5}
    # an array each: who fills one in must not fill in another
    arrays = {name: np.full((bars, coins), empty.get(name, 0.0)) for name in PER_COIN}
    return Proposals(**arrays, cost=np.zeros(bars))
