"""What trading costs, as shares of the notional."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Shares of the notional; `maintenance`: the margin below which a position is liquidated; `start`: dollars."""

    taker: float = 0.00055
    maker: float = 0.0002
    slippage: float = 0.0002
    maintenance: float = 0.01
    start: float = 100_000.0

    def __post_init__(self) -> None:
        if not 0 <= self.taker + self.slippage < self.maintenance < 0.5:
            raise ValueError(
                "maintenance must be above taker fee + slippage, or a stop could cost more than its margin"
            )
