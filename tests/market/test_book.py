"""Sentences about the order book."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from market.book import OrderBook
from market.orders import Order, Quote
from tests.market.builders import BUY, FOK, IOC, SELL, ask, bid, book_with, fills


def test_an_earlier_order_at_the_same_price_trades_first() -> None:
    book = book_with(ask("early", 101), ask("late", 101))
    assert fills(book.place(bid("b", 101))) == [("early", 101, 1)]


def test_a_better_price_trades_before_an_earlier_order() -> None:
    book = book_with(bid("early", 99), bid("better", 100))
    assert fills(book.place(ask("s", 99))) == [("better", 100, 1)]


def test_the_trade_prints_at_the_price_of_the_resting_order() -> None:
    book = book_with(ask("s", 90))
    assert fills(book.place(bid("b", 120))) == [("s", 90, 1)]


def test_an_order_that_crosses_nothing_stands() -> None:
    book = book_with(ask("s", 101))
    assert book.place(bid("b", 100, 3)).rests
    assert book.quote() == Quote(100, 101)
    assert book.quote().spread == 1
    assert book.quote().mid == 100.5


def test_an_empty_side_has_no_quote() -> None:
    quote = OrderBook().quote()
    assert (quote.bid, quote.ask, quote.spread, quote.mid) == (None, None, None, None)


def test_a_large_order_walks_the_book_and_its_rest_stands() -> None:
    book = book_with(ask("a", 100, 2), ask("b", 101, 2), ask("c", 103, 2))
    placement = book.place(bid("taker", 101, 5))
    assert fills(placement) == [("a", 100, 2), ("b", 101, 2)]
    assert placement.rests
    assert book.depth(BUY) == [(101, 1)]
    assert book.quote() == Quote(101, 103)


def test_a_partly_filled_order_keeps_its_place() -> None:
    first, second = ask("first", 100, 3), ask("second", 100, 3)
    book = book_with(first, second)
    book.place(bid("b", 100, 1))
    assert first.quantity == 2
    assert fills(book.place(bid("b", 100, 3))) == [("first", 100, 2), ("second", 100, 1)]


def test_the_rest_of_an_immediate_order_lapses() -> None:
    book = book_with(ask("s", 100, 2))
    placement = book.place(bid("b", 100, 5), IOC)
    assert fills(placement) == [("s", 100, 2)]
    assert not placement.rests
    assert book.quote() == Quote(None, None)


def test_fill_or_kill_fills_whole_or_does_nothing() -> None:
    book = book_with(ask("a", 100, 2), ask("b", 101, 2))
    assert fills(book.place(bid("taker", 101, 5), FOK)) == []
    assert book.depth(SELL) == [(100, 2), (101, 2)]
    assert fills(book.place(bid("taker", 101, 4), FOK)) == [("a", 100, 2), ("b", 101, 2)]


def test_fill_or_kill_does_not_count_own_orders_and_leaves_them_alone_when_killed() -> None:
    own = ask("me", 100, 5)
    book = book_with(own, ask("other", 101, 1))
    placement = book.place(bid("me", 101, 2), FOK)
    assert not placement.fills
    assert not placement.cancelled
    assert own.id in book.orders


def test_a_cancelled_order_trades_no_more() -> None:
    first = ask("first", 100)
    book = book_with(first, ask("second", 100))
    assert book.cancel(first.id) is first
    assert fills(book.place(bid("b", 100))) == [("second", 100, 1)]


def test_cancelling_an_unknown_order_does_nothing() -> None:
    book = book_with(ask("s", 100))
    assert book.cancel(-1) is None
    assert book.depth(SELL) == [(100, 1)]


def test_a_smaller_order_keeps_its_place() -> None:
    first, second = bid("first", 100, 5), bid("second", 100, 5)
    book = book_with(first, second)
    book.reduce(first.id, 2)
    assert book.depth(BUY) == [(100, 7)]
    assert fills(book.place(ask("s", 100, 3))) == [("first", 100, 2), ("second", 100, 1)]


@pytest.mark.parametrize("quantity", [0, -1, 6])
def test_an_order_cannot_be_reduced_to_nothing_or_to_more(quantity: int) -> None:
    order = bid("b", 100, 5)
    with pytest.raises(ValueError, match=r"can shrink to 1\.\.5 shares, not"):
        book_with(order).reduce(order.id, quantity)


def test_meeting_an_own_order_cancels_the_resting_one() -> None:
    own = ask("me", 100)
    book = book_with(own, ask("other", 100))
    placement = book.place(bid("me", 100))
    assert list(placement.cancelled) == [own]
    assert fills(placement) == [("other", 100, 1)]


def test_meeting_an_own_order_cancels_the_incoming_one_after_what_came_before_it() -> None:
    book = book_with(ask("other", 99), ask("me", 100), ask("other", 101), self_trade="cancel_incoming")
    placement = book.place(bid("me", 101, 3))
    assert fills(placement) == [("other", 99, 1)]
    assert not placement.rests
    assert book.depth(SELL) == [(100, 1), (101, 1)]
    assert book.depth(BUY) == []


def test_self_trade_may_be_allowed() -> None:
    book = book_with(ask("me", 100), self_trade="allow")
    assert fills(book.place(bid("me", 100))) == [("me", 100, 1)]


def test_an_unknown_self_trade_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"Unknown self-trade rule 'never'. Known: cancel_resting, cancel_incoming"):
        OrderBook("never")


def test_depth_adds_up_shares_by_price_from_the_best_on() -> None:
    book = book_with(bid("a", 98, 2), bid("b", 99, 1), bid("c", 98, 3), bid("d", 95, 1))
    assert book.depth(BUY) == [(99, 1), (98, 5), (95, 1)]
    assert book.depth(BUY, 2) == [(99, 1), (98, 5)]


def test_the_best_price_comes_back_after_a_level_emptied_and_filled_again() -> None:
    best = ask("a", 100)
    book = book_with(best, ask("b", 105), ask("c", 103))
    book.cancel(best.id)
    assert book.depth(SELL, 1) == [(103, 1)]
    book.place(ask("d", 100))
    assert book.depth(SELL, 3) == [(100, 1), (103, 1), (105, 1)]


@pytest.mark.parametrize(("near", "far"), [(lambda: bid("b", 5000), bid), (lambda: ask("s", 1), ask)])
def test_quotes_that_came_and_went_far_from_the_best_leave_nothing_behind(
    near: Callable[[], Order], far: Callable[[str, int], Order]
) -> None:
    order = near()
    book, kept = book_with(order), [4000, 3000, 2000]
    for price in kept:
        book.place(far("x", price))
    for price in range(1001, 2000):
        placed = far("x", price)
        book.place(placed)
        book.cancel(placed.id)
    side = book.side(order.side)
    assert len(side.heap) < 200
    assert list(side.ranked()) == side.prices() == sorted([order.price, *kept], reverse=order.side is BUY)


def test_queue_position_counts_the_orders_and_shares_ahead() -> None:
    last = bid("c", 100, 9)
    book = book_with(bid("a", 100, 2), bid("better", 101, 50), bid("b", 100, 3), last)
    assert book.queue_position(last.id) == (2, 5)
    with pytest.raises(KeyError):
        book.queue_position(-1)


def test_what_an_order_takes_is_told_without_taking_it() -> None:
    book = book_with(ask("a", 100, 2), ask("me", 100, 2), ask("b", 102, 2))
    order = bid("me", 102, 3)
    assert [(fill.maker.trader, fill.quantity) for fill in book.takes(order)] == [("a", 2), ("b", 1)]
    assert book.available(order) == 3
    assert book.depth(SELL) == [(100, 4), (102, 2)]


def test_clearing_takes_out_everything_in_priority() -> None:
    book = book_with(ask("s", 105), bid("low", 90), bid("high", 95), bid("high, later", 95))
    assert [order.trader for order in book.clear()] == ["high", "high, later", "low", "s"]
    assert book.quote() == Quote(None, None)
    assert book.orders == {}
