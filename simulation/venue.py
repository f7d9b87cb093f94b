"""The exchange of an order-book market at speed: the book of `market`, accounts as running totals, a log of tuples.

It keeps the rules of `order_book.design` and no others. A test holds it to `market.Exchange`, command by command.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from hashlib import blake2b
from typing import Any, ClassVar

from market.book import STANDS, OrderBook
from market.orders import (
    Action,
    CancelOrder,
    Hold,
    Order,
    PlaceOrder,
    Print,
    ReplaceOrder,
    Side,
    TimeInForce,
    Trade,
)
from market.rules import most_it_costs
from market.treatments import Role, Treatment

# For the hot path, as in `market.book`.
BUY, SELL = Side.BUY, Side.SELL
PERIOD, IOC, FOK = TimeInForce.PERIOD, TimeInForce.IOC, TimeInForce.FOK
_make = tuple.__new__

# What the log has of commands: (what, tick, trader, order, side, price, shares); of replacements the old order, too.
# Trades: (TRADE, tick, taker, its order, its side, price, shares, maker, maker's order). Orders that the market takes
# out: (DROPPED, tick, trader, order, side, price, shares, why). Both belong to the last command before them.
PLACE, REPLACE, CANCEL, TRADE, DROPPED = "place", "replace", "cancel", "trade", "dropped"
COMMANDS = (PLACE, REPLACE, CANCEL)
Row = tuple[Any, ...]


@dataclass(slots=True)
class Holder:
    """One account: `cash_free` and `shares_free` are what no order in the book has promised."""

    trader: str
    cash: int
    shares: int
    cash_free: int = field(init=False)
    shares_free: int = field(init=False)
    endowed_cash: int = field(init=False)
    endowed_shares: int = field(init=False)
    orders: dict[int, Order] = field(default_factory=dict)
    values_left: ClassVar[tuple[int, ...]] = ()
    costs_left: ClassVar[tuple[int, ...]] = ()

    def __post_init__(self) -> None:
        self.cash_free = self.endowed_cash = self.cash
        self.shares_free = self.endowed_shares = self.shares

    def release(self, order: Order) -> None:
        """Let go of an order that has left the book."""
        del self.orders[order.id]
        if order.side is BUY:
            self.cash_free += order.price * order.quantity
        else:
            self.shares_free += order.quantity


class Venue:
    """Continuous trading in one long period. The host sets `tick` before it submits what happens in it.

    Actions are those of the project's traders: sides, prices and shares are what their types say.
    """

    def __init__(self, treatment: Treatment, roles: Mapping[str, Role]) -> None:
        self.treatment = treatment
        self.book = OrderBook(treatment.self_trade)
        self.accounts = {trader: Holder(trader, role.cash, role.shares) for trader, role in roles.items()}
        self.tick = 0
        self.commands = 0  # that were carried out
        self.volume = 0
        self.prints: list[Print] = []
        self.prices: list[int] = []
        self.log: list[Row] = []
        self._low, self._high = treatment.price_min, treatment.price_max
        self._most = treatment.open_orders
        self._next = 1

    @property
    def events(self) -> int:
        """How many events there are so far: the opening and the commands that were carried out."""
        return self.commands + 1

    def submit(self, own: Holder, action: Action) -> bool:
        """Carry out an action, or refuse it (False) and change nothing."""
        if isinstance(action, PlaceOrder):
            return self._place(own, action)
        if isinstance(action, ReplaceOrder):
            return self._replace(own, action)
        if isinstance(action, CancelOrder):
            return self._cancel(own, action.order_id)
        if isinstance(action, Hold):
            return True
        raise TypeError(f"{action} is no action of an order-book market.")

    def _place(self, own: Holder, action: PlaceOrder) -> bool:
        side, price, quantity, lasting = action.side, action.price, action.quantity, action.time_in_force
        if price is None:
            price, lasting = self._high if side is BUY else self._low, IOC if lasting is PERIOD else lasting
        if not self._low <= price <= self._high:
            return False
        tick, trader, number = self.tick, own.trader, self._next
        order = Order(number, trader, side, price, quantity, quantity, tick)
        if lasting is not PERIOD:
            fits = self._meets(own, order, lasting)
        elif side is BUY:
            fits = price * quantity <= own.cash_free and len(own.orders) < self._most
        else:
            fits = quantity <= own.shares_free and len(own.orders) < self._most
        if fits:
            self.log.append((PLACE, tick, trader, number, side, action.price, quantity))
            self._enter(own, order, lasting)
        return fits

    def _meets(self, own: Holder, order: Order, lasting: TimeInForce) -> bool:
        """Whether an immediate order is covered and finds something, a fill-or-kill order enough."""
        if order.side is SELL:
            covered = order.quantity <= own.shares_free
        else:
            covered = most_it_costs(self.book, order, lasting) <= own.cash_free
        available = self.book.available(order)
        return covered and (available >= order.quantity if lasting is FOK else available > 0)

    def _replace(self, own: Holder, action: ReplaceOrder) -> bool:
        """Shrink an order where it stands, or take it out and place it anew at the back of the queue."""
        old, price, quantity = own.orders.get(action.order_id), action.price, action.quantity
        if old is None:
            return False
        if price == old.price and quantity <= old.quantity:
            return self._shrink(own, old, quantity)
        side, gone = old.side, action.order_id
        promised = old.price * old.quantity if side is BUY else old.quantity
        fits = price * quantity <= own.cash_free + promised if side is BUY else quantity <= own.shares_free + promised
        if not (fits and self._low <= price <= self._high):
            return False
        self.book.cancel(gone)
        del own.orders[gone]
        if side is BUY:
            own.cash_free += promised
        else:
            own.shares_free += promised
        tick, trader, number = self.tick, own.trader, self._next
        self.log.append((REPLACE, tick, trader, number, side, price, quantity, gone))
        self._enter(own, Order(number, trader, side, price, quantity, quantity, tick), PERIOD)
        return True

    def _shrink(self, own: Holder, order: Order, quantity: int) -> bool:
        gone = order.quantity - quantity
        if order.side is BUY:
            own.cash_free += order.price * gone
        else:
            own.shares_free += gone
        self.book.reduce(order.id, quantity)
        self.commands += 1
        self.log.append((REPLACE, self.tick, own.trader, order.id, order.side, order.price, quantity, order.id))
        return True

    def _cancel(self, own: Holder, number: int) -> bool:
        order = own.orders.get(number)
        if order is None:
            return False
        self.book.cancel(number)
        own.release(order)
        self.commands += 1
        self.log.append((CANCEL, self.tick, own.trader, number, order.side, order.price, order.quantity))
        return True

    def _enter(self, own: Holder, order: Order, lasting: TimeInForce) -> None:
        """Match an order that passed all checks; what rests of it is promised."""
        self.commands += 1
        self._next += 1
        placement = self.book.place(order, lasting)
        if placement is not STANDS:
            fills, cancelled, rests = placement
            for stale in cancelled:
                own.release(stale)
                self._drop(stale, "self_trade")
            self._settle(own, order, fills)
            if not rests:
                if order.quantity:
                    self._drop(order, "not_filled")
                return
        own.orders[order.id] = order
        if order.side is BUY:
            own.cash_free -= order.price * order.quantity
        else:
            own.shares_free -= order.quantity

    def _settle(self, own: Holder, taker: Order, fills: Any) -> None:
        """Cash for shares. What the resting order had promised is what it gives, so that only the rest changes."""
        side, number, trader, tick = taker.side, taker.id, own.trader, self.tick
        log, prints = self.log.append, self.prints
        for maker, price, quantity in fills:
            other, money = self.accounts[maker.trader], price * quantity
            if not maker.quantity:
                del other.orders[maker.id]
            if side is BUY:
                other.cash_free += money
                shares = quantity
            else:
                other.shares_free += quantity
                money, shares = -money, -quantity
            own.cash -= money
            own.cash_free -= money
            own.shares += shares
            own.shares_free += shares
            other.cash += money
            other.shares -= shares
            self.volume += quantity
            self.prices.append(price)
            prints.append(_make(Print, (len(prints) + 1, 1, tick, price, quantity, side)))
            log((TRADE, tick, trader, number, side, price, quantity, other.trader, maker.id))

    def _drop(self, order: Order, reason: str) -> None:
        row = (DROPPED, self.tick, order.trader, order.id, order.side, order.price, order.quantity, reason)
        self.log.append(row)

    def close(self) -> None:
        """The period ends: all orders lapse."""
        for order in self.book.clear():
            self.accounts[order.trader].release(order)
            self._drop(order, "period_end")

    # When it is over

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """The log with the number of the market event that each row belongs to, from 1, which is the opening."""
        number = 1
        for row in self.log:
            last = row[0] == DROPPED and row[7] == "period_end"
            number += row[0] in COMMANDS
            yield (self.events + 1 if last else number), row

    @property
    def trades(self) -> list[Trade]:
        """As `market.Exchange` has them."""
        rows = (row for row in self.log if row[0] == TRADE)
        return [_trade(number, *row[1:]) for number, row in enumerate(rows, 1)]

    def state_hash(self) -> str:
        """A hash of what stands now: book in priority and accounts. 16 hex digits."""
        orders = [astuple(order) for side in (self.book.bids, self.book.asks) for order in side.orders()]
        accounts = [(one.trader, one.cash, one.shares) for one in self.accounts.values()]
        return blake2b(json.dumps([orders, accounts]).encode(), digest_size=8).hexdigest()


def _trade(
    number: int, tick: int, taker: str, order: int, side: Side, price: int, quantity: int, maker: str, resting: int
) -> Trade:
    ends = (taker, maker) if side is BUY else (maker, taker)
    orders = (order, resting) if side is BUY else (resting, order)
    return Trade(number, 1, float(tick), *ends, price, quantity, side, *orders)
