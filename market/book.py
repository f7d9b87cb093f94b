"""A limit order book with price-time priority. Knows nothing of money."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import islice, takewhile
from typing import NamedTuple

from market.orders import Order, Quote, Side, TimeInForce

SELF_TRADE_RULES = ("cancel_resting", "cancel_incoming", "allow")

# For the hot path: to look a member up in its enumeration takes longer than the rest of a line,
# and a named tuple is made in half the time by what makes plain ones.
BUY, PERIOD, FOK = Side.BUY, TimeInForce.PERIOD, TimeInForce.FOK
_make = tuple.__new__

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


class Level:
    """The orders at one price in the order of arrival, and their shares in `total`."""

    __slots__ = ("orders", "total")

    def __init__(self, order: Order) -> None:
        # A plain dict would step over the places of all that left before it finds its first.
        self.orders: OrderedDict[int, Order] = OrderedDict()
        self.orders[order.id] = order
        self.total = order.quantity


class BookSide:
    """One side: its levels by price and a heap of keys.

    A key is a price times `sign`, -1 for bids, so that the best price has the smallest key: `top`.
    """

    __slots__ = ("_heap", "_heaped", "levels", "sign", "top")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.top = NOWHERE
        self._heap: list[int] = []
        self._heaped: set[int] = set()

    def best(self) -> int | None:
        return None if self.top == NOWHERE else self.top * self.sign

    def best_without(self, order: Order | None) -> int | None:
        """The best price as if `order` were not there."""
        for price in self.ranked():
            if order is None or price != order.price or len(self.levels[price].orders) > 1:
                return price
        return None

    def total(self, price: int) -> int:
        """Shares at a price."""
        level = self.levels.get(price)
        return level.total if level else 0

    def add(self, order: Order) -> None:
        level = self.levels.get(order.price)
        if level is None:
            self._open(order)
        else:
            level.orders[order.id] = order
            level.total += order.quantity

    def remove(self, order: Order) -> None:
        level = self.levels[order.price]
        del level.orders[order.id]
        if level.orders:
            level.total -= order.quantity
        else:
            self._close(order.price)

    def _open(self, order: Order) -> None:
        key = order.price * self.sign
        self.levels[order.price] = Level(order)
        if key not in self._heaped:
            self._heaped.add(key)
            heappush(self._heap, key)
        if key < self.top:
            self.top = key

    def _close(self, price: int) -> None:
        """Forget an empty level; its key stays in the heap until it gets to the top."""
        del self.levels[price]
        if price * self.sign == self.top:
            heap, levels, sign = self._heap, self.levels, self.sign
            while heap and heap[0] * sign not in levels:
                self._heaped.discard(heappop(heap))
            self.top = heap[0] if heap else NOWHERE

    def ranked(self) -> Iterator[int]:
        """Prices from the best to the worst, one by one: the first few cost little however many there are."""
        heap, next_up = self._heap, [(key, 0) for key in self._heap[:1]]
        while next_up:
            key, place = heappop(next_up)
            if key * self.sign in self.levels:
                yield key * self.sign
            for child in range(2 * place + 1, min(2 * place + 3, len(heap))):
                heappush(next_up, (heap[child], child))

    def prices(self) -> list[int]:
        """All prices from the best to the worst."""
        return sorted(self.levels, reverse=self.sign < 0)

    def orders(self) -> Iterator[Order]:
        """Orders in priority: best price first, then the earliest."""
        for price in self.prices():
            yield from self.levels[price].orders.values()


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
        fills: Sequence[Fill] = ()
        cancelled: Sequence[Order] = ()
        # The sides' keys have opposite signs, so prices cross where two keys add up to nothing or less.
        if order.price * own.sign + opposite.top <= 0:
            if time_in_force is FOK and self.available(order) < order.quantity:
                return Placement((), (), 0)
            fills, cancelled, stopped = self._match(order, opposite)
            if stopped or not order.quantity:
                return _make(Placement, (fills, cancelled, 0))
        if time_in_force is not PERIOD:
            return _make(Placement, (fills, cancelled, 0))
        own.add(order)
        self.orders[order.id] = order
        return _make(Placement, (fills, cancelled, order.quantity))

    def _match(self, order: Order, opposite: BookSide) -> tuple[list[Fill], list[Order], bool]:
        """The hot loop: fills from the best price on, own orders cancelled, and whether self-trade stops the order."""
        fills: list[Fill] = []
        cancelled: list[Order] = []
        limit, trader, prevents = -order.price * opposite.sign, order.trader, self.self_trade != "allow"
        while order.quantity and opposite.top + limit <= 0:
            level = opposite.levels[opposite.top * opposite.sign]
            maker = next(iter(level.orders.values()))
            if prevents and maker.trader == trader:
                if self.self_trade == "cancel_incoming":
                    return fills, cancelled, True
                self._remove(maker, opposite)
                cancelled.append(maker)
                continue
            quantity = maker.quantity if maker.quantity < order.quantity else order.quantity
            fills.append(_make(Fill, (maker, maker.price, quantity)))
            order.quantity -= quantity
            if quantity == maker.quantity:
                self._remove(maker, opposite)
            else:
                level.total -= quantity
            maker.quantity -= quantity
        return fills, cancelled, False

    def _remove(self, order: Order, side: BookSide) -> None:
        side.remove(order)
        del self.orders[order.id]

    def cancel(self, order_id: int) -> Order | None:
        """Take an order out; None where there is no such order."""
        order = self.orders.pop(order_id, None)
        if order is not None:
            (self.bids if order.side is BUY else self.asks).remove(order)
        return order

    def reduce(self, order_id: int, quantity: int) -> Order:
        """Make a resting order smaller; it keeps its place. Raises ValueError unless 0 < quantity <= what is left."""
        order = self.orders[order_id]
        if not 0 < quantity <= order.quantity:
            raise ValueError(f"Order {order_id} can shrink to 1..{order.quantity} shares, not {quantity}.")
        self.side(order.side).levels[order.price].total -= order.quantity - quantity
        order.quantity = quantity
        return order

    def clear(self) -> list[Order]:
        """Take every order out, bids first, in priority."""
        removed = [*self.bids.orders(), *self.asks.orders()]
        self.orders.clear()
        self.bids, self.asks = BookSide(-1), BookSide(1)
        return removed

    def side(self, side: Side) -> BookSide:
        return self.bids if side is BUY else self.asks

    def quote(self) -> Quote:
        return Quote(self.bids.best(), self.asks.best())

    def takes(self, order: Order) -> Iterator[Fill]:
        """What `order` would trade if it were placed now; changes nothing."""
        left = order.quantity
        for maker in self._crossed(order):
            if maker.trader == order.trader and self.self_trade != "allow":
                if self.self_trade == "cancel_incoming":
                    return
                continue
            yield Fill(maker, maker.price, min(left, maker.quantity))
            left -= maker.quantity
            if left <= 0:
                return

    def _crossed(self, order: Order) -> Iterator[Order]:
        """Resting orders at the price of `order` or better, in priority."""
        opposite = self.asks if order.side is BUY else self.bids
        for price in opposite.ranked():
            if (price - order.price) * opposite.sign > 0:
                return
            yield from opposite.levels[price].orders.values()

    def available(self, order: Order) -> int:
        """How much of `order` could trade at once."""
        return sum(fill.quantity for fill in self.takes(order))

    def meets_own(self, order: Order) -> Order | None:
        """The resting order that `order` would meet first, if it is one of the same trader."""
        first = next(self._crossed(order), None)
        return first if first is not None and first.trader == order.trader else None

    def depth(self, side: Side, levels: int | None = None) -> list[tuple[int, int]]:
        """(price, shares) by level, the best first; at most `levels` of them."""
        book = self.side(side)
        prices = book.prices() if levels is None else islice(book.ranked(), levels)
        return [(price, book.levels[price].total) for price in prices]

    def queue_position(self, order_id: int) -> tuple[int, int]:
        """(orders, shares) that trade before this one at its price. Raises KeyError for an unknown order."""
        order = self.orders[order_id]
        level = self.side(order.side).levels[order.price].orders
        ahead = list(takewhile(lambda other: other != order_id, level))
        return len(ahead), sum(level[other].quantity for other in ahead)
