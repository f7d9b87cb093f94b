"""Orders from outside: buyers and sellers who come and go by chance, and know nothing (Cont, Stoikov & Talreja 2010,
Operations Research 58(3); Farmer, Patelli & Zovko 2005, PNAS 102(6))."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from market.exchange import Exchange
from market.orders import CancelOrder, PlaceOrder, Side, TimeInForce
from simulation.values import poisson

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

    def __init__(self, exchange: Exchange, rng: Random, config: FlowConfig | None = None) -> None:
        self.exchange, self._rng, self.config = exchange, rng, config or FlowConfig()

    def act(self, seconds: float, reference: float) -> None:
        """`reference`: the price in ticks where nobody quotes."""
        for side in Side:
            own = self.exchange.ledger.open_orders[TRADERS[side]]
            for number in [number for number in own if self._rng.random() < self.config.cancel]:
                self.exchange.submit(TRADERS[side], CancelOrder(number), seconds)
        for _ in range(poisson(self.config.limits, self._rng)):
            self._limit(seconds, reference)
        for _ in range(poisson(self.config.markets, self._rng)):
            side = self._side()
            self.exchange.submit(TRADERS[side], PlaceOrder(side, None, self._size(), IOC), seconds)

    def _limit(self, seconds: float, reference: float) -> None:
        side, quote = self._side(), self.exchange.book.quote()
        best = quote.ask if side is Side.BUY else quote.bid
        away = 1 + self._rng.expovariate(1 / (self.config.depth * reference))
        price = (best if best is not None else reference) + (-away if side is Side.BUY else away)
        self.exchange.submit(TRADERS[side], PlaceOrder(side, max(1, round(price)), self._size()), seconds)

    def _side(self) -> Side:
        return Side.BUY if self._rng.random() < 0.5 else Side.SELL

    def _size(self) -> int:
        return self._rng.randint(1, self.config.size)
