"""The best prices of a market after each event, from a book that follows the events. Knows no tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from market.book import OrderBook
from market.events import Cancelled, Event, Outcome, Rested
from market.orders import Order, Side, Trade


def best_quotes(events: Iterable[Event]) -> Iterator[tuple[Event, dict[str, object]]]:
    """Each event that changed a best price or its size, with bid, bid_quantity, ask and ask_quantity after it."""
    book, last = OrderBook(), _top(OrderBook())
    for event in events:
        for outcome in event.outcomes:
            _follow(book, outcome)
        if (top := _top(book)) != last:
            last = top
            yield event, top


def _top(book: OrderBook) -> dict[str, object]:
    bid, ask = book.quote()
    return {
        "bid": bid,
        "bid_quantity": None if bid is None else book.bids.total(bid),
        "ask": ask,
        "ask_quantity": None if ask is None else book.asks.total(ask),
    }


def _follow(book: OrderBook, outcome: Outcome) -> None:
    """Do to the book what an outcome says; orders that never stood in it are unknown to it and passed over."""
    match outcome:
        case Trade():
            maker = outcome.ask_id if outcome.aggressor is Side.BUY else outcome.bid_id
            _shrink(book, maker, book.orders[maker].quantity - outcome.quantity)
        case Cancelled():
            book.cancel(outcome.order_id)
        case Rested(number, side, price, quantity):
            if number in book.orders:
                _shrink(book, number, quantity)
            else:
                book.place(Order(number, "", side, price, quantity, quantity, 0.0))


def _shrink(book: OrderBook, order_id: int, quantity: int) -> None:
    if quantity:
        book.reduce(order_id, quantity)
    else:
        book.cancel(order_id)
