"""Noise traders: orders without information near the price of the day. Never at a loss on induced units."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bots.agents.desk import BUY, SELL, SIDES, aim, in_bounds, limit, takes, withdraw
from bots.agents.estimates import going_price
from bots.agents.expectations import last_seen
from bots.agents.rule import RuleTrader
from bots.agents.sheets import Draft
from bots.agents.trader import Move
from market.orders import SheetOrder, Side
from market.view import MarketView

NO_MOOD: Move = ((), "no mood to trade", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseConfig:
    """`rest`, `cancel`, `take`: chances a decision to do nothing, to take orders back, to trade at once.

    `spread`: standard deviation of quoted prices as a share of the price of the day.
    """

    rest: float = 0.3
    cancel: float = 0.1
    take: float = 0.3
    spread: float = 0.05


class Noise(RuleTrader):
    """Trades on noise as if it were information (Black 1986, Journal of Finance 41(3))."""

    def __init__(self, *, rng: Random, config: NoiseConfig | None = None) -> None:
        self._rng = rng
        self.config = config or NoiseConfig()

    def trade(self, view: MarketView, able: tuple[Side, ...]) -> Move:
        mood, config = self._rng.random(), self.config
        if mood < config.rest:
            return NO_MOOD
        if mood < config.rest + config.cancel:
            return withdraw(view, *SIDES), "has second thoughts", ()
        side = self._rng.choice(able)
        if mood < config.rest + config.cancel + config.take and (price := self._to_take(view, side)):
            return aim(view, side, price), "{} at once", (side,)
        price = self._price(view, side)
        return aim(view, side, price), "a quote to {} at {}", (side, price)

    def draft(self, view: MarketView, able: tuple[Side, ...]) -> Draft:
        side = self._rng.choice(able)
        if self._rng.random() < self.config.rest:
            return Draft((), "no mood to trade")
        return Draft([SheetOrder(side, self._price(view, side), 1)], f"some price to {side}")

    def expects(self, view: MarketView, target: int) -> float:
        return self._rng.gauss(1, self.config.spread) * last_seen(view, target)

    def _price(self, view: MarketView, side: Side) -> int:
        return in_bounds(view, side, self._rng.gauss(1, self.config.spread) * self._centre(view, side))

    def _to_take(self, view: MarketView, side: Side) -> int:
        """The best price of the other side, 0 where there is none or it is too dear."""
        price = view.best_price_of_others(SELL if side is BUY else BUY)
        return price if price and takes(price, side, limit(view, side)) else 0

    def _centre(self, view: MarketView, side: Side) -> float:
        """The price of the day; at the start of an induced market nobody knows one but one's own limit."""
        price = going_price(view)
        return limit(view, side) if price is None else price
