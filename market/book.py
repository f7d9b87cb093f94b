"""A limit order book with price-time priority. Knows nothing of money."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from market.orders import Order, Quote, Side, TimeInForce

SELF_TRADE_RULES = ("cancel_resting", "cancel_incoming", "allow")


class Fill(NamedTuple):
    """One match: the resting order `maker` gave `quantity` shares at its `price`."""

    maker: Order
    price: int
    quantity: int


class Placement(NamedTuple):
    """What placing an order did: `fills` in order, own orders `cancelled` on the way, shares now `resting`."""

    fills: list[Fill]
    cancelled: list[Order]
    resting: int


class BookSide:
    """One side: levels by price, each a dict of orders in arrival order, and a heap of prices.

    `sign` is -1 for bids, so that the best price is always the smallest key of the heap.
    """

    __slots__ = ("_heap", "_heaped", "levels", "sign", "totals")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, dict[int, Order]] = {}
        self.totals: dict[int, int] = {}
        self._heap: list[int] = []
        self._heaped: set[int] = set()

    def best(self) -> int | None:
        heap, levels, sign = self._heap, self.levels, self.sign
        while heap:
            price = heap[0] * sign
            if price in levels:
                return price
            self._heaped.discard(price)
            heappop(heap)
        return None

    def add(self, order: Order) -> None:
        price = order.price
        level = self.levels.get(price)
        if level is None:
            self.levels[price] = {order.id: order}
            self.totals[price] = order.quantity
            if price not in self._heaped:
                self._heaped.add(price)
                heappush(self._heap, price * self.sign)
        else:
            level[order.id] = order
            self.totals[price] += order.quantity

    def remove(self, order: Order) -> None:
        price = order.price
        level = self.levels[price]
        del level[order.id]
        if level:
            self.totals[price] -= order.quantity
        else:
            del self.levels[price], self.totals[price]

    def prices(self) -> list[int]:
        """Prices from the best to the worst."""
        return sorted(self.levels, reverse=self.sign < 0)

    def orders(self) -> Iterator[Order]:
        """Orders in priority: best price first, then the earliest."""
        for price in self.prices():
            yield from self.levels[price].values()


class OrderBook:
    """Resting orders of both sides and the rule that matches a new one against them.

    `self_trade`: what happens when an order meets one of the same trader, one of `SELF_TRADE_RULES`.
    """

    def __init__(self, self_trade: str = "cancel_resting") -> None:
        if self_trade not in SELF_TRADE_RULES:
            raise ValueError(f"Unknown self-trade rule {self_trade!r}. Known: {', '.join(SELF_TRADE_RULES)}.")
        self.self_trade = self_trade
        self.orders: dict[int, Order] = {}
        self.bids = BookSide(-1)
        self.asks = BookSide(1)

    def place(self, order: Order, time_in_force: TimeInForce = TimeInForce.PERIOD) -> Placement:
        """Match `order` and let the rest of it stand, or lapse when immediate-or-cancel or fill-or-kill.

        A fill-or-kill order that cannot be filled whole does nothing at all.
        """
        if time_in_force is TimeInForce.FOK and self.available(order) < order.quantity:
            return Placement([], [], 0)
        fills: list[Fill] = []
        cancelled: list[Order] = []
        blocked = self._match(order, fills, cancelled)
        if not order.quantity or blocked or time_in_force is not TimeInForce.PERIOD:
            return Placement(fills, cancelled, 0)
        self.side(order.side).add(order)
        self.orders[order.id] = order
        return Placement(fills, cancelled, order.quantity)

    def _match(self, order: Order, fills: list[Fill], cancelled: list[Order]) -> bool:
        """The hot loop, in one piece for speed: from the best price on, earliest order first. True if self-trade stops it."""
        buying = order.side is Side.BUY
        opposite = self.asks if buying else self.bids
        limit, trader, allow = order.price, order.trader, self.self_trade == "allow"
        while order.quantity:
            price = opposite.best()
            if price is None or (price > limit if buying else price < limit):
                return False
            maker = next(iter(opposite.levels[price].values()))
            if not allow and maker.trader == trader:
                if self.self_trade == "cancel_incoming":
                    return True
                self._remove(maker, opposite)
                cancelled.append(maker)
                continue
            quantity = maker.quantity if maker.quantity < order.quantity else order.quantity
            fills.append(Fill(maker, price, quantity))
            order.quantity -= quantity
            if quantity == maker.quantity:
                self._remove(maker, opposite)
            else:
                opposite.totals[price] -= quantity
            maker.quantity -= quantity
        return False

    def _remove(self, order: Order, side: BookSide) -> None:
        side.remove(order)
        del self.orders[order.id]

    def cancel(self, order_id: int) -> Order | None:
        """Take an order out; None where there is no such order."""
        order = self.orders.get(order_id)
        if order is not None:
            self._remove(order, self.side(order.side))
        return order

    def reduce(self, order_id: int, quantity: int) -> Order:
        """Make a resting order smaller; it keeps its place. Raises ValueError unless 0 < quantity <= what is left."""
        order = self.orders[order_id]
        if not 0 < quantity <= order.quantity:
            raise ValueError(f"Order {order_id} can shrink to 1..{order.quantity} shares, not {quantity}.")
        self.side(order.side).totals[order.price] -= order.quantity - quantity
        order.quantity = quantity
        return order

    def clear(self) -> list[Order]:
        """Take every order out, bids first, in priority."""
        removed = [*self.bids.orders(), *self.asks.orders()]
        self.orders.clear()
        self.bids, self.asks = BookSide(-1), BookSide(1)
        return removed

    def side(self, side: Side) -> BookSide:
        return self.bids if side is Side.BUY else self.asks

    def quote(self) -> Quote:
        return Quote(self.bids.best(), self.asks.best())

    def crosses(self, order: Order) -> Iterator[Order]:
        """Resting orders that `order` would meet at its price or better, in priority."""
        opposite, buying = self.side(order.side.other), order.side is Side.BUY
        for price in opposite.prices():
            if price > order.price if buying else price < order.price:
                return
            yield from opposite.levels[price].values()

    def available(self, order: Order) -> int:
        """Shares that `order` could trade at once, its own trader's left out as the self-trade rule says."""
        total = 0
        for maker in self.crosses(order):
            if maker.trader == order.trader and self.self_trade != "allow":
                if self.self_trade == "cancel_incoming":
                    break
                continue
            total += maker.quantity
        return total

    def depth(self, side: Side, levels: int | None = None) -> list[tuple[int, int]]:
        """(price, shares) by level, the best first; at most `levels` of them."""
        book = self.side(side)
        return [(price, book.totals[price]) for price in book.prices()[:levels]]

    def queue_position(self, order_id: int) -> tuple[int, int]:
        """(orders, shares) that trade before this one at its price. Raises KeyError for an unknown order."""
        order = self.orders[order_id]
        ahead = 0
        for place, other in enumerate(self.side(order.side).levels[order.price].values()):
            if other.id == order_id:
                return place, ahead
            ahead += other.quantity
        raise KeyError(order_id)
