"""Matching engines behind one function each: how long a stream takes, and what traded. Peers are imported when named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

from benchmarks.stream import CANCEL, LIMIT, MARKET, MIDDLE, Message

# A resting order's number, the price and the shares that it traded.
Execution = tuple[int, int, int]


class Timing(NamedTuple):
    """Seconds for a stream, and every execution in order: equal for all engines, or they did different work."""

    seconds: float
    executions: list[Execution]


Engine = Callable[[Sequence[Message]], Timing]


def openpit(messages: Sequence[Message]) -> Timing:
    """Our book, self-trade prevention on, a full log kept as flat tuples."""
    from market.book import OrderBook
    from market.orders import Order, Side, TimeInForce

    book, log = OrderBook("cancel_resting"), list[tuple[object, ...]]()
    record, buy, sell, lasting, immediate = log.append, Side.BUY, Side.SELL, TimeInForce.PERIOD, TimeInForce.IOC
    start = perf_counter()
    for kind, number, trader, buying, price, quantity in messages:
        if kind == CANCEL:
            book.cancel(number)
            record(("cancel", number, trader))
            continue
        side = buy if buying else sell
        limit = price if kind == LIMIT else 2 * MIDDLE if buying else 1
        order = Order(number, trader, side, limit, quantity, quantity, 0.0)
        placement = book.place(order, lasting if kind == LIMIT else immediate)
        record(("place", number, trader, side, limit, quantity, placement.resting))
        for maker, paid, shares in placement.fills:
            record(("trade", number, trader, maker.id, maker.trader, paid, shares))
    seconds = perf_counter() - start
    return Timing(seconds, [(line[3], line[5], line[6]) for line in log if line[0] == "trade"])  # type: ignore[misc]


def lightmatchingengine(messages: Sequence[Message]) -> Timing:
    """Numbers its orders itself, in the order of placing, as the stream does. A price of 0 is a market order."""
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

    engine, done = LightMatchingEngine(), []
    start = perf_counter()
    for kind, number, _, buying, price, quantity in messages:
        if kind == CANCEL:
            engine.cancel_order(number, "share")
            continue
        order, trades = engine.add_order("share", price, quantity, Side.BUY if buying else Side.SELL)
        if trades:
            done.append((order, trades))
    seconds = perf_counter() - start
    # It lists each execution from both sides; the resting order's is the one that has not the taker's number.
    both = [(one.order_id, one.trade_price, one.trade_qty, order.order_id) for order, trades in done for one in trades]
    return Timing(seconds, [(maker, price, quantity) for maker, price, quantity, taker in both if maker != taker])


def convexpi_arena(messages: Sequence[Message]) -> Timing:
    from convexpi.arena.engine import Order, OrderBook, OrderType, Side

    book, done = OrderBook(), []
    start = perf_counter()
    for tick, (kind, number, trader, buying, price, quantity) in enumerate(messages):
        if kind == CANCEL:
            book.cancel(number, trader)
            continue
        side = Side.BUY if buying else Side.SELL
        if kind == MARKET:
            order = Order(trader, side, quantity, None, OrderType.MARKET, None, number)
        else:
            order = Order(trader, side, quantity, price, OrderType.LIMIT, None, number)
        done += book.submit(order, tick)
    seconds = perf_counter() - start
    return Timing(seconds, [(trade.maker_order_id, trade.price, trade.qty) for trade in done])


ENGINES: dict[str, Engine] = {
    "openpit": openpit,
    "lightmatchingengine": lightmatchingengine,
    "convexpi_arena": convexpi_arena,
}
