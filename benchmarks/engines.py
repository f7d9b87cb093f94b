"""Matching engines behind one function each: how long a stream takes and what traded. Imports peers when named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time
from typing import Any, NamedTuple

from benchmarks.stream import CANCEL, LIMIT, MARKET, MIDDLE, TRADERS, Message

# A resting order's number (0: the engine does not tell), the price and the shares that it traded.
Execution = tuple[int, int, int]


class Timing(NamedTuple):
    """Seconds for a stream, and every execution in order: equal for all engines, or they did different work."""

    seconds: float
    executions: list[Execution]


Engine = Callable[[Sequence[Message]], Timing]


def openpit(messages: Sequence[Message]) -> Timing:
    """Our book, self-trade prevention on, every message and every execution kept in a log of flat tuples."""
    from market.book import OrderBook
    from market.orders import Order, Side, TimeInForce

    book = OrderBook("cancel_resting")
    place, cancel = book.place, book.cancel
    log: list[tuple[Any, ...]] = []
    record, buy, sell, lasting, immediate = log.append, Side.BUY, Side.SELL, TimeInForce.PERIOD, TimeInForce.IOC
    start = process_time()
    for kind, number, trader, buying, price, quantity in messages:
        if kind == CANCEL:
            cancel(number)
            record(("cancel", number, trader))
            continue
        limit = price if kind == LIMIT else 2 * MIDDLE if buying else 1
        order = Order(number, trader, buy if buying else sell, limit, quantity, quantity, 0.0)
        fills, _, rests = place(order, lasting if kind == LIMIT else immediate)
        record(("place", number, trader, buying, limit, quantity, rests))
        for maker, paid, shares in fills:
            record(("trade", number, maker.id, paid, shares))
    seconds = process_time() - start
    return Timing(seconds, [line[2:] for line in log if line[0] == "trade"])


def exchange(messages: Sequence[Message]) -> Timing:
    """The whole market: book, accounts, rules and events. Not a peer of the books: it does more."""
    from market.designs import design
    from market.events import OpenPeriod
    from market.exchange import Exchange
    from market.orders import CancelOrder, PlaceOrder, Side
    from market.treatments import Role

    rich = Role(name="rich", cash=10**9, shares=10**9)
    rules = design("asset_cda").with_changes(price_max=2 * MIDDLE, open_orders=10**6)
    pit = Exchange(rules, {f"{side}{number}": rich for side in "BS" for number in range(1, TRADERS + 1)})
    pit.operate(OpenPeriod())
    start = process_time()
    for kind, number, trader, buying, price, quantity in messages:
        if kind == CANCEL:
            pit.submit(trader, CancelOrder(number), 1.0)
        else:
            side = Side.BUY if buying else Side.SELL
            pit.submit(trader, PlaceOrder(side, price if kind == LIMIT else None, quantity), 1.0)
    seconds = process_time() - start
    makers = ((one.ask_id if one.aggressor is Side.BUY else one.bid_id, one) for one in pit.trades)
    return Timing(seconds, [(maker, one.price, one.quantity) for maker, one in makers])


def lightmatchingengine(messages: Sequence[Message]) -> Timing:
    """It numbers orders itself, in the order of placing, as the stream does. A price of 0 is a market order."""
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

    engine, done = LightMatchingEngine(), []
    add, cancel = engine.add_order, engine.cancel_order
    start = process_time()
    for kind, number, _, buying, price, quantity in messages:
        if kind == CANCEL:
            cancel(number, "share")
            continue
        order, trades = add("share", price, quantity, Side.BUY if buying else Side.SELL)
        if trades:
            done.append((order.order_id, trades))
    seconds = process_time() - start
    # Each execution is listed from both sides; the resting order's has not the taker's number.
    passive = (one for taker, trades in done for one in trades if one.order_id != taker)
    return Timing(seconds, [(one.order_id, one.trade_price, one.trade_qty) for one in passive])


def convexpi_arena(messages: Sequence[Message]) -> Timing:
    """Its order book, as its tick loop drives it."""
    from convexpi.arena.engine import Order, OrderBook, OrderType, Side

    book, done = OrderBook(), []
    submit, cancel = book.submit, book.cancel
    start = process_time()
    for tick, (kind, number, trader, buying, price, quantity) in enumerate(messages):
        if kind == CANCEL:
            cancel(number, trader)
            continue
        side = Side.BUY if buying else Side.SELL
        if kind == MARKET:
            order = Order(trader, side, quantity, None, OrderType.MARKET, None, number)
        else:
            order = Order(trader, side, quantity, price, OrderType.LIMIT, None, number)
        done += submit(order, tick)
    seconds = process_time() - start
    return Timing(seconds, [(trade.maker_order_id, trade.price, trade.qty) for trade in done])


def fastlob(messages: Sequence[Message]) -> Timing:
    """It names orders itself, has no market orders (here: limits beyond all prices) and tells shares by price alone."""
    from fastlob import OrderParams, OrderSide
    from fastlob.lob import Orderbook

    names: dict[int, str] = {}
    done: list[Any] = []
    with Orderbook() as book:
        process, cancel, bid, ask = book.process, book.cancel, OrderSide.BID, OrderSide.ASK
        start = process_time()
        for kind, number, _, buying, price, quantity in messages:
            if kind == CANCEL:
                cancel(names[number])
                continue
            limit = price if kind == LIMIT else 2 * MIDDLE if buying else 1
            result = process(OrderParams(bid if buying else ask, limit, quantity))
            names[number] = result.orderid()
            done.append(result)
        seconds = process_time() - start
    # what rests at once has none
    traded = (prices for one in done if (prices := one._execprices))
    return Timing(seconds, [(0, int(price), int(shares)) for prices in traded for price, shares in prices.items()])


def bourse(messages: Sequence[Message]) -> Timing:
    """Written in Rust. It numbers orders from 0, in the order of placing; its time must be told for time priority."""
    from bourse.core import OrderBook

    book = OrderBook(0, 1)
    place, cancel, at = book.place_order, book.cancel_order, book.set_time
    start = process_time()
    for kind, number, _, buying, price, quantity in messages:
        if kind == CANCEL:
            cancel(number - 1)
        else:
            at(number)
            place(buying, quantity, number, price if kind == LIMIT else None)
    seconds = process_time() - start
    return Timing(seconds, [(passive + 1, price, shares) for *_, price, shares, _, passive in book.get_trades()])


OURS = "openpit"
PYTHON_PEERS: dict[str, Engine] = {"lightmatchingengine": lightmatchingengine, "convexpi-arena": convexpi_arena}
PEERS: dict[str, Engine] = {**PYTHON_PEERS, "fastlob": fastlob, "bourse": bourse}
ENGINES: dict[str, Engine] = {OURS: openpit, **PEERS, "exchange": exchange}
