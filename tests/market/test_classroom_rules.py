"""Sentences about the classroom rules, each a field of the treatment."""

from __future__ import annotations

from market.designs import design
from market.events import Cancelled
from tests.market.builders import BUY, FOK, IOC, SELL, buy, cancel, opened, play, refusal, replace, resting, sell
from tests.market.builders import treatment as treatment_with


def test_a_new_quote_must_beat_the_best_one() -> None:
    market = opened(treatment_with(improvement=True))
    play(market, ("T1", buy(50)), ("T2", sell(90)))
    assert refusal(market, "T3", buy(50)) == "no_improvement"
    assert refusal(market, "T3", buy(49)) == "no_improvement"
    assert refusal(market, "T3", sell(90)) == "no_improvement"
    play(market, ("T3", buy(51)), ("T3", sell(89)))


def test_the_first_quote_improves_on_nothing() -> None:
    market = opened(treatment_with(improvement=True))
    play(market, ("T1", buy(1)), ("T2", sell(200)))


def test_an_own_best_quote_may_be_replaced_by_what_beats_the_others() -> None:
    market = opened(treatment_with(improvement=True))
    play(market, ("T1", buy(50)), ("T2", buy(60)), ("T2", replace(2, 55)))
    assert refusal(market, "T2", replace(3, 50)) == "no_improvement"
    assert resting(market, BUY) == [("T2", 55, 1), ("T1", 50, 1)]


def test_taking_the_other_side_needs_no_improvement() -> None:
    market = opened(treatment_with(improvement=True))
    play(market, ("T1", buy(50)), ("T2", sell(None)), ("T3", sell(60)), ("T4", buy(None)))
    assert [trade.price for trade in market.trades] == [50, 60]


def test_orders_are_for_one_unit_where_the_treatment_says_so() -> None:
    market = opened(treatment_with(single_unit=True))
    assert refusal(market, "T1", buy(50, 2)) == "single_unit"
    play(market, ("T1", buy(50)))
    assert refusal(market, "T1", replace(1, 50, 2)) == "single_unit"


def test_a_trade_clears_the_book_and_frees_all_promises() -> None:
    market = opened(treatment_with(single_unit=True, clear_after_trade=True))
    play(market, ("T1", buy(50)), ("T2", buy(40)), ("T3", sell(90)), ("T4", sell(50)))
    assert market.book.orders == {}
    assert all(not orders for orders in market.ledger.open_orders.values())
    assert [account.cash_reserved + account.shares_reserved for account in market.accounts.values()] == [0] * 4
    cleared = [one for one in market.events[-1].outcomes if isinstance(one, Cancelled)]
    assert [(one.trader, one.reason) for one in cleared] == [("T2", "clear_after_trade"), ("T3", "clear_after_trade")]


def test_without_a_trade_the_book_is_not_cleared() -> None:
    market = opened(treatment_with(single_unit=True, clear_after_trade=True))
    play(market, ("T1", buy(50)), ("T2", sell(60)))
    assert len(market.book.orders) == 2


def test_one_live_order_a_side_a_trader() -> None:
    market = opened(treatment_with(one_order_a_side=True))
    play(market, ("T1", buy(50)), ("T1", sell(90)))
    assert refusal(market, "T1", buy(51)) == "one_order_a_side"
    play(market, ("T1", replace(1, 51)), ("T1", cancel(3)), ("T1", buy(52)))


def test_an_order_that_never_rests_is_no_second_order_of_its_side() -> None:
    market = opened(treatment_with(one_order_a_side=True, open_orders=1))
    play(market, ("T1", buy(50)), ("T2", sell(60, 3)))
    play(market, ("T1", buy(None)), ("T1", buy(60, 1, IOC)), ("T1", buy(60, 1, FOK)))
    assert len(market.trades) == 3


def test_there_is_a_limit_of_open_orders() -> None:
    market = opened(treatment_with(open_orders=2))
    play(market, ("T1", buy(50)), ("T1", sell(90)))
    assert refusal(market, "T1", buy(40)) == "too_many_orders"
    play(market, ("T1", replace(1, 51)), ("T1", cancel(2)), ("T1", buy(40)))


def test_prices_keep_within_their_limits() -> None:
    market = opened(treatment_with(price_min=10, price_max=100))
    assert refusal(market, "T1", buy(9)) == "price_limits"
    assert refusal(market, "T1", sell(101)) == "price_limits"
    play(market, ("T1", buy(10)), ("T1", sell(100)))


def test_refusals_speak_in_the_currency_of_the_treatment() -> None:
    market = opened(treatment_with(tick="0.01", price_max=500))
    assert market.submit("T1", buy(501), 1).reason == "Not placed: prices go from 0.01 to 5.00 here, not 5.01."
    expected = "Not placed: 3 would cost 12.00, and 10.00 of your cash is free."
    assert market.submit("T1", buy(400, 3), 1).reason == expected


def test_gode_and_sunders_rules_are_all_in_force_in_their_design() -> None:
    market = opened(design("gode_sunder_1993"), traders=12)
    play(market, ("T1", buy(50)))
    assert refusal(market, "T2", buy(50)) == "no_improvement"
    assert refusal(market, "T1", buy(60)) == "one_order_a_side"
    assert refusal(market, "T2", buy(60, 2)) == "single_unit"
    assert refusal(market, "T2", buy(201)) == "price_limits"
    play(market, ("T2", buy(60)), ("T7", sell(55)))
    assert [(trade.price, trade.buyer_value, trade.seller_cost) for trade in market.trades] == [(60, 103, 35)]
    assert resting(market, BUY) == resting(market, SELL) == []
