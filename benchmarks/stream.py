"""A stream of order messages to measure books with: the same for every engine, no engine's own types."""

from __future__ import annotations

from collections import Counter
from random import Random

from market.book import OrderBook
from market.orders import Order, Side, TimeInForce

LIMIT, MARKET, CANCEL = range(3)
MIX = {LIMIT: 60, MARKET: 10, CANCEL: 30}
MIDDLE = 10_000
TRADERS = 100


# (kind, order, trader, buying, price, quantity): `order` numbers the order that is placed, from 1, or names the one
# that is cancelled. Plain tuples, which the garbage collector soon leaves alone, so that it works for no engine.
Message = tuple[int, int, str, bool, int, int]


class Stream:
    """Makes messages that every engine can answer alike.

    A book follows them, so that each cancellation names a live order and each market order can be filled: with others
    every engine does something else. Buyers and sellers are different traders, as not every engine prevents
    self-trade. Limit orders go up to `spread` ticks from the middle, which sets how many price levels there are.
    """

    def __init__(self, seed: int, spread: int = 50) -> None:
        self.rng = Random(seed)
        self.spread = spread
        self.book = OrderBook()
        self.live: list[int] = []
        self.placed = 0

    def messages(self, number: int) -> list[Message]:
        return [self._message() for _ in range(number)]

    def _message(self) -> Message:
        [kind] = self.rng.choices(list(MIX), list(MIX.values()))
        buying = self.rng.random() < 0.5
        quantity = self.rng.randint(1, 10)
        if kind == CANCEL and (order := self._live_order()):
            self.book.cancel(order.id)
            return CANCEL, order.id, order.trader, order.side is Side.BUY, order.price, order.quantity
        if kind == MARKET and self._depth(not buying) >= quantity:
            return self._place(MARKET, buying, 0, quantity)
        distance = self.rng.randint(-2, self.spread)
        return self._place(LIMIT, buying, MIDDLE - distance if buying else MIDDLE + distance, quantity)

    def _depth(self, buying: bool) -> int:
        """Shares in all on one side."""
        side = self.book.bids if buying else self.book.asks
        return sum(level.total for level in side.levels.values())

    def _live_order(self) -> Order | None:
        """A random order of the book; those found filled are forgotten on the way."""
        while self.live:
            place = self.rng.randrange(len(self.live))
            self.live[place], self.live[-1] = self.live[-1], self.live[place]
            if order := self.book.orders.get(self.live.pop()):
                return order
        return None

    def _place(self, kind: int, buying: bool, price: int, quantity: int) -> Message:
        self.placed += 1
        trader = f"{'B' if buying else 'S'}{self.rng.randint(1, TRADERS)}"
        side, limit = Side.BUY if buying else Side.SELL, price or (2 * MIDDLE if buying else 1)
        lasting = TimeInForce.PERIOD if kind == LIMIT else TimeInForce.IOC
        if self.book.place(Order(self.placed, trader, side, limit, quantity, quantity, 0.0), lasting).rests:
            self.live.append(self.placed)
        return kind, self.placed, trader, buying, price, quantity


def mix(messages: list[Message]) -> dict[int, float]:
    """Share of each kind."""
    kinds = Counter(kind for kind, *_ in messages)
    return {kind: kinds[kind] / len(messages) for kind in MIX}
