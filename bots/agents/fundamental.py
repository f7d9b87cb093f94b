"""Fundamental value traders: buy below what a share will pay, sell above. Deaf to the market's moods."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bots.agents.desk import aim, best_of_others, in_bounds, limit, quote, sides, takes
from bots.agents.estimates import going_price, share_value
from bots.agents.trader import CLOSED, NOTHING_LEFT, Decision
from market.events import Phase
from market.orders import Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class FundamentalConfig:
    """`margin`: least gain asked, as a share of the value. `doubt`: how far the own estimate may lie off it."""

    margin: float = 0.02
    doubt: float = 0.06


class Fundamental:
    """Compares prices with an own estimate of the value and quotes round it while nothing is to be gained.

    The estimate is the value told, or worked out from the payments of a share, times a factor drawn anew each period:
    traders who agreed on the value to the tick would never trade. In induced markets a unit's value or cost is known.
    """

    def __init__(self, *, rng: Random, config: FundamentalConfig | None = None) -> None:
        self._rng = rng
        self.config = config or FundamentalConfig()
        self._factors: dict[int, float] = {}

    def decide(self, view: MarketView) -> Decision:
        if view.phase is not Phase.OPEN:
            return CLOSED
        able = sides(view)
        if not able:
            return NOTHING_LEFT
        prices = {side: self._price(view, side) for side in able}
        wanted = {side: in_bounds(view, side, price) for side, price in prices.items() if price is not None}
        for side, price in wanted.items():
            best = best_of_others(view, side.other)
            if best and takes(best.price, side, price):
                return Decision(actions=aim(view, side, best.price), reason=f"{side} at {best.price}: {price} is fair")
        reason = "quotes round the value" if wanted else "no idea what a share is worth"
        return Decision(actions=quote(view, wanted), reason=reason)

    def _price(self, view: MarketView, side: Side) -> float | None:
        """The worst price that still leaves the margin."""
        value = limit(view, side) if view.facts.induced else self._estimate(view)
        margin = self.config.margin if side is Side.SELL else -self.config.margin
        return None if value is None else value * (1 + margin)

    def _estimate(self, view: MarketView) -> float | None:
        value = share_value(view)
        if value is None:
            value = going_price(view)
        if view.period not in self._factors:
            self._factors[view.period] = 1 + self._rng.uniform(-self.config.doubt, self.config.doubt)
        return None if value is None else value * self._factors[view.period]
