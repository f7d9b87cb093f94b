"""Sentences about a market that clears at one price when its period closes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.events import Cancelled, ClosePeriod, EndMarket, OpenPeriod, Pause, Rested, Resume
from market.exchange import Exchange, fold
from market.history import PeriodSummary, history
from market.orders import PlaceOrder
from market.tables import tables
from market.treatments import TreatmentError
from market.view import view_of
from tests.market.builders import (
    BUY,
    FOK,
    IOC,
    SELL,
    buy,
    call,
    cancel,
    closed,
    induced,
    opened,
    play,
    refusal,
    replace,
    resting,
    sell,
    sheet,
)
from tests.market.commands import TREATMENTS, played
from tests.market.test_tables import record_of

CALLS = [name for name, rules in TREATMENTS.items() if rules.institution == "call"]


# Orders wait


def test_orders_that_cross_wait_until_the_period_closes() -> None:
    market = opened(call())
    receipts = play(market, ("T1", sell(40, 2)), ("T2", buy(60, 2)))
    assert [receipt.status for receipt in receipts] == ["accepted", "accepted"]
    assert market.trades == []
    assert closed(market) == [("T2", "T1", 2, 50)]
    assert [trade.aggressor for trade in market.trades] == [None]


def test_all_trades_of_a_period_have_its_price_and_the_time_of_its_end() -> None:
    market = opened(call(reference_price=50))
    play(market, ("T1", sell(40, 2)), ("T2", sell(45)), ("T3", buy(60, 2)), ("T4", buy(55)))
    assert closed(market) == [("T3", "T1", 2, 50), ("T4", "T2", 1, 50)]
    assert {trade.seconds for trade in market.trades} == {60.0}


def test_what_did_not_trade_is_taken_out_when_the_period_closes() -> None:
    market = opened(call())
    play(market, ("T1", sell(40, 3)), ("T2", buy(60, 1)), ("T3", buy(30)))
    event = market.operate(ClosePeriod(), 60.0)
    lapsed = [(one.trader, one.quantity) for one in event.outcomes if isinstance(one, Cancelled)]
    assert lapsed == [("T3", 1), ("T1", 2)]
    assert market.book.orders == {}
    assert all(account.cash_reserved == account.shares_reserved == 0 for account in market.accounts.values())


def test_a_bid_that_trades_below_its_limit_gets_the_rest_of_its_promise_back() -> None:
    market = opened(call(reference_price=40))
    play(market, ("T1", sell(40)), ("T2", buy(60)))
    assert market.accounts["T2"].cash_free == 940
    closed(market)
    assert (market.accounts["T2"].cash, market.accounts["T2"].cash_free) == (960, 960)


def test_orders_can_be_taken_back_and_changed_until_the_period_closes() -> None:
    market = opened(call())
    play(market, ("T1", sell(40)), ("T2", buy(60)), ("T2", buy(70)), ("T1", replace(1, 45)), ("T2", cancel(3)))
    assert resting(market, SELL) == [("T1", 45, 1)]
    assert resting(market, BUY) == [("T2", 60, 1)]


def test_a_pause_clears_nothing() -> None:
    market = opened(call(reference_price=50))
    play(market, ("T1", sell(40)), ("T2", buy(60)))
    market.operate(Pause("a break"))
    market.operate(Resume())
    assert market.trades == []
    assert closed(market) == [("T2", "T1", 1, 50)]


def test_a_market_that_is_ended_before_its_time_does_not_clear() -> None:
    market = opened(call())
    play(market, ("T1", sell(40)), ("T2", buy(60)))
    market.operate(EndMarket())
    assert market.trades == []


@pytest.mark.parametrize("action", [buy(None), buy(50, 1, IOC), buy(50, 1, FOK)])
def test_every_order_of_a_call_market_has_a_price_and_waits(action: PlaceOrder) -> None:
    assert refusal(opened(call()), "T1", action) == "call_order_type"


# The price from period to period


def test_a_period_without_a_trade_has_the_price_before_it() -> None:
    market = opened(call(periods=4, reference_price=55))
    closed(market)
    market.operate(OpenPeriod())
    play(market, ("T1", sell(70)), ("T2", buy(90)))
    closed(market)
    for _ in range(2):
        market.operate(OpenPeriod())
        closed(market)
    assert history(market) == (
        PeriodSummary(1, 0, 0, 55, 55, 0),
        PeriodSummary(2, 1, 1, 70, 70, 0),
        PeriodSummary(3, 0, 0, 70, 70, 0),
        PeriodSummary(4, 0, 0, 70, 70, 0),
    )


def test_the_last_price_draws_the_next_one_towards_it() -> None:
    market = opened(call(reference_price=55))
    play(market, ("T1", sell(80)), ("T2", buy(90)))
    closed(market)
    market.operate(OpenPeriod())
    play(market, ("T1", sell(40)), ("T2", buy(100)))
    closed(market)
    assert [trade.price for trade in market.trades] == [80, 80]


def test_without_a_reference_there_is_no_price_before_the_first_trade() -> None:
    market = opened(call())
    closed(market)
    assert history(market)[0].mean_price is None


def test_before_it_closes_a_period_has_no_price() -> None:
    market = opened(call(reference_price=55))
    assert history(market)[0].mean_price is None


# Payments and units


def test_interest_dividend_and_buyback_are_paid_on_what_is_held_after_the_trades() -> None:
    market = opened(call(periods=1, dividends=(0, 10), interest="1/10", buyback=14, reference_price=50))
    play(market, ("T1", sell(50, 2)), ("T2", buy(50, 2)))
    closed(market, dividend=10)
    seller, buyer = market.accounts["T1"], market.accounts["T2"]
    assert seller.cash == (1000 + 100) + 110 + 8 * 10 + 8 * 14
    assert buyer.cash == (1000 - 100) + 90 + 12 * 10 + 12 * 14


def test_units_are_used_in_their_order_at_the_one_price() -> None:
    market = opened(induced(institution="call"))
    play(market, ("T1", sheet(buy(95), buy(75))), ("T3", sheet(sell(45), sell(65))), ("T2", sheet(buy(90))))
    closed(market)
    prices = {trade.price for trade in market.trades}
    assert len(prices) == 1
    [price] = prices
    # Three units are wanted at 75, two offered: the first units of both buyers trade.
    assert {(trade.buyer, trade.buyer_value) for trade in market.trades} == {("T1", 100), ("T2", 100)}
    assert [trade.seller_cost for trade in market.trades] == [40, 60]
    assert market.accounts["T1"].profit == 100 - price
    assert market.accounts["T3"].profit == 2 * price - 100


def test_where_losses_are_not_allowed_each_unit_of_a_sheet_has_its_own_limit() -> None:
    market = opened(induced(institution="call", losses_allowed=False))
    play(market, ("T1", sheet(buy(100), buy(80))))
    assert refusal(market, "T1", sheet(buy(100), buy(81))) == "at_a_loss"
    assert refusal(market, "T1", sheet(buy(80), buy(80), buy(80))) == "no_units_to_buy"
    assert refusal(market, "T1", sheet(sell(80))) == "wrong_role"


# What is seen and recorded


def test_nobody_sees_the_orders_of_others() -> None:
    market = opened(call())
    play(market, ("T1", sell(60)), ("T2", sheet(buy(50), sell(70))))
    view = view_of(market, "T2", 5.0)
    assert (view.bids, view.asks) == ((), ())
    assert [(order.side, order.price) for order in view.orders] == [(BUY, 50), (SELL, 70)]
    assert view.facts.institution == "call"


def test_the_orders_of_a_sheet_are_rows_of_their_own_and_a_call_has_no_quotes() -> None:
    market = opened(call(reference_price=50))
    play(market, ("T1", sheet(buy(40), sell(50, 2))), ("T2", buy(60)), ("T3", sheet()))
    closed(market)
    rows = tables(record_of(market))
    told = [(row["command"], row["order_id"], row["side"], row["price"], row["resting"]) for row in rows["orders"]]
    placed = [("sheet", 1, "buy", 40, 1), ("sheet", 2, "sell", 50, 2), ("place", 3, "buy", 60, 1)]
    assert told == [*placed, ("sheet", None, None, None, 0)]
    assert [(row["price"], row["aggressor"], row["seconds"]) for row in rows["trades"]] == [(50, None, 60.0)]
    assert rows["quotes"] == []
    assert [row["orders"] for row in rows["participants"]] == [2, 1, 0, 0]


@pytest.mark.parametrize("field", ["improvement", "clear_after_trade", "self_trade"])
def test_rules_of_a_visible_book_are_refused_in_a_call_market(field: str) -> None:
    with pytest.raises(TreatmentError, match=field):
        call(**{field: "allow" if field == "self_trade" else True}, single_unit=True)


# Whatever traders send


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_period_has_one_price_within_all_limits_and_as_much_is_bought_as_sold(name: str, seed: int) -> None:
    market = played(TREATMENTS[name], seed)
    for period, summary in enumerate(history(market), start=1):
        trades = market.trades_of(period)
        assert {trade.price for trade in trades} <= {summary.last_price}
        assert sum(trade.quantity for trade in trades) == summary.volume
    limits = _limits(market)
    for trade in market.trades:
        assert limits[trade.ask_id] <= trade.price <= limits[trade.bid_id]
        assert trade.buyer != trade.seller


def _limits(market: Exchange) -> dict[int, int]:
    rested = (one for event in market.events for one in event.outcomes if isinstance(one, Rested))
    return {one.order_id: one.price for one in rested}


@pytest.mark.parametrize("name", CALLS)
def test_random_traders_trade_in_it(name: str) -> None:
    assert sum(len(played(TREATMENTS[name], seed).trades) for seed in range(10)) > 5


def test_a_call_market_goes_on_from_its_fold() -> None:
    market = opened(call(reference_price=50))
    play(market, ("T1", sheet(sell(40, 2))), ("T2", sheet(buy(60))))
    closed(market)
    market.operate(OpenPeriod())
    play(market, ("T1", sell(30)))
    again = fold(market.treatment, market.roles, market.log())
    for one in (market, again):
        play(one, ("T2", buy(90)))
        closed(one)
    assert again.chain_hash() == market.chain_hash()
    assert again.state_hash() == market.state_hash()
