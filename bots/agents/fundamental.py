"""Fundamental value traders: buy below what a share will pay, sell above. Deaf to the market's moods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bots.agents.desk import BUY, SELL, aim, in_bounds, limit, quote, takes
from bots.agents.estimates import going_price, share_value
from bots.agents.expectations import worth
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft, per_unit
from bots.agents.trader import Move
from market.orders import SheetOrder, Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class FundamentalConfig:
    """`margin`: least gain asked, as a share of the value. `doubt`: how far the own estimate may lie off it. `size`:
    shares an order."""

    margin: float = 0.02
    doubt: float = 0.06
    size: int = 1


class Fundamental(RuleTrader):
    """Compares prices with an own estimate of the value and quotes round it while nothing is to be gained.

    The estimate is the value told, or worked out from the payments of a share, times a factor drawn anew each period:
    traders who agreed on the value to the tick would never trade. In induced markets a unit's value or cost is known.
    """

    def __init__(self, *, rng: Random, config: FundamentalConfig | None = None) -> None:
        self._rng = rng
        self.config = config or FundamentalConfig()
        self._factors: dict[int, float] = {}
        self._margins = {BUY: 1 - self.config.margin, SELL: 1 + self.config.margin}

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        wanted = self._wanted(view, able)
        for side, price in wanted.items():
            best = view.best_price_of_others(SELL if side is BUY else BUY)
            if best is not None and takes(best, side, price):
                return aim(view, side, best, self.config.size), "{} at {}: {} is fair", (side, best, price)
        reason = "quotes round the value" if wanted else "no idea what a share is worth"
        return quote(view, wanted, self.config.size), reason, ()

    def _wanted(self, view: MarketView, able: tuple[Side, ...]) -> dict[Side, int]:
        """By side the worst price that still leaves the margin; none where the value is not known."""
        if view.facts.induced:
            return {side: in_bounds(view, side, limit(view, side) * self._margins[side]) for side in able}
        value = self._estimate(view)
        return {} if value is None else {side: in_bounds(view, side, value * self._margins[side]) for side in able}

    def begin(self) -> None:
        self._factors.clear()

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        return Draft((line for side in able for line in self._lines(view, side)), "orders round the value")

    def _lines(self, view: MarketView, side: Side) -> Iterator[SheetOrder]:
        if view.facts.induced:
            yield from per_unit(view, side, lambda unit: unit * self._margins[side])
        else:
            yield from (SheetOrder(one, price, 1) for one, price in self._wanted(view, (side,)).items())

    def expects(self, view: MarketView, target: int) -> float:
        return worth(view, target) * self._factor(view.period + 1)

    def _estimate(self, view: MarketView) -> float | None:
        value = share_value(view)
        if value is None:
            value = going_price(view)
        return None if value is None else value * self._factor(view.period)

    def _factor(self, period: int) -> float:
        if period not in self._factors:
            self._factors[period] = 1 + self._rng.uniform(-self.config.doubt, self.config.doubt)
        return self._factors[period]
