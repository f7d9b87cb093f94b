"""Traders of the price path: momentum buys what rises, mean reversion what fell. Blind to what a share pays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from statistics import fmean

from bots.agents.desk import aim, best_of_others, in_bounds, limit, own_orders, post, sides, takes, withdraw
from bots.agents.estimates import elapsed, recent_prices
from bots.agents.trader import CLOSED, NOTHING_LEFT, Decision
from market.events import Phase
from market.orders import Action, Print, Side
from market.view import MarketView


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendConfig:
    """What it takes to act.

    `window`: trades in a mean. `threshold`: least move, as a share of the price. `chase`: how far from the last price
    it trades. `late`: from this part of the period on, units of an induced market are traded at any gain.
    """

    window: int = 4
    threshold: float = 0.01
    chase: float = 0.03
    late: float = 0.75


class PathTrader(ABC):
    """Acts once on each new trade: takes a quote near the last price, or quotes there. Subclasses read the path."""

    def __init__(self, *, config: TrendConfig | None = None) -> None:
        self.config = config or TrendConfig()
        self._acted_on: Print | None = None

    @abstractmethod
    def signal(self, prices: list[int]) -> float:
        """Above 0 to buy, below 0 to sell: the move it sees as a share of the price."""

    def decide(self, view: MarketView) -> Decision:
        if view.phase is not Phase.OPEN:
            return CLOSED
        able = sides(view)
        if not able:
            return NOTHING_LEFT
        side = self._wanted(view)
        if side in able:
            return self._act(view, side)
        if view.facts.induced and elapsed(view) >= self.config.late:
            return Decision(actions=self._use_unit(view, able[0]), reason="the unit expires with the period")
        return Decision(actions=withdraw(view, *Side), reason="no trend to trade on")

    def _wanted(self, view: MarketView) -> Side | None:
        prices = recent_prices(view, 2 * self.config.window)
        move = self.signal(prices) if len(prices) == 2 * self.config.window else 0.0
        if abs(move) < self.config.threshold:
            return None
        return Side.BUY if move > 0 else Side.SELL

    def _act(self, view: MarketView, side: Side) -> Decision:
        last = view.trades[-1]
        if last == self._acted_on:
            return Decision(reason="waits for the next trade")
        self._acted_on = last
        away = self.config.chase if side is Side.BUY else -self.config.chase
        worst = in_bounds(view, side, last.price * (1 + away))
        best = best_of_others(view, side.other)
        price = best.price if best and takes(best.price, side, worst) else in_bounds(view, side, last.price)
        actions = (*withdraw(view, side.other), *post(view, side, price))
        return Decision(actions=actions, reason=f"{side} at {price} on the path of prices")

    def _use_unit(self, view: MarketView, side: Side) -> tuple[Action, ...]:
        best = best_of_others(view, side.other)
        if best and takes(best.price, side, limit(view, side)):
            return aim(view, side, best.price)
        return () if own_orders(view, side) else aim(view, side, limit(view, side))


class Momentum(PathTrader):
    """Positive feedback (De Long, Shleifer, Summers & Waldmann 1990, Journal of Finance 45(2)): follows the trend.

    The trend is the mean of the last trades against the mean of those before them.
    """

    def signal(self, prices: list[int]) -> float:
        half = len(prices) // 2
        return fmean(prices[half:]) / fmean(prices[:half]) - 1


class MeanReversion(PathTrader):
    """Trades against a last price that has left its own mean."""

    def signal(self, prices: list[int]) -> float:
        return 1 - prices[-1] / fmean(prices)
