"""The double auction: everybody's orders come in random order to the project's own book; earlier orders set prices."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.random import Generator

from market.book import OrderBook
from market.orders import Order, Side
from worlds.forecast_goods.config import Market
from worlds.forecast_goods.market.orders import Ask, Deal, Want


def match(asks: Sequence[Ask], wants: Sequence[Want], config: Market, last: int | None, rng: Generator) -> list[Deal]:
    """Trades at the price of the order that was there first; what is left lapses with the round."""
    book, deals = OrderBook(), []
    orders = arrivals(asks, wants, rng)
    for order in orders:
        for fill in book.place(order).fills:
            maker, price, quantity = fill
            first, second = (maker.id, order.id) if order.side is Side.BUY else (order.id, maker.id)
            deals.append(Deal(first, second - len(asks), price, quantity))
    return deals


def arrivals(asks: Sequence[Ask], wants: Sequence[Want], rng: Generator) -> list[Order]:
    """All orders as they come, each order equally likely at each place. Numbers: asks first, then wants."""
    orders = [_order(number, one.seller, Side.SELL, one) for number, one in enumerate(asks)]
    orders += [_order(number, one.buyer, Side.BUY, one) for number, one in enumerate(wants, len(asks))]
    return [orders[place] for place in rng.permutation(len(orders)).tolist()]


def _order(number: int, trader: str, side: Side, one: Ask | Want) -> Order:
    return Order(number, trader, side, one.price, one.quantity, one.quantity, 0.0)
