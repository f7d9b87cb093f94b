"""Traders of the price path: momentum buys what rises, mean reversion what fell. Blind to what a share pays."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from bots.agents.desk import BUY, SELL, SIDES, aim, in_bounds, limit, own_orders, post, takes, withdraw
from bots.agents.estimates import elapsed, period_prices
from bots.agents.expectations import mean_seen, trend
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft, per_unit
from bots.agents.trader import Move
from market.orders import Action, Print, SheetOrder, Side
from market.view import MarketView

NO_TREND: Move = ((), "no trend to trade on", ())
WAITS: Move = ((), "waits for the next trade", ())


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


class PathTrader(RuleTrader):
    """Acts once on each new trade: takes a quote near the last price, or quotes there. Subclasses read the path.

    In call markets the path is that of the clearing prices, and two of them are one.
    """

    def __init__(self, *, config: TrendConfig | None = None) -> None:
        self.config = config or TrendConfig()
        self._acted_on: Print | None = None
        self._seen = 2 * self.config.window

    @abstractmethod
    def signal(self, prices: Sequence[float]) -> float:
        """Above 0 to buy, below 0 to sell: the move it sees as a share of the price."""

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        side = self._wanted(view)
        if side is not None and side in able:
            return self._act(view, side)
        if view.facts.induced and elapsed(view) >= self.config.late:
            return self._use_unit(view, able[0]), "the unit expires with the period", ()
        return (withdraw(view, *SIDES), *NO_TREND[1:]) if view.orders else NO_TREND

    def begin(self) -> None:
        self._acted_on = None

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        path = [price for _, price in sorted(period_prices(view).items())][-2 * self.config.window :]
        side = self._side(path) if len(path) > 1 else None
        if view.facts.induced:
            return Draft(per_unit(view, able[0], float), "units expire with the period")
        if side not in able:
            return Draft((), "no trend to trade on")
        price = in_bounds(view, side, path[-1] * (1 + self._chase(side)))
        return Draft([SheetOrder(side, price, 1)], f"{side} on the path of prices")

    def _wanted(self, view: MarketView) -> Side | None:
        prices = view.recent_prices(self._seen)
        return self._side(prices) if len(prices) == self._seen else None

    def _side(self, prices: Sequence[float]) -> Side | None:
        move = self.signal(prices)
        if abs(move) < self.config.threshold:
            return None
        return BUY if move > 0 else SELL

    def _act(self, view: MarketView, side: Side) -> Move:
        last = view.trades[-1]
        if last == self._acted_on:
            return WAITS
        self._acted_on = last
        worst = in_bounds(view, side, last.price * (1 + self._chase(side)))
        best = view.best_price_of_others(side.other)
        price = best if best is not None and takes(best, side, worst) else in_bounds(view, side, last.price)
        actions = (*withdraw(view, side.other), *post(view, side, price))
        return actions, "{} at {} on the path of prices", (side, price)

    def _chase(self, side: Side) -> float:
        return self.config.chase if side is BUY else -self.config.chase

    def _use_unit(self, view: MarketView, side: Side) -> tuple[Action, ...]:
        best = view.best_price_of_others(side.other)
        if best is not None and takes(best, side, limit(view, side)):
            return aim(view, side, best)
        return () if own_orders(view, side) else aim(view, side, limit(view, side))


class Momentum(PathTrader):
    """Positive feedback (De Long, Shleifer, Summers & Waldmann 1990, Journal of Finance 45(2)): follows the trend.

    The trend is the mean of the last trades against the mean of those before them.
    """

    def expects(self, view: MarketView, target: int) -> float:
        return trend(view, target)

    def signal(self, prices: Sequence[float]) -> float:
        half = len(prices) // 2
        return (sum(prices[half:]) / (len(prices) - half)) / (sum(prices[:half]) / half) - 1


class MeanReversion(PathTrader):
    """Trades against a last price that has left its own mean."""

    def expects(self, view: MarketView, target: int) -> float:
        return mean_seen(view, target)

    def signal(self, prices: Sequence[float]) -> float:
        return 1 - prices[-1] / (sum(prices) / len(prices))
