"""A limit order book with price-time priority. Knows nothing of money."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from market.orders import Order, Quote, Side, TimeInForce

SELF_TRADE_RULES = ("cancel_resting", "cancel_incoming", "allow")

# Looking a member up in its enumeration takes as long as the rest of a line of the hot path.
BUY, PERIOD, FOK = Side.BUY, TimeInForce.PERIOD, TimeInForce.FOK
# Beyond every key of a price: the best key of an empty side.
NOWHERE = 1 << 62


class Fill(NamedTuple):
    """One match: the resting order `maker` gave `quantity` shares at its `price`."""

    maker: Order
    price: int
    quantity: int


class Placement(NamedTuple):
    """What placing an order did: `fills` in order, own orders `cancelled` on the way, shares now `resting`."""

    fills: Sequence[Fill]
    cancelled: Sequence[Order]
    resting: int


NO_FILLS: Sequence[Fill] = ()
NO_ORDERS: Sequence[Order] = ()


class BookSide:
    """One side: levels by price, each with its orders in the order of arrival, shares in all, and a heap of keys.

    A key is a price times `sign`, -1 for bids, so that the best price has the smallest key: `top`.
    """

    __slots__ = ("_heap", "_heaped", "levels", "sign", "top", "totals")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        # Taking the first out of a plain dict again and again would be quadratic.
        self.levels: dict[int, OrderedDict[int, Order]] = {}
        self.totals: dict[int, int] = {}
        self.top = NOWHERE
        self._heap: list[int] = []
        self._heaped: set[int] = set()

    def best(self) -> int | None:
        return None if self.top == NOWHERE else self.top * self.sign

    def add(self, order: Order) -> None:
        price = order.price
        level = self.levels.get(price)
        if level is None:
            self.levels[price] = OrderedDict(((order.id, order),))
            self.totals[price] = order.quantity
            self._open(price * self.sign)
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
            self.close(price)

    def _open(self, key: int) -> None:
        if key not in self._heaped:
            self._heaped.add(key)
            heappush(self._heap, key)
        if key < self.top:
            self.top = key

    def close(self, price: int) -> None:
        """Forget an empty level; its key leaves the heap when it gets to the top."""
        del self.levels[price], self.totals[price]
        if price * self.sign == self.top:
            heap, levels, sign = self._heap, self.levels, self.sign
            while heap and heap[0] * sign not in levels:
                self._heaped.discard(heappop(heap))
            self.top = heap[0] if heap else NOWHERE

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

    def place(self, order: Order, time_in_force: TimeInForce = PERIOD) -> Placement:
        """Match `order` and let the rest of it stand, or lapse when immediate-or-cancel or fill-or-kill.

        A fill-or-kill order that cannot be filled whole does nothing at all.
        """
        own, opposite = (self.bids, self.asks) if order.side is BUY else (self.asks, self.bids)
        # Keys of the two sides have opposite signs: prices cross where their keys add up to nothing or less.
        if order.price * own.sign + opposite.top > 0:
            fills, cancelled, done = NO_FILLS, NO_ORDERS, False
        elif time_in_force is FOK and self.available(order) < order.quantity:
            return Placement((), (), 0)
        else:
            fills, cancelled, done = self._match(order, opposite)
        if done or time_in_force is not PERIOD:
            return Placement(fills, cancelled, 0)
        own.add(order)
        self.orders[order.id] = order
        return Placement(fills, cancelled, order.quantity)

    def _match(self, order: Order, opposite: BookSide) -> tuple[list[Fill], list[Order], bool]:
        """The hot loop, in one piece for speed: from the best price on, the earliest order first.

        Gives the fills, own orders cancelled, and whether nothing of the order may rest.
        """
        fills: list[Fill] = []
        cancelled: list[Order] = []
        limit, trader, left = -order.price * opposite.sign, order.trader, order.quantity
        prevented = self.self_trade != "allow"
        while left and opposite.top + limit <= 0:
            price = opposite.top * opposite.sign
            level = opposite.levels[price]
            maker = next(iter(level.values()))
            available = maker.quantity
            if prevented and maker.trader == trader:
                if self.self_trade == "cancel_incoming":
                    break
                self._remove(maker, opposite)
                cancelled.append(maker)
                continue
            if left < available:
                fills.append(Fill(maker, price, left))
                opposite.totals[price] -= left
                maker.quantity = available - left
                left = 0
                break
            fills.append(Fill(maker, price, available))
            left -= available
            self._remove(maker, opposite)
            maker.quantity = 0
        else:
            order.quantity = left
            return fills, cancelled, not left
        order.quantity = left
        return fills, cancelled, True

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
