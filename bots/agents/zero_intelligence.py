"""Zero intelligence: random prices, with and without the rule that forbids losses. Learns and expects nothing."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bots.agents.desk import aim, limit, sides, spendable
from bots.agents.estimates import share_value
from bots.agents.trader import CLOSED, NOTHING_LEFT, Decision
from market.events import Phase
from market.orders import Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroIntelligenceConfig:
    """`constrained`: ZI-C, that never trades at a loss; else ZI-U. `band`: width of draws round an asset's worth."""

    constrained: bool = True
    band: float = 0.5


class ZeroIntelligence:
    """One unit at a random price (Gode & Sunder 1993, Journal of Political Economy 101(1)).

    Induced markets: ZI-C bids uniformly from the lowest price to its value and offers from its cost to the highest
    price; ZI-U draws from all prices. Asset markets have no private values, so that draws are scaled by what a share
    is worth, as in Duffy & Ünver (2006, Economic Theory 27(3)): a random side, a price within `band` of the
    fundamental value, or of the last price where that is not known, and never more than the account affords.
    A draw that an improvement rule refuses is let go, as in the original.
    """

    def __init__(self, *, rng: Random, config: ZeroIntelligenceConfig | None = None) -> None:
        self._rng = rng
        self.config = config or ZeroIntelligenceConfig()

    def decide(self, view: MarketView) -> Decision:
        if view.phase is not Phase.OPEN:
            return CLOSED
        able = sides(view)
        if not able:
            return NOTHING_LEFT
        side = self._rng.choice(able)
        low, high = self._range(view, side)
        price = self._rng.randint(low, max(low, high))
        actions = aim(view, side, price)
        return Decision(actions=actions, reason=f"a random price to {side}" if actions else "a draw that cannot stand")

    def _range(self, view: MarketView, side: Side) -> tuple[int, int]:
        """Lowest and highest price of a draw. The highest may be below the lowest where the account affords nothing."""
        low, high = view.facts.price_min, view.facts.price_max
        if self.config.constrained and view.facts.induced:
            return (low, limit(view, side)) if side is Side.BUY else (limit(view, side), high)
        anchor = share_value(view) or view.last_price
        if self.config.constrained and anchor:
            low, high = (
                max(low, round(anchor * (1 - self.config.band))),
                min(high, round(anchor * (1 + self.config.band))),
            )
        cash = spendable(view) if side is Side.BUY else None
        return low, high if cash is None else min(high, cash)
