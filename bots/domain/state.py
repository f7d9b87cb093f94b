"""Where a seat is and what it has done, for the terminal. Decides nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bots.domain.turns import SeatName


@dataclass(slots=True)
class SeatState:
    """What the terminal shows of a seat. `place` is a phase of the market or a kind of page; `cost_usd` None where a
    price is not known."""

    name: SeatName
    trader: str = ""
    place: str = "joining"
    period: int = 0
    action: str = ""
    joined: int = 0
    cost_usd: float | None = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def resting(self) -> bool:
        """Nothing more can be done here, unless the page changes by itself."""
        return self.place in ("last page", "stuck")
