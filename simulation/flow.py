"""Orders from outside: buyers and sellers who come and go by chance, and know nothing (Cont, Stoikov & Talreja 2010,
Operations Research 58(3); Farmer, Patelli & Zovko 2005, PNAS 102(6))."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from market.orders import CancelOrder, PlaceOrder, Side, TimeInForce
from simulation.values import poisson
from simulation.venue import Venue

TRADERS = {Side.BUY: "flow-buy", Side.SELL: "flow-sell"}
IOC = TimeInForce.IOC


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowConfig:
    """Mean arrivals a tick of limit and market orders; `cancel`: the chance a tick of each resting order to be taken
    back. Limit orders lie, on average, `depth` (a share of the price) behind the best price of the other side; of 1 to
    `size` shares."""

    limits: float = 1.0
    markets: float = 0.3
    cancel: float = 0.01
    depth: float = 0.002
    size: int = 5


class Flow:
    """Acts once a tick, for two accounts: one only buys, the other only sells, so that it never trades with itself."""

    def __init__(self, exchange: Venue, rng: Random, config: FlowConfig | None = None) -> None:
        self.exchange, self._rng, self.config = exchange, rng, config or FlowConfig()
        self._own = {side: exchange.accounts[trader] for side, trader in TRADERS.items()}

    def act(self, reference: float) -> None:
        """`reference`: the price in ticks where nobody quotes."""
        draw, chance = self._rng.random, self.config.cancel
        for own in self._own.values():
            for number in [number for number in own.orders if draw() < chance]:
                self.exchange.submit(own, CancelOrder(number))
        for _ in range(poisson(self.config.limits, self._rng)):
            self._limit(reference)
        for _ in range(poisson(self.config.markets, self._rng)):
            side = self._side()
            self.exchange.submit(self._own[side], PlaceOrder(side, None, self._size(), IOC))

    def _limit(self, reference: float) -> None:
        side, quote = self._side(), self.exchange.book.quote()
        best = quote.ask if side is Side.BUY else quote.bid
        away = 1 + self._rng.expovariate(1 / (self.config.depth * reference))
        price = (best if best is not None else reference) + (-away if side is Side.BUY else away)
        self.exchange.submit(self._own[side], PlaceOrder(side, max(1, round(price)), self._size()))

    def _side(self) -> Side:
        return Side.BUY if self._rng.random() < 0.5 else Side.SELL

    def _size(self) -> int:
        return self._rng.randint(1, self.config.size)
