"""Sentences about trading on the exchange: promises, times in force, replacing, self-trade."""

from __future__ import annotations

import pytest

from market.fields import LARGEST
from market.orders import Side, TimeInForce
from tests.market.builders import (
    BUY,
    FOK,
    IOC,
    SELL,
    buy,
    cancel,
    opened,
    play,
    refusal,
    replace,
    resting,
    sell,
    treatment,
)


def test_a_trade_moves_cash_and_shares_at_the_resting_price() -> None:
    market = opened()
    _, receipt = play(market, ("T1", sell(50, 2)), ("T2", buy(60, 2)))
    assert (receipt.status, receipt.quantity) == ("traded", 2)
    assert (market.accounts["T1"].cash, market.accounts["T1"].shares) == (1100, 8)
    assert (market.accounts["T2"].cash, market.accounts["T2"].shares) == (900, 12)
    [trade] = market.trades
    assert (trade.buyer, trade.seller, trade.price, trade.aggressor) == ("T2", "T1", 50, Side.BUY)


def test_a_resting_bid_reserves_its_price_and_a_resting_offer_its_shares() -> None:
    market = opened()
    play(market, ("T1", buy(40, 3)), ("T1", sell(90, 4)))
    account = market.accounts["T1"]
    assert (account.cash_reserved, account.cash_free, account.shares_reserved, account.shares_free) == (120, 880, 4, 6)


def test_a_better_price_frees_what_was_reserved_beyond_it() -> None:
    market = opened()
    play(market, ("T1", sell(30)), ("T2", buy(50, 3)))
    assert market.accounts["T2"].cash == 970
    assert market.accounts["T2"].cash_reserved == 100


def test_cash_cannot_be_promised_twice() -> None:
    market = opened()
    play(market, ("T1", buy(100, 6)))
    assert refusal(market, "T1", buy(100, 5)) == "no_cash"
    play(market, ("T1", buy(100, 4)))


def test_shares_cannot_be_promised_twice() -> None:
    market = opened()
    play(market, ("T1", sell(150, 6)))
    assert refusal(market, "T1", sell(150, 5)) == "no_shares"
    play(market, ("T1", sell(150, 4)))


def test_credit_lets_cash_go_below_zero_up_to_the_limit() -> None:
    market = opened(treatment(credit_limit=500))
    play(market, ("T1", sell(150, 10)), ("T2", buy(150, 10)))
    assert market.accounts["T2"].cash == -500
    assert refusal(market, "T2", buy(1)) == "no_cash"


def test_without_a_credit_limit_cash_never_binds() -> None:
    market = opened(treatment(credit_limit=None))
    play(market, ("T1", buy(200, 1_000_000)))
    assert market.accounts["T1"].cash_free is None


def test_shares_may_be_sold_short_up_to_the_limit() -> None:
    market = opened(treatment(short_limit=5))
    play(market, ("T1", buy(10, 15)), ("T2", sell(10, 15)))
    assert market.accounts["T2"].shares == -5
    assert refusal(market, "T2", sell(10)) == "no_shares"


def test_a_market_order_takes_what_is_there_and_never_rests() -> None:
    market = opened()
    play(market, ("T1", sell(50, 2)), ("T2", sell(55, 2)))
    [receipt] = play(market, ("T3", buy(None, 3)))
    assert [(trade.price, trade.quantity) for trade in receipt.trades] == [(50, 2), (55, 1)]
    play(market, ("T3", buy(None, 5)))
    assert resting(market, BUY) == []


def test_a_market_order_needs_cash_for_what_it_meets_only() -> None:
    market = opened()
    play(market, ("T1", sell(100, 5)), ("T2", sell(180, 5)))
    assert refusal(market, "T3", buy(None, 8)) == "no_cash"
    play(market, ("T3", buy(None, 7)))
    assert market.accounts["T3"].cash == 1000 - 500 - 360


def test_own_orders_cost_a_market_order_nothing() -> None:
    market = opened(traders=2)
    play(market, ("T1", sell(1, 3)), ("T2", sell(200, 5)), ("T1", buy(None, 5)))
    assert market.accounts["T1"].cash == 0
    assert [trade.seller for trade in market.trades] == ["T2"]


@pytest.mark.parametrize("lasting", [IOC, FOK])
def test_an_immediate_order_that_finds_nothing_is_refused(lasting: TimeInForce) -> None:
    market = opened()
    play(market, ("T1", sell(50)))
    assert refusal(market, "T2", buy(49, 1, lasting)) == "nothing_to_trade_with"
    assert refusal(market, "T2", sell(None)) == "nothing_to_trade_with"


def test_a_fill_or_kill_order_that_finds_too_little_is_refused() -> None:
    market = opened()
    play(market, ("T1", sell(50, 2)))
    assert refusal(market, "T2", buy(50, 3, FOK)) == "not_filled_whole"
    [receipt] = play(market, ("T2", buy(50, 2, FOK)))
    assert receipt.quantity == 2


def test_an_order_can_be_cancelled_once_and_frees_its_promise() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)), ("T1", cancel(1)))
    assert market.accounts["T1"].cash_free == 1000
    assert refusal(market, "T1", cancel(1)) == "unknown_order"


def test_nobody_cancels_or_replaces_the_order_of_another() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)))
    assert refusal(market, "T2", cancel(1)) == "unknown_order"
    assert refusal(market, "T2", replace(1, 40)) == "unknown_order"


def test_a_smaller_replacement_keeps_its_number_and_its_place() -> None:
    market = opened()
    _, _, receipt = play(market, ("T1", buy(50, 3)), ("T2", buy(50, 1)), ("T1", replace(1, 50, 2)))
    assert receipt.order_id == 1
    assert resting(market, BUY) == [("T1", 50, 2), ("T2", 50, 1)]
    assert market.accounts["T1"].cash_reserved == 100


def test_a_larger_replacement_goes_to_the_back_of_the_queue() -> None:
    market = opened()
    _, _, receipt = play(market, ("T1", buy(50, 1)), ("T2", buy(50, 1)), ("T1", replace(1, 50, 2)))
    assert receipt.order_id == 3
    assert resting(market, BUY) == [("T2", 50, 1), ("T1", 50, 2)]


def test_a_replacement_may_trade_at_once() -> None:
    market = opened()
    _, _, receipt = play(market, ("T1", sell(60)), ("T2", buy(50)), ("T2", replace(2, 60)))
    assert receipt.status == "traded"
    assert market.book.orders == {}


def test_a_replacement_is_checked_as_if_the_old_order_were_gone() -> None:
    market = opened(treatment(one_order_a_side=True, open_orders=1))
    play(market, ("T1", buy(100, 10)), ("T1", replace(1, 99, 10)))
    assert resting(market, BUY) == [("T1", 99, 10)]


def test_a_refused_replacement_leaves_the_order_in_its_place() -> None:
    market = opened()
    play(market, ("T1", buy(50, 1)), ("T1", buy(40, 1)), ("T2", buy(50, 1)))
    assert refusal(market, "T1", replace(1, 199, 10)) == "no_cash"
    assert refusal(market, "T1", replace(1, 201, 1)) == "price_limits"
    assert resting(market, BUY) == [("T1", 50, 1), ("T2", 50, 1), ("T1", 40, 1)]


def test_a_replacement_without_a_price_is_refused() -> None:
    market = opened()
    play(market, ("T1", buy(50)), ("T2", sell(90)))
    assert refusal(market, "T1", replace(1, None)) == "bad_price"  # type: ignore[arg-type]


def test_under_cancel_resting_an_own_order_in_the_way_is_withdrawn() -> None:
    market = opened()
    play(market, ("T1", sell(50, 2)), ("T2", sell(50)), ("T1", buy(50)))
    assert [trade.seller for trade in market.trades] == ["T2"]
    assert market.accounts["T1"].shares_reserved == 0


def test_under_cancel_incoming_an_order_that_would_meet_an_own_one_first_is_refused() -> None:
    market = opened(treatment(self_trade="cancel_incoming"))
    play(market, ("T1", sell(50, 2)), ("T2", sell(50)))
    assert refusal(market, "T1", buy(50)) == "self_trade"
    assert refusal(market, "T1", buy(None)) == "self_trade"
    play(market, ("T3", buy(50, 2)), ("T1", buy(50)))


def test_under_cancel_incoming_the_rest_lapses_where_an_own_order_stands_in_the_way() -> None:
    market = opened(treatment(self_trade="cancel_incoming"))
    play(market, ("T2", sell(50)), ("T1", sell(51)), ("T1", buy(55, 3)))
    assert [(trade.seller, trade.quantity) for trade in market.trades] == [("T2", 1)]
    assert resting(market, SELL) == [("T1", 51, 1)]
    assert resting(market, BUY) == []
    assert market.accounts["T1"].cash_reserved == 0


def test_under_allow_a_trader_may_trade_with_itself_and_is_no_richer_for_it() -> None:
    market = opened(treatment(self_trade="allow"))
    play(market, ("T1", sell(50, 2)), ("T1", buy(None, 2)))
    account = market.accounts["T1"]
    assert len(market.trades) == 1
    assert (account.cash, account.shares, account.cash_reserved, account.shares_reserved) == (1000, 10, 0, 0)


def test_the_largest_order_does_not_overflow_anything() -> None:
    market = opened(treatment(price_max=LARGEST, credit_limit=None, short_limit=LARGEST))
    play(market, ("T1", sell(LARGEST, LARGEST)), ("T2", buy(LARGEST, LARGEST)))
    assert market.accounts["T2"].cash == 1000 - LARGEST**2
