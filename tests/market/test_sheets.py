"""Sentences about the orders of one trader in a call market: one by one, and on a sheet."""

from __future__ import annotations

import pytest

from market.encoding import decode_command, encode_command
from market.orders import SheetOrder, Side, SubmitSheet
from market.treatments import Role
from tests.market.builders import (
    BUY,
    SELL,
    buy,
    call,
    closed,
    opened,
    play,
    refusal,
    replace,
    resting,
    sell,
    sheet,
)

# One trader's orders


def test_own_orders_may_not_cross() -> None:
    market = opened(call())
    play(market, ("T1", sell(50)))
    assert refusal(market, "T1", buy(50)) == "crosses_own"
    assert refusal(market, "T1", buy(60)) == "crosses_own"
    play(market, ("T1", buy(49)))
    assert refusal(market, "T1", replace(2, 50)) == "crosses_own"
    assert refusal(market, "T1", replace(1, 49)) == "crosses_own"


def test_an_order_may_move_past_the_place_where_it_stood() -> None:
    market = opened(call())
    play(market, ("T1", sell(50)), ("T1", replace(1, 30)), ("T1", buy(29)))


def test_all_bids_together_stay_within_cash_and_all_offers_within_shares() -> None:
    market = opened(call(Role(name="poor", cash=100, shares=2)))
    play(market, ("T1", buy(60)), ("T1", sell(70, 2)))
    assert refusal(market, "T1", buy(41)) == "no_cash"
    assert refusal(market, "T1", sell(80)) == "no_shares"
    play(market, ("T1", buy(40)))


# Sheets


def test_a_sheet_takes_the_place_of_all_earlier_orders() -> None:
    market = opened(call())
    play(market, ("T1", buy(30, 2)), ("T1", sheet(buy(40), sell(60, 3))), ("T1", sheet(sell(55), buy(50, 2))))
    assert (resting(market, BUY), resting(market, SELL)) == ([("T1", 50, 2)], [("T1", 55, 1)])
    assert market.accounts["T1"].cash_reserved == 100


def test_a_sheet_without_orders_takes_all_back() -> None:
    market = opened(call())
    play(market, ("T1", sheet(buy(40), sell(60))), ("T1", sheet()))
    assert market.book.orders == {}
    assert market.accounts["T1"].cash_reserved == 0


def test_what_the_old_sheet_promised_is_free_for_the_new_one() -> None:
    market = opened(call(Role(name="poor", cash=100, shares=2)))
    play(market, ("T1", sheet(buy(50, 2), sell(60, 2))), ("T1", sheet(buy(100), sell(101, 2))))
    assert resting(market, BUY) == [("T1", 100, 1)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (sheet(buy(10), buy(91)), "no_cash"),
        (sheet(buy(10), sell(60), sell(61, 2)), "no_shares"),
        (sheet(buy(60), sell(60)), "crosses_own"),
        (sheet(sell(60), buy(60)), "crosses_own"),
        (sheet(buy(10), buy(201)), "price_limits"),
        (sheet(*(buy(1) for _ in range(21))), "too_many_orders"),
        (SubmitSheet((SheetOrder(BUY, 10, 0),)), "bad_quantity"),
        (SubmitSheet((SheetOrder(BUY, None, 1),)), "call_order_type"),  # type: ignore[arg-type]
        (SubmitSheet((SheetOrder("up", 10, 1),)), "bad_side"),  # type: ignore[arg-type]
        (SubmitSheet((SheetOrder(BUY, 1.5, 1),)), "bad_price"),  # type: ignore[arg-type]
        (SubmitSheet(((BUY, 10),)), "bad_sheet"),  # type: ignore[arg-type]
        (SubmitSheet("buy everything"), "bad_sheet"),  # type: ignore[arg-type]
        (SubmitSheet(None), "bad_sheet"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_a_refused_sheet_leaves_the_old_one_in_force(wrong: SubmitSheet, code: str) -> None:
    market = opened(call(Role(name="poor", cash=100, shares=2)))
    play(market, ("T1", sheet(buy(50), sell(70))))
    assert refusal(market, "T1", wrong) == code
    assert (resting(market, BUY), resting(market, SELL)) == ([("T1", 50, 1)], [("T1", 70, 1)])


def test_a_sheet_that_is_sent_again_comes_after_those_that_stood_meanwhile() -> None:
    market = opened(call())
    play(market, ("T1", sheet(buy(50))), ("T2", sheet(buy(50))), ("T1", sheet(buy(50))), ("T3", sheet(sell(50))))
    assert closed(market) == [("T2", "T3", 1, 50)]


def test_where_orders_are_placed_one_by_one_a_sheet_is_refused() -> None:
    assert refusal(opened(), "T1", sheet(buy(50))) == "no_sheets"


def test_one_order_a_side_holds_for_sheets() -> None:
    market = opened(call(one_order_a_side=True, single_unit=True))
    play(market, ("T1", sheet(buy(50), sell(60))))
    assert refusal(market, "T1", sheet(buy(50), buy(51))) == "one_order_a_side"
    assert refusal(market, "T1", sheet(buy(50, 2))) == "single_unit"


def test_a_sheet_survives_json() -> None:
    written = SubmitSheet((SheetOrder(BUY, 50, 2), SheetOrder(SELL, 60, 1)))
    assert encode_command(written) == ["sheet", ((Side.BUY, 50, 2), (Side.SELL, 60, 1))]
    assert decode_command(["sheet", [["buy", 50, 2], ["sell", 60, 1]]]) == written
    assert decode_command(["sheet", []]) == SubmitSheet()


@pytest.mark.parametrize("document", [["sheet"], ["sheet", "all"], ["sheet", [5]], ["sheet", [["buy", 5]]]])
def test_what_is_no_sheet_is_named(document: list[object]) -> None:
    with pytest.raises(ValueError, match="Unknown command"):
        decode_command(document)
