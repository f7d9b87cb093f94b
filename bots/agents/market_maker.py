"""Market makers: a bid and an ask round the price of the day, moved against inventory. No view of the future."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bots.agents.desk import best_of_others, in_bounds, own_orders, quote, units
from bots.agents.estimates import going_price
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft, per_unit
from bots.agents.trader import NOTHING_LEFT, Decision
from market.orders import SheetOrder, Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketMakerConfig:
    """Prices as shares of the price of the day.

    `half_spread`: from the centre to a quote. `skew`: how far one share of inventory moves the centre.
    `most_inventory`: shares above or below the start at which one side is no longer quoted. `size`: shares a quote.
    `tolerance`: how far a quote may lie off before it is replaced.
    """

    half_spread: float = 0.03
    skew: float = 0.01
    most_inventory: int = 4
    size: int = 1
    tolerance: float = 0.005


class MarketMaker(RuleTrader):
    """Quotes both sides and leans against inventory (Ho & Stoll 1981, Journal of Financial Economics 9(1)).

    Inventory counts from the first decision in a market. Quotes never cross those of others. In induced markets,
    where a role can only buy or only sell, the one quote possible, never at a loss.
    """

    def __init__(self, *, config: MarketMakerConfig | None = None) -> None:
        self.config = config or MarketMakerConfig()
        self._start: int | None = None

    def begin(self) -> None:
        self._start = None

    def decide(self, view: MarketView) -> Decision:
        if self._start is None:
            self._start = view.holdings.shares
        return super().decide(view)

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Decision:
        able = self._wanted(view, able)
        if not able:
            return NOTHING_LEFT
        prices = {side: self._keep_or_move(view, side, self._price(view, side)) for side in able}
        reason = f"quotes, inventory {self._inventory(view):+d}"
        return Decision(actions=quote(view, prices, self.config.size), reason=reason)

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        lines = (line for side in self._wanted(view, able) for line in self._lines(view, side))
        return Draft(lines, f"both sides of the price, inventory {self._inventory(view):+d}")

    def _lines(self, view: MarketView, side: Side) -> Iterator[SheetOrder]:
        if view.facts.induced:
            yield from per_unit(view, side, lambda unit: unit * (1 + self._away(side)))
        else:
            yield SheetOrder(side, self._price(view, side), self.config.size)

    def _wanted(self, view: MarketView, able: Iterable[Side]) -> tuple[Side, ...]:
        return tuple(side for side in able if not self._full(view, side))

    def _inventory(self, view: MarketView) -> int:
        """Shares above those at the start; in induced markets 0, as units leave with the trade."""
        return 0 if view.facts.induced or self._start is None else view.holdings.shares - self._start

    def _full(self, view: MarketView, side: Side) -> bool:
        inventory = self._inventory(view) if side is Side.BUY else -self._inventory(view)
        return inventory + self.config.size > self.config.most_inventory

    def _price(self, view: MarketView, side: Side) -> int:
        """The centre less what inventory weighs, a half spread away, and behind the others' best on the other side."""
        centre = self._centre(view, side)
        skewed = 1 - self.config.skew * self._inventory(view) + self._away(side)
        price = in_bounds(view, side, centre * skewed)
        opposite = best_of_others(view, side.other)
        if opposite is None:
            return price
        return min(price, opposite.price - 1) if side is Side.BUY else max(price, opposite.price + 1)

    def _away(self, side: Side) -> float:
        return -self.config.half_spread if side is Side.BUY else self.config.half_spread

    def _centre(self, view: MarketView, side: Side) -> float:
        price = going_price(view)
        if price is not None:
            return price
        own = units(view, side)
        return own[0] if own else (view.facts.price_min + view.facts.price_max) / 2

    def _keep_or_move(self, view: MarketView, side: Side, price: int) -> int:
        """The price of a quote that is not stale, so that it keeps its place in the queue; else the new price."""
        for order in own_orders(view, side):
            if abs(order.price - price) <= self.config.tolerance * price:
                return order.price
        return price
