"""A slow and obvious call auction to compare with: it tries every price, and hands out shares one by one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from market.orders import Order, Side


def reference_call(orders: Sequence[Order], reference: int | None, rationing: str) -> tuple[int | None, dict[int, int]]:
    """(price, shares traded by order number); orders in the order of time."""
    table = [(price, wanted(orders, price), offered(orders, price)) for price in range(202)]
    most = max(min(demand, supply) for _, demand, supply in table)
    if most == 0:
        return reference, {}
    table = [row for row in table if min(row[1:]) == most]
    least = min(abs(demand - supply) for _, demand, supply in table)
    table = [row for row in table if abs(row[1] - row[2]) == least]
    price = pick(table, reference)
    bids = sorted((one for one in orders if one.side is Side.BUY), key=lambda one: -one.price)
    asks = sorted((one for one in orders if one.side is Side.SELL), key=lambda one: one.price)
    return price, {**fill(bids, most, rationing), **fill(asks, most, rationing)}


def wanted(orders: Sequence[Order], price: int) -> int:
    return sum(one.quantity for one in orders if one.side is Side.BUY and one.price >= price)


def offered(orders: Sequence[Order], price: int) -> int:
    return sum(one.quantity for one in orders if one.side is Side.SELL and one.price <= price)


def pick(table: list[tuple[int, int, int]], reference: int | None) -> int:
    prices = [price for price, _, _ in table]
    if all(demand > supply for _, demand, supply in table):
        return max(prices)
    if all(demand < supply for _, demand, supply in table):
        return min(prices)
    aim = (min(prices) + max(prices)) // 2 if reference is None else reference
    return min(prices, key=lambda price: abs(price - aim))


def fill(ranked: Sequence[Order], shares: int, rationing: str) -> dict[int, int]:
    """The better prices whole; at the last price the first in time, or in proportion and then by what is missing."""
    filled: dict[int, int] = {}
    for price in dict.fromkeys(one.price for one in ranked):
        level = [one for one in ranked if one.price == price]
        total, left = sum(one.quantity for one in level), shares - sum(filled.values())
        due = {one.id: Fraction(one.quantity * left, total) for one in level}
        in_proportion = rationing == "pro_rata" and total > left
        if in_proportion:
            filled |= {one.id: int(due[one.id]) for one in level}
        for _ in range(shares - sum(filled.values())):
            open_ones = [one for one in level if filled.get(one.id, 0) < one.quantity]
            if open_ones:
                most_due = max(open_ones, key=lambda one: due[one.id] - filled.get(one.id, 0))
                one = most_due if in_proportion else open_ones[0]
                filled[one.id] = filled.get(one.id, 0) + 1
    return {number: quantity for number, quantity in filled.items() if quantity}
