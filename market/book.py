"""A limit order book with price-time priority. Knows nothing of money."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
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

# Up to so many orders at a price a plain dict is the fastest queue.
SHORT = 64


class Fill(NamedTuple):
    """One match: the resting order `maker` gave `quantity` shares at its `price`."""

    maker: Order
    price: int
    quantity: int


class Placement(NamedTuple):
    """What placing an order did: `fills` in order, own orders `cancelled` on the way, whether what is left `rests`."""

    fills: Sequence[Fill]
    cancelled: Sequence[Order]
    rests: bool


# Most orders meet nobody.
STANDS = Placement((), (), True)
LAPSES = Placement((), (), False)


class ShortLevel(dict[int, Order]):
    """The orders at one price by number, in the order of arrival, and their shares in `total`."""

    __slots__ = ("total",)
    total: int


class LongLevel(OrderedDict[int, Order]):
    """The same for a long queue.

    A plain dict looks at the places of all that left to find its first, which would be quadratic here; this one is
    slower in all else but knows its first.
    """

    __slots__ = ("total",)
    total: int


Level = ShortLevel | LongLevel


class BookSide:
    """One side: its levels by price and a heap of keys.

    A key is a price times `sign`, -1 for bids, so that the best price has the smallest key: `top`. The heap has the key
    of every level at least once, and those of levels long gone until they come to the top or become too many.
    """

    __slots__ = ("heap", "levels", "most", "sign", "top")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.top = NOWHERE
        self.heap: list[int] = []
        self.most = SHORT  # keys that the heap may have before it is tidied

    def best(self) -> int | None:
        return None if self.top == NOWHERE else self.top * self.sign

    def best_without(self, order: Order | None) -> int | None:
        """The best price as if `order` were not there."""
        for price in self.ranked():
            if order is None or price != order.price or len(self.levels[price]) > 1:
                return price
        return None

    def total(self, price: int) -> int:
        """Shares at a price."""
        level = self.levels.get(price)
        return level.total if level else 0

    def open(self, price: int) -> Level:
        """A new level."""
        level = self.levels[price] = ShortLevel()
        level.total = 0
        key = price * self.sign
        heappush(self.heap, key)
        if key < self.top:
            self.top = key
        if len(self.heap) > self.most:
            self.tidy()
        return level

    def tidy(self) -> None:
        """Forget the keys of levels long gone, now and then: not before as many have come anew."""
        self.heap = [price * self.sign for price in self.levels]
        heapify(self.heap)
        self.most = 2 * len(self.heap) + SHORT

    def lengthen(self, level: ShortLevel, price: int) -> LongLevel:
        """Turn a short level into a long one."""
        longer = self.levels[price] = LongLevel(level)
        longer.total = level.total
        return longer

    def close(self, price: int) -> None:
        """Forget a level without orders."""
        del self.levels[price]
        if price * self.sign == self.top:
            heap, levels, sign = self.heap, self.levels, self.sign
            while heap and heap[0] * sign not in levels:
                heappop(heap)
            self.top = heap[0] if heap else NOWHERE

    def ranked(self) -> Iterator[int]:
        """Prices from the best to the worst, one by one: the first few cost little however many there are."""
        heap, last = self.heap, NOWHERE
        # The children of place n of a heap are at 2n + 1 and 2n + 2, and come after it.
        next_up = [(key, 0) for key in heap[:1]]
        while next_up:
            key, place = heappop(next_up)
            if key != last and key * self.sign in self.levels:
                yield key * self.sign
            last = key
            for child in range(2 * place + 1, min(2 * place + 3, len(heap))):
                heappush(next_up, (heap[child], child))

    def prices(self) -> list[int]:
        """All prices from the best to the worst."""
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
        price, placement = order.price, STANDS
        # in the other side's keys a limit is the worst that is taken
        if order.side is BUY:
            own, opposite, worst = self.bids, self.asks, price
        else:
            own, opposite, worst = self.asks, self.bids, -price
        if opposite.top <= worst:
            if time_in_force is FOK and self.available(order) < order.quantity:
                return LAPSES
            placement = self._match(order, opposite, worst)
            if not placement.rests:
                return placement
        if time_in_force is not PERIOD:
            return LAPSES if placement is STANDS else placement._replace(rests=False)
        level = own.levels.get(price) or own.open(price)
        number = order.id
        level[number] = self.orders[number] = order
        level.total += order.quantity
        return placement

    def _match(self, order: Order, opposite: BookSide, worst: int) -> Placement:
        """The hot loop for an order that crosses, in one piece for speed: best price first, then the earliest order."""
        fills: list[Fill] = []
        cancelled: tuple[Order, ...] = ()
        sign, left, trader = opposite.sign, order.quantity, order.trader
        levels, orders, prevents = opposite.levels, self.orders, self.self_trade != "allow"
        while left and (top := opposite.top) <= worst:
            price = top * sign
            level = levels[price]
            if len(level) > SHORT and isinstance(level, ShortLevel):
                level = opposite.lengthen(level, price)
            maker = next(iter(level.values()))
            if prevents and maker.trader == trader:
                if self.self_trade == "cancel_incoming":
                    order.quantity = left
                    return Placement(fills, cancelled, False)
                self.cancel(maker.id)
                cancelled += (maker,)
                continue
            shares = maker.quantity
            if shares > left:
                fills.append(_make(Fill, (maker, price, left)))
                level.total -= left
                maker.quantity = shares - left
                left = 0
                break
            fills.append(_make(Fill, (maker, price, shares)))
            left -= shares
            level.total -= shares
            maker.quantity = 0
            number = maker.id
            del level[number], orders[number]
            if not level:
                opposite.close(price)
        order.quantity = left
        return _make(Placement, (fills, cancelled, left > 0))

    def cancel(self, order_id: int) -> Order | None:
        """Take an order out; None where there is no such order."""
        order = self.orders.pop(order_id, None)
        if order is not None:
            side = self.bids if order.side is BUY else self.asks
            level = side.levels[order.price]
            del level[order_id]
            level.total -= order.quantity
            if not level:
                side.close(order.price)
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
            yield from opposite.levels[price].values()

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
        level = self.side(order.side).levels[order.price]
        ahead = list(takewhile(lambda other: other != order_id, level))
        return len(ahead), sum(level[other].quantity for other in ahead)
