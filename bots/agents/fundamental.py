"""Fundamental value traders: buy below what a share will pay, sell above. Deaf to the market's moods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bots.agents.desk import aim, best_of_others, in_bounds, limit, quote, takes
from bots.agents.estimates import going_price, share_value
from bots.agents.expectations import worth
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft, per_unit
from bots.agents.trader import Decision
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

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Decision:
        prices = {side: self._price(view, side) for side in able}
        wanted = {side: in_bounds(view, side, price) for side, price in prices.items() if price is not None}
        for side, price in wanted.items():
            best = best_of_others(view, side.other)
            if best and takes(best.price, side, price):
                actions = aim(view, side, best.price, self.config.size)
                return Decision(actions=actions, reason=f"{side} at {best.price}: {price} is fair")
        reason = "quotes round the value" if wanted else "no idea what a share is worth"
        return Decision(actions=quote(view, wanted, self.config.size), reason=reason)

    def begin(self) -> None:
        self._factors.clear()

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        return Draft((line for side in able for line in self._lines(view, side)), "orders round the value")

    def _lines(self, view: MarketView, side: Side) -> Iterator[SheetOrder]:
        if view.facts.induced:
            yield from per_unit(view, side, lambda unit: unit * self._margin(side))
        elif (price := self._price(view, side)) is not None:
            yield SheetOrder(side, in_bounds(view, side, price), 1)

    def expects(self, view: MarketView, target: int) -> float:
        return worth(view, target) * self._factor(view.period + 1)

    def _price(self, view: MarketView, side: Side) -> float | None:
        """The worst price that still leaves the margin."""
        value = limit(view, side) if view.facts.induced else self._estimate(view)
        return None if value is None else value * self._margin(side)

    def _margin(self, side: Side) -> float:
        return 1 + (self.config.margin if side is Side.SELL else -self.config.margin)

    def _estimate(self, view: MarketView) -> float | None:
        value = share_value(view)
        if value is None:
            value = going_price(view)
        return None if value is None else value * self._factor(view.period)

    def _factor(self, period: int) -> float:
        if period not in self._factors:
            self._factors[period] = 1 + self._rng.uniform(-self.config.doubt, self.config.doubt)
        return self._factors[period]
