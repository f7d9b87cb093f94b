"""What an agent may do in a round: frozen, and only wishes; the round decides what comes of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Issue:
    """A forecast that `asset` ends above `strike` with `probability`, `horizon` rounds on, this one counted.

    `strike` None: the level of the index when it is issued.
    """

    asset: str
    horizon: int
    probability: float
    strike: float | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Sell up to `quantity` units of a good of the own team, each at `price` cents or more."""

    good: str
    price: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bid:
    """Buy up to `quantity` units of any good about `asset`, each at `price` cents or less."""

    asset: str
    price: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bet:
    """Shares of an outcome of the open contract on `asset`, from the automated maker: 1 above the strike, 0 not.

    `shares` below 0 sell. `limit`: the most, or when selling the least, in cents for all of them; where the price has
    moved beyond it, as many are dealt as can be had within their part of it.
    """

    asset: str
    outcome: int
    shares: int
    limit: int


@dataclass(frozen=True, slots=True)
class Actions:
    """All that one agent does in a round. `research`: cents by asset. `allocation`: a principal's weights by member,
    from 0, used where `budgets.rule` is "principal". `reason`: for the record."""

    research: Mapping[str, int] = field(default_factory=dict)
    predictions: tuple[Issue, ...] = ()
    offers: tuple[Offer, ...] = ()
    bids: tuple[Bid, ...] = ()
    bets: tuple[Bet, ...] = ()
    allocation: Mapping[str, float] | None = None
    explanation: str = ""
    reason: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON takes it, without what is empty."""
        parts: dict[str, Any] = {"research": dict(sorted(self.research.items()))}
        for name in ("predictions", "offers", "bids", "bets"):
            parts[name] = [[_plain(getattr(one, part)) for part in one.__slots__] for one in getattr(self, name)]
        weights = sorted((self.allocation or {}).items())
        parts["allocation"] = {name: _plain(weight) for name, weight in weights}
        parts["explanation"] = self.explanation
        parts["reason"] = self.reason
        return {name: value for name, value in parts.items() if value}


def _plain(value: Any) -> Any:
    # a wish may be any number, the log takes those alone that JSON has
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


NOTHING = Actions()
