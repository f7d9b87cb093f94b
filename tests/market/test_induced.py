"""Sentences about induced values and costs."""

from __future__ import annotations

from market.events import ClosePeriod, OpenPeriod
from tests.market.builders import (
    buy,
    induced,
    opened,
    play,
    refusal,
    sell,
)


def test_units_are_bought_in_the_order_of_their_values() -> None:
    market = opened(induced())
    play(market, ("T3", sell(70, 2)), ("T1", buy(70)), ("T1", buy(70)))
    assert [(trade.buyer_value, trade.seller_cost) for trade in market.trades] == [(100, 40), (80, 60)]
    assert (market.accounts["T1"].profit, market.accounts["T3"].profit) == (30 + 10, 30 + 10)


def test_one_trade_of_several_units_counts_all_their_values() -> None:
    market = opened(induced())
    play(market, ("T3", sell(70, 2)), ("T1", buy(70, 2)))
    [trade] = market.trades
    assert (trade.buyer_value, trade.seller_cost) == (180, 100)
    assert market.accounts["T1"].earnings == 180 - 140


def test_units_cannot_be_promised_twice_and_come_back_next_period() -> None:
    market = opened(induced())
    play(market, ("T1", buy(10, 1)), ("T3", sell(190)), ("T2", buy(10, 2)))
    assert refusal(market, "T1", buy(10, 2)) == "no_units_to_buy"
    assert refusal(market, "T3", sell(190, 2)) == "no_units_to_sell"
    market.operate(ClosePeriod())
    market.operate(OpenPeriod())
    play(market, ("T1", buy(10, 2)), ("T3", sell(190, 2)))


def test_buyers_do_not_sell_and_sellers_do_not_buy() -> None:
    market = opened(induced())
    assert refusal(market, "T1", sell(50)) == "wrong_role"
    assert refusal(market, "T3", buy(50)) == "wrong_role"


def test_where_losses_are_not_allowed_each_unit_has_its_own_limit() -> None:
    market = opened(induced(losses_allowed=False))
    assert refusal(market, "T1", buy(101)) == "at_a_loss"
    play(market, ("T1", buy(30)))
    assert refusal(market, "T1", buy(81)) == "at_a_loss"
    play(market, ("T1", buy(20)))
    assert refusal(market, "T3", sell(39)) == "at_a_loss"
    assert refusal(market, "T3", sell(59, 2)) == "at_a_loss"


def test_where_losses_are_not_allowed_a_market_order_stops_at_the_limit_of_its_unit() -> None:
    market = opened(induced(losses_allowed=False))
    play(market, ("T3", sell(95)), ("T4", sell(120)), ("T1", buy(None)))
    assert [trade.price for trade in market.trades] == [95]
    assert refusal(market, "T1", buy(None)) == "nothing_to_trade_with"


def test_induced_trades_bind_no_cash() -> None:
    market = opened(induced(credit_limit=0))
    play(market, ("T1", buy(200, 2)))
    assert market.accounts["T1"].cash_free is None
