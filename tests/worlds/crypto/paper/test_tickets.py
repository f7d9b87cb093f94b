"""Sizes and prices go to the exchange on its steps, and an order keeps its name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from worlds.crypto.paper.tickets import Instrument, legs, limit, link, quantity

BAR = datetime(2026, 11, 21, 8, tzinfo=UTC)
NAME = ("desk-1", BAR)
SOL = Instrument(
    symbol="SOL",
    lot=Decimal("0.1"),
    least=Decimal("0.1"),
    most=Decimal(1000),
    tick=Decimal("0.05"),
    least_value=Decimal(5),
)


@pytest.mark.parametrize(
    ("coins", "size"), [("1.29", "1.2"), ("-1.29", "1.2"), ("0.09", "0"), ("0.1", "0.1"), ("5000", "1000")]
)
def test_a_size_is_cut_to_the_lots_of_the_exchange_and_never_grows(coins: str, size: str) -> None:
    assert quantity(SOL, Decimal(coins)) == Decimal(size)


def test_a_limit_price_moves_to_the_tick_that_is_no_worse_for_its_owner() -> None:
    assert limit(SOL, "Buy", Decimal("100.07")) == Decimal("100.05")
    assert limit(SOL, "Sell", Decimal("100.07")) == Decimal("100.10")


def test_an_order_of_the_same_run_bar_and_coin_has_the_same_name() -> None:
    assert link("desk-1", BAR, "SOL", 1) == link("desk-1", BAR, "SOL", 1)
    names = {link(run, BAR, symbol, leg) for run in ("a", "b") for symbol in ("SOL", "DOGE") for leg in (1, 2)}
    assert len(names) == 8
    assert all(len(name) <= 36 for name in names)


def test_turning_round_closes_before_it_opens() -> None:
    first, second = legs(SOL, Decimal("-2"), Decimal("3"), Decimal(100), NAME)
    assert (first.side, first.quantity, first.reduce_only) == ("Buy", Decimal(2), True)
    assert (second.side, second.quantity, second.reduce_only) == ("Buy", Decimal(3), False)


def test_what_opens_has_a_name_of_its_own_also_when_what_closes_is_over_already() -> None:
    closing, opening = legs(SOL, Decimal("-2"), Decimal("3"), Decimal(100), NAME)
    (later,) = legs(SOL, Decimal(0), Decimal("3"), Decimal(100), NAME)
    assert later.link == opening.link != closing.link


def test_a_smaller_position_of_the_same_side_is_reached_by_reducing() -> None:
    (only,) = legs(SOL, Decimal("3"), Decimal("1"), Decimal(100), NAME)
    assert (only.side, only.quantity, only.reduce_only) == ("Sell", Decimal(2), True)


def test_what_is_below_the_smallest_value_is_not_sent_unless_it_closes() -> None:
    assert legs(SOL, Decimal(0), Decimal("0.2"), Decimal(10), NAME) == []
    (closing,) = legs(SOL, Decimal("0.2"), Decimal(0), Decimal(10), NAME)
    assert closing.quantity == Decimal("0.2")


def test_nothing_is_sent_where_the_position_is_as_wanted() -> None:
    assert legs(SOL, Decimal(2), Decimal("2.04"), Decimal(100), NAME) == []
