"""What the host may do to a running market besides opening and closing it, and that the log knows all of it."""

from __future__ import annotations

import json

import pytest

from market.designs import design
from market.encoding import decode_command, encode_command
from market.events import (
    ClosePeriod,
    EndMarket,
    Extend,
    HandBack,
    OpenPeriod,
    Operation,
    Pause,
    Phase,
    Presence,
    Resume,
    TakeOver,
    Tell,
)
from market.exchange import Exchange, OperationError, fold
from market.orders import PlaceOrder, Side
from market.tables import MarketRecord, Seat, account_rows, order_rows, trade_rows
from market.treatments import Treatment


def market(**changes: object) -> Exchange:
    treatment: Treatment = design("asset_cda").with_changes(**changes)
    return Exchange(treatment, {"T1": treatment.roles[0], "T2": treatment.roles[1]})


def trading(**changes: object) -> Exchange:
    exchange = market(**changes)
    exchange.operate(OpenPeriod())
    exchange.submit("T1", PlaceOrder(Side.BUY, 100, 2), 3.0)
    exchange.submit("T2", PlaceOrder(Side.SELL, 100, 1), 4.0)
    return exchange


def again(exchange: Exchange) -> Exchange:
    return fold(exchange.treatment, exchange.roles, exchange.log())


@pytest.mark.parametrize(
    "operation",
    [
        ClosePeriod(20),
        ClosePeriod(20, "too quiet"),
        Pause("a question"),
        Pause("somebody is away", waits_for="T1"),
        Resume(),
        Resume("answered"),
        Extend(30, "a late start"),
        Extend(2.5),
        Tell("Please be quiet."),
        EndMarket("the building closes"),
        Presence("T1", True),
        TakeOver("T1", "zero_intelligence"),
        HandBack("T1"),
    ],
)
def test_an_operation_is_read_back_from_the_log_as_it_was_written(operation: Operation) -> None:
    assert decode_command(json.loads(json.dumps(encode_command(operation)))) == operation


def test_operations_that_say_nothing_new_are_written_as_they_always_were() -> None:
    operations = ClosePeriod(20), Pause("a question"), Resume()
    assert [encode_command(one) for one in operations] == [["close", 20], ["pause", "a question"], ["resume"]]


def test_a_market_that_ends_early_pays_each_share_its_fundamental_value_and_no_dividend() -> None:
    exchange = trading()
    value = exchange.treatment.fundamental(1)
    assert value == 150
    exchange.operate(EndMarket("a fire alarm"), 5.0)
    assert exchange.phase is Phase.FINISHED
    assert not exchange.book.orders
    assert exchange.accounts["T1"].cash == 1050 - 100 + 4 * 150
    assert exchange.accounts["T2"].cash == 450 + 100 + 6 * 150
    assert [account.cash_reserved for account in exchange.accounts.values()] == [0, 0]


def test_between_periods_a_share_pays_what_it_is_worth_in_the_coming_one() -> None:
    exchange = trading()
    exchange.operate(ClosePeriod(80), 20.0)
    before = exchange.accounts["T1"].cash
    exchange.operate(EndMarket())
    assert exchange.accounts["T1"].cash - before == 4 * 100


def test_where_only_cash_counts_shares_pay_nothing() -> None:
    exchange = trading(pay={"ended": "cash"})
    exchange.operate(EndMarket())
    assert exchange.accounts["T1"].cash == 1050 - 100


def test_half_a_tick_of_value_goes_to_the_even_neighbour() -> None:
    treatment = design("asset_cda").with_changes(periods=1, dividends=[0, 5])
    assert treatment.fundamental(1) == 2.5
    assert treatment.ended_value(1) == 2


def test_a_market_that_never_opened_is_cancelled_and_pays_nobody() -> None:
    exchange = market()
    event = exchange.operate(EndMarket("not everybody came"))
    assert (exchange.phase, event.outcomes) == (Phase.FINISHED, ())


def test_nothing_happens_to_a_market_after_its_end() -> None:
    exchange = trading()
    exchange.operate(EndMarket())
    for operation in (EndMarket(), Tell("hello"), Presence("T1", True), Extend(5), OpenPeriod()):
        with pytest.raises(OperationError):
            exchange.operate(operation)


def test_time_that_was_given_belongs_to_one_phase_and_outlives_a_pause_in_it() -> None:
    exchange = trading()
    for operation in (Extend(10), Pause(), Extend(5), Resume()):
        exchange.operate(operation)
    assert exchange.conduct.extended == 15
    exchange.operate(ClosePeriod(20), 20.0)
    assert exchange.conduct.extended == 0


def test_a_seat_can_be_taken_over_and_handed_back_once() -> None:
    exchange = trading()
    exchange.operate(TakeOver("T1", "noise"))
    assert exchange.conduct.taken_over == {"T1": "noise"}
    exchange.operate(HandBack("T1"))
    with pytest.raises(OperationError):
        exchange.operate(HandBack("T1"))
    with pytest.raises(OperationError):
        exchange.operate(TakeOver("T9", "noise"))


def test_a_log_with_all_that_a_host_does_leads_to_the_same_market() -> None:
    exchange = market()
    for operation in (
        Presence("T1", True),
        Presence("T2", True),
        Tell("Welcome."),
        OpenPeriod(),
        Presence("T1", False),
    ):
        exchange.operate(operation, 1.5)
    for later in (TakeOver("T1", "noise"), Extend(3), Pause("wait", "T2"), Resume("go"), EndMarket("enough")):
        exchange.operate(later, 2.5)
    same = again(exchange)
    assert same.chain_hash() == exchange.chain_hash()
    assert same.conduct == exchange.conduct


def test_the_accounts_show_what_an_early_end_paid_for_shares() -> None:
    for between, period in ((False, 1), (True, 2)):
        exchange = trading()
        if between:
            exchange.operate(ClosePeriod(0), 20.0)
        exchange.operate(EndMarket())
        seats = (Seat("a", "T1"), Seat("b", "T2"))
        record = MarketRecord("s", "1-1", 1, exchange, seats, ["" for _ in exchange.events])
        last = list(account_rows(record))[-2:]
        assert [row["period"] for row in last] == [period, period]
        assert [row["cash"] for row in last] == [account.cash for account in exchange.accounts.values()]
        assert all(row["buyback"] for row in last)


def test_what_a_rule_did_in_a_persons_place_is_recorded_as_the_rules() -> None:
    exchange = market()
    exchange.operate(OpenPeriod())
    exchange.submit("T1", PlaceOrder(Side.BUY, 90), 1.0)
    exchange.operate(TakeOver("T1", "noise"))
    exchange.submit("T1", PlaceOrder(Side.BUY, 95), 2.0)
    exchange.operate(HandBack("T1"))
    exchange.submit("T1", PlaceOrder(Side.BUY, 80), 3.0)
    exchange.submit("T2", PlaceOrder(Side.SELL, 90, 2), 4.0)
    record = MarketRecord("s", "1-1", 1, exchange, (Seat("a", "T1"), Seat("b", "T2")), [""] * len(exchange.events))
    assert [(row["kind"], row["model"]) for row in order_rows(record)] == [
        ("human", ""),
        ("rule", "noise"),
        ("human", ""),
        ("human", ""),
    ]
    assert [row["buyer_kind"] for row in trade_rows(record)] == ["rule", "human"]
