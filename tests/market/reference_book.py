"""An order book as one would explain it at a blackboard: one list, searched anew for every order. Slow and obvious."""

from __future__ import annotations

from market.orders import Order, Side, TimeInForce


class ReferenceBook:
    """Price-time priority over a list of orders in the order of arrival; answers with plain tuples."""

    def __init__(self, self_trade: str) -> None:
        self.self_trade = self_trade
        self.orders: list[Order] = []

    def place(self, order: Order, lasting: TimeInForce) -> tuple[list[tuple[int, int, int]], list[int], int]:
        """([(resting order, price, shares)], own orders cancelled, shares now resting)."""
        if lasting is TimeInForce.FOK and self.could_trade(order) < order.quantity:
            return [], [], 0
        fills: list[tuple[int, int, int]] = []
        cancelled: list[int] = []
        for other in self.opposite(order):
            if not order.quantity:
                break
            if other.trader == order.trader and self.self_trade == "cancel_incoming":
                lasting = TimeInForce.IOC
                break
            if other.trader == order.trader and self.self_trade == "cancel_resting":
                self.orders.remove(other)
                cancelled.append(other.id)
                continue
            shares = min(order.quantity, other.quantity)
            order.quantity -= shares
            other.quantity -= shares
            fills.append((other.id, other.price, shares))
        self.orders = [other for other in self.orders if other.quantity]
        if order.quantity and lasting is TimeInForce.PERIOD:
            self.orders.append(order)
            return fills, cancelled, order.quantity
        return fills, cancelled, 0

    def opposite(self, order: Order) -> list[Order]:
        """The orders that this one crosses: the best price first, then the earliest."""
        if order.side is Side.BUY:
            crossed = [other for other in self.orders if other.side is Side.SELL and other.price <= order.price]
            return sorted(crossed, key=lambda other: other.price)
        crossed = [other for other in self.orders if other.side is Side.BUY and other.price >= order.price]
        return sorted(crossed, key=lambda other: -other.price)

    def could_trade(self, order: Order) -> int:
        total = 0
        for other in self.opposite(order):
            if other.trader == order.trader and self.self_trade == "cancel_incoming":
                break
            total += 0 if other.trader == order.trader and self.self_trade == "cancel_resting" else other.quantity
        return total

    def cancel(self, order_id: int) -> bool:
        found = [order for order in self.orders if order.id == order_id]
        self.orders = [order for order in self.orders if order.id != order_id]
        return bool(found)
