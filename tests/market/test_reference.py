"""The book against the reference book, command by command: 100,000 of them, or as many as OPENPIT_COMMANDS says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

import market.book as book_module
from market.book import SELF_TRADE_RULES, OrderBook, Placement
from market.orders import Order, Side, TimeInForce
from tests.market.reference_book import ReferenceBook

COMMANDS = int(os.environ.get("OPENPIT_COMMANDS", "100000"))
LASTING = [TimeInForce.PERIOD] * 8 + [TimeInForce.IOC, TimeInForce.FOK]


@pytest.mark.parametrize("short", [2, book_module.SHORT], ids=["long queues", "short queues"])
@pytest.mark.parametrize("rule", SELF_TRADE_RULES)
def test_the_book_answers_every_command_as_the_reference_does(
    rule: str, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "SHORT", short)
    book, reference, rng = OrderBook(rule), ReferenceBook(rule), Random(f"{rule} {COMMANDS}")
    for number in range(1, COMMANDS // (2 * len(SELF_TRADE_RULES)) + 2):
        if rng.random() < (0.7 if len(reference.orders) > 60 else 0.15):
            known = _number(reference, number, rng)
            assert (book.cancel(known) is not None) == reference.cancel(known)
        elif rng.random() < 0.05:
            _reduce(book, reference, rng)
        else:
            order, lasting = _order(number, rng), rng.choice(LASTING)
            expected = reference.place(replace(order), lasting)
            assert _plain(order, book.place(order, lasting)) == expected
        if number % 50 == 0:
            assert list(_priority(book)) == _reference_priority(reference)


def _number(reference: ReferenceBook, last: int, rng: Random) -> int:
    """Of an order in the book, so that it stays of one size, or of any of the latest."""
    if reference.orders and rng.random() < 0.8:
        return rng.choice(reference.orders).id
    return rng.randint(max(1, last - 150), last)


def _order(number: int, rng: Random) -> Order:
    """Prices of the two sides overlap enough to trade often, and little enough to leave a book."""
    side, quantity = rng.choice(list(Side)), rng.randint(1, 9)
    price = rng.randint(86, 106) if side is Side.BUY else rng.randint(94, 114)
    return Order(number, f"T{rng.randint(1, 8)}", side, price, quantity, quantity, 0.0)


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
