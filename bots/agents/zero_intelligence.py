"""Zero intelligence: random prices, with and without the rule that forbids losses. Learns and expects nothing."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bots.agents.desk import aim, limit, spendable, units
from bots.agents.estimates import last_price, share_value
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft
from bots.agents.trader import Move
from market.orders import SheetOrder, Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroIntelligenceConfig:
    """`constrained`: ZI-C, that never trades at a loss; else ZI-U. `band`: width of draws round an asset's worth."""

    constrained: bool = True
    band: float = 0.5


class ZeroIntelligence(RuleTrader):
    """One unit at a random price (Gode & Sunder 1993, Journal of Political Economy 101(1)).

    Induced markets: ZI-C bids uniformly from the lowest price to its value and offers from its cost to the highest
    price; ZI-U draws from all prices. Asset markets have no private values, so that draws are scaled by what a share
    is worth, as in Duffy & Ünver (2006, Economic Theory 27(3)): a random side, a price within `band` of the
    fundamental value, or of the last price where that is not known, and never more than the account affords.
    A draw that an improvement rule refuses is let go, as in the original. On the sheet of a call market each unit has
    a draw of its own. Its forecasts are draws, too.
    """

    def __init__(self, *, rng: Random, config: ZeroIntelligenceConfig | None = None) -> None:
        self._rng = rng
        self.config = config or ZeroIntelligenceConfig()

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        side = self._rng.choice(able)
        price = self._draw(*self._range(view, side))
        actions = aim(view, side, price)
        return actions, "a random price to {}" if actions else "a draw that cannot stand", (side,)

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        side = self._rng.choice(able)
        if view.facts.induced:
            ranges = [self._unit_range(view, side, worth) for worth in units(view, side)]
        else:
            ranges = [self._range(view, side)]
        return Draft([SheetOrder(side, self._draw(*one), 1) for one in ranges], f"random prices to {side}")

    def expects(self, view: MarketView, target: int) -> float:
        return self._draw(*self._band(view))

    def _draw(self, low: int, high: int) -> int:
        return self._rng.randint(low, max(low, high))

    def _range(self, view: MarketView, side: Side) -> tuple[int, int]:
        """Lowest and highest price of a draw. The highest may be below the lowest where the account affords nothing."""
        if self.config.constrained and view.facts.induced:
            return self._unit_range(view, side, limit(view, side))
        low, high = self._band(view)
        cash = spendable(view) if side is Side.BUY else None
        return low, high if cash is None else min(high, cash)

    def _unit_range(self, view: MarketView, side: Side, worth: int) -> tuple[int, int]:
        low, high = view.facts.price_min, view.facts.price_max
        if not self.config.constrained:
            return low, high
        return (low, min(high, worth)) if side is Side.BUY else (max(low, worth), high)

    def _band(self, view: MarketView) -> tuple[int, int]:
        """Round what a share is worth, or else the last price; all prices where neither is known."""
        low, high = view.facts.price_min, view.facts.price_max
        anchor = share_value(view) or last_price(view)
        if not (self.config.constrained and anchor):
            return low, high
        return max(low, round(anchor * (1 - self.config.band))), min(high, round(anchor * (1 + self.config.band)))
