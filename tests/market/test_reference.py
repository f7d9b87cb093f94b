"""The book against the reference book, command by command: 100,000 of them, or as many as OPENPIT_COMMANDS says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from market.book import SELF_TRADE_RULES, OrderBook, Placement
from market.orders import Order, Side, TimeInForce
from tests.market.reference_book import ReferenceBook

COMMANDS = int(os.environ.get("OPENPIT_COMMANDS", "100000"))
LASTING = [TimeInForce.PERIOD] * 8 + [TimeInForce.IOC, TimeInForce.FOK]


@pytest.mark.parametrize("rule", SELF_TRADE_RULES)
def test_the_book_answers_every_command_as_the_reference_does(rule: str) -> None:
    book, reference, rng = OrderBook(rule), ReferenceBook(rule), Random(f"{rule} {COMMANDS}")
    for number in range(1, COMMANDS // len(SELF_TRADE_RULES) + 2):
        if rng.random() < 0.4:
            known = rng.randint(max(1, number - 150), number)
            assert (book.cancel(known) is not None) == reference.cancel(known)
        elif rng.random() < 0.05:
            _reduce(book, reference, rng)
        else:
            order, lasting = _order(number, rng), rng.choice(LASTING)
            expected = reference.place(replace(order), lasting)
            assert _plain(order, book.place(order, lasting)) == expected
        if number % 50 == 0:
            assert list(_priority(book)) == _reference_priority(reference)


def _order(number: int, rng: Random) -> Order:
    quantity = rng.randint(1, 9)
    return Order(number, f"T{rng.randint(1, 8)}", rng.choice(list(Side)), rng.randint(90, 110), quantity, quantity, 0.0)


def _reduce(book: OrderBook, reference: ReferenceBook, rng: Random) -> None:
    if reference.orders:
        order = rng.choice(reference.orders)
        order.quantity = rng.randint(1, order.quantity)
        book.reduce(order.id, order.quantity)


def _plain(order: Order, placement: Placement) -> tuple[list[tuple[int, int, int]], list[int], int]:
    fills = [(fill.maker.id, fill.price, fill.quantity) for fill in placement.fills]
    return fills, [other.id for other in placement.cancelled], order.quantity if placement.rests else 0


def _priority(book: OrderBook) -> Iterator[tuple[int, int, int]]:
    """(order, price, shares) of both sides; the totals of levels must agree with their orders."""
    for side in (book.bids, book.asks):
        assert [side.total(price) for price in side.prices()] == [
            sum(order.quantity for order in side.levels[price].values()) for price in side.prices()
        ]
        assert list(side.ranked()) == side.prices()
        assert side.best() == next(iter(side.prices()), None)
        yield from ((order.id, order.price, order.quantity) for order in side.orders())


def _reference_priority(reference: ReferenceBook) -> list[tuple[int, int, int]]:
    bids = sorted((one for one in reference.orders if one.side is Side.BUY), key=lambda one: -one.price)
    asks = sorted((one for one in reference.orders if one.side is Side.SELL), key=lambda one: one.price)
    return [(order.id, order.price, order.quantity) for order in (*bids, *asks)]
