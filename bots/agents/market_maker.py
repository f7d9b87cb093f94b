"""Market makers: a bid and an ask round the price of the day, moved against inventory. No view of the future."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bots.agents.desk import BUY, SELL, in_bounds, quote, units
from bots.agents.estimates import going_price, price_between
from bots.agents.rule import NOTHING, RuleTrader
from bots.agents.sheets import Draft, per_unit
from bots.agents.trader import Decision, Move
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
        self._count(view)
        return super().decide(view)

    def move(self, view: MarketView) -> Move:
        self._count(view)
        return super().move(view)

    def _count(self, view: MarketView) -> None:
        if self._start is None:
            self._start = view.holdings.shares

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        held = self._inventory(view)
        wanted = self._wanted(held, able)
        if not wanted:
            return NOTHING
        bid, ask = view.best_price_of_others(BUY), view.best_price_of_others(SELL)
        day, prices = price_between(view, bid, ask), {}
        for side in wanted:
            price = self._price(view, side, day, held, ask if side is BUY else bid)
            prices[side] = self._keep_or_move(view, side, price)
        return quote(view, prices, self.config.size), "quotes, inventory {:+d}", (held,)

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        held = self._inventory(view)
        lines = (line for side in self._wanted(held, able) for line in self._lines(view, side, held))
        return Draft(lines, f"both sides of the price, inventory {held:+d}")

    def _lines(self, view: MarketView, side: Side, held: int) -> Iterator[SheetOrder]:
        if view.facts.induced:
            yield from per_unit(view, side, lambda unit: unit * (1 + self._away(side)))
        else:
            opposite = view.best_price_of_others(side.other)
            yield SheetOrder(side, self._price(view, side, going_price(view), held, opposite), self.config.size)

    def _wanted(self, held: int, able: Iterable[Side]) -> tuple[Side, ...]:
        """The sides on which a quote more would not lead beyond the most inventory."""
        most = self.config.most_inventory - self.config.size
        return tuple([side for side in able if (held if side is BUY else -held) <= most])

    def _inventory(self, view: MarketView) -> int:
        """Shares above those at the start; in induced markets 0, as units leave with the trade."""
        return 0 if view.facts.induced or self._start is None else view.holdings.shares - self._start

    def _price(self, view: MarketView, side: Side, day: float | None, held: int, opposite: int | None) -> int:
        """The price of the `day`, less what inventory weighs, a half spread away, and behind the `opposite` price: the
        others' best on the other side."""
        centre = self._guess(view, side) if day is None else day
        skewed = 1 - self.config.skew * held + self._away(side)
        price = in_bounds(view, side, centre * skewed)
        if opposite is None:
            return price
        return min(price, opposite - 1) if side is BUY else max(price, opposite + 1)

    def _away(self, side: Side) -> float:
        return -self.config.half_spread if side is BUY else self.config.half_spread

    def _guess(self, view: MarketView, side: Side) -> float:
        """Where no price of the day is known."""
        own = units(view, side)
        return own[0] if own else (view.facts.price_min + view.facts.price_max) / 2

    def _keep_or_move(self, view: MarketView, side: Side, price: int) -> int:
        """The price of a quote that is not stale, so that it keeps its place in the queue; else the new price."""
        near = self.config.tolerance * price
        for order in view.orders:
            if order.side is side and abs(order.price - price) <= near:
                return order.price
        return price
