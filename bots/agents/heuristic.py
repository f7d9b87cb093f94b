"""The deterministic stand-in for a language model: sensible in asset and in induced markets, and it says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import mul
from random import Random

from bots.agents.desk import aim, best_of_others, in_bounds, limit, own_orders, quote, room, takes
from bots.agents.estimates import elapsed, going_price, mean_price, others_mid, share_value
from bots.agents.expectations import towards_worth
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft, per_unit
from bots.agents.trader import Move
from market.orders import SheetOrder, Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class HeuristicConfig:
    """Shares of a value or a price, but for `moods`, `patience` (a power of the time elapsed) and `window` (trades).

    `opinion`: how far the own estimate of a share may lie off what it will pay; it changes `moods` times a period.
    `balance`: how much more a share is worth to an account all in cash than to one half in shares, and how much less
    to one all in shares. Where a bargain opens: `margin` off the worth of a share; for units `haggle` off the price of
    the day, or `opening` off the own value or cost before there is any price. `step`: how much it improves on others.
    `tolerance`: how far an own quote may lie off before it is replaced. `ladder`: margins on the sheets of call
    markets, a share each; the first is for all units of induced ones.
    """

    opinion: float = 0.06
    moods: int = 4
    balance: float = 0.05
    margin: float = 0.05
    haggle: float = 0.1
    opening: float = 0.5
    patience: float = 2.0
    window: int = 4
    step: float = 0.01
    tolerance: float = 0.01
    ladder: tuple[float, ...] = (0.01, 0.04)


@dataclass(frozen=True, slots=True)
class Bargain:
    """Prices in ticks at which to open, to trade now, and never to trade beyond; the last is `worth`."""

    opening: float
    now: float
    worth: float


class Heuristic(RuleTrader):
    """Knows what a share or unit is worth to itself, asks for a margin that melts as the period runs out.

    It takes a quote that beats its price of the moment, and otherwise quotes: a little better than others, never worse
    for itself than that price. One order a side; the ones that no longer fit are replaced. On the sheet of a call
    market, where nobody haggles, it asks for a small margin on a first share and a larger one on a second.
    """

    def __init__(self, *, rng: Random, config: HeuristicConfig | None = None) -> None:
        self._rng = rng
        self.config = config or HeuristicConfig()
        self._opinions: dict[tuple[int, int], float] = {}

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        bargains = self._bargains(view, able)
        if not bargains:
            return (), "nothing tells what a share is worth", ()
        return self._take(view, bargains) or self._quote(view, bargains)

    def begin(self) -> None:
        self._opinions.clear()

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        first, *_ = self.config.ladder
        if view.facts.induced:
            lines = (line for side in able for line in per_unit(view, side, partial(mul, _better(side, first))))
            return Draft(lines, "what my units are worth to me, less a little")
        worth = self._share_worth(view)
        if worth is None:
            return Draft((), "nothing tells what a share is worth")
        steps = (
            (side, in_bounds(view, side, worth * _better(side, margin)))
            for margin in self.config.ladder
            for side in able
        )
        return Draft((SheetOrder(*step, 1) for step in steps), f"a share is worth {worth:.0f} to me")

    def expects(self, view: MarketView, target: int) -> float:
        return towards_worth(view, target)

    def _bargains(self, view: MarketView, able: tuple[Side, ...]) -> dict[Side, Bargain]:
        if view.facts.induced:
            return {side: self._unit_bargain(view, side) for side in able}
        worth = self._share_worth(view)
        return {} if worth is None else {side: self._share_bargain(view, side, worth) for side in able}

    # What it is worth

    def _share_worth(self, view: MarketView) -> float | None:
        """Payments to come, or the price of the day, by the opinion of the moment and the weight of shares held."""
        value = share_value(view)
        if value is None:
            value = going_price(view)
        if value is None:
            return None
        return value * (1 + self._opinion(view)) * (1 + self._balance(view, value))

    def _opinion(self, view: MarketView) -> float:
        part = view.period, int(self.config.moods * elapsed(view))
        if part not in self._opinions:
            self._opinions[part] = self._rng.uniform(-self.config.opinion, self.config.opinion)
        return self._opinions[part]

    def _balance(self, view: MarketView, value: float) -> float:
        """From `balance` for an account all in cash to its negative for one all in shares."""
        stock = view.holdings.shares * value
        wealth = view.holdings.cash + stock
        share = stock / wealth if wealth > 0 else 1.0
        return self.config.balance * max(-1.0, 1 - 2 * share)

    def _share_bargain(self, view: MarketView, side: Side, worth: float) -> Bargain:
        return self._melt(view, worth * _better(side, self.config.margin), worth)

    def _unit_bargain(self, view: MarketView, side: Side) -> Bargain:
        """From a little better than the price of the day, or a guess where there is none yet, to value or cost."""
        worth = limit(view, side)
        price = mean_price(view, self.config.window) or others_mid(view)
        if price is None:
            return self._melt(view, worth * _better(side, self.config.opening), worth)
        start = price * _better(side, self.config.haggle)
        return self._melt(view, start if takes(round(start), side, worth) else worth, worth)

    def _melt(self, view: MarketView, opening: float, worth: float) -> Bargain:
        return Bargain(opening, opening + (worth - opening) * elapsed(view) ** self.config.patience, worth)

    # What to do about it

    def _take(self, view: MarketView, bargains: Mapping[Side, Bargain]) -> Move | None:
        for side, bargain in bargains.items():
            best = best_of_others(view, side.other)
            now = in_bounds(view, side, bargain.now)
            if best and takes(best.price, side, now) and room(view, side, best.price):
                values = side, best.price, bargain.worth, abs(bargain.worth - best.price)
                return aim(view, side, best.price), "{} at {}, worth {:.0f} to me: {:.0f} gained", values
        return None

    def _quote(self, view: MarketView, bargains: Mapping[Side, Bargain]) -> Move:
        prices = {side: self._quoted(view, side, bargain) for side, bargain in bargains.items()}
        terms = ", ".join(f"{side} at {price}" for side, price in prices.items())
        return quote(view, prices), "no gain on offer; I would {}", (terms,)

    def _quoted(self, view: MarketView, side: Side, bargain: Bargain) -> int:
        """A step better than others between the opening and the price of the moment, or that price where nobody else
        quotes. An own quote near it stays."""
        price = bargain.now
        if best := best_of_others(view, side):
            step = max(1.0, self.config.step * best.price)
            price = best.price + step if side is Side.BUY else best.price - step
        low, high = sorted((bargain.opening, bargain.now))
        target = in_bounds(view, side, min(max(price, low), high))
        for order in own_orders(view, side):
            if abs(order.price - target) <= self.config.tolerance * target and takes(order.price, side, bargain.worth):
                return order.price
        return target


def _better(side: Side, share: float) -> float:
    """The factor that makes a price better for this side by a share of it, as far for a seller as for a buyer."""
    return 1 - share if side is Side.BUY else 1 / (1 - share)
