"""Sentences about periods, pauses and time."""

from __future__ import annotations

import pytest

from market.events import ClosePeriod, OpenPeriod, Operation, Pause, Phase, Resume
from market.exchange import Exchange, OperationError
from market.orders import Hold
from market.treatments import Role
from tests.market.builders import (
    BUY,
    buy,
    cancel,
    opened,
    play,
    refusal,
    resting,
    sell,
    treatment,
)


@pytest.mark.parametrize(
    ("operations", "code"),
    [([], "waiting"), ([OpenPeriod(), Pause("")], "paused"), ([OpenPeriod(), ClosePeriod()], "closed")],
)
def test_there_is_no_trade_outside_an_open_period(operations: list[Operation], code: str) -> None:
    market = Exchange(treatment(), {"T1": Role(name="rich", cash=100)})
    for operation in operations:
        market.operate(operation)
    assert refusal(market, "T1", buy(50)) == code
    assert refusal(market, "T1", cancel(1)) == code


def test_after_the_last_period_the_market_is_over() -> None:
    market = opened(treatment(periods=1))
    market.operate(ClosePeriod())
    assert market.phase is Phase.FINISHED
    assert refusal(market, "T1", buy(50)) == "finished"
    with pytest.raises(OperationError, match="OpenPeriod is not possible while the market is finished"):
        market.operate(OpenPeriod())


def test_holding_is_answered_and_leaves_no_trace() -> None:
    market = opened()
    events = len(market.events)
    assert market.submit("T1", Hold(), 1.0).status == "held"
    assert len(market.events) == events


def test_orders_lapse_when_the_period_ends() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)), ("T2", sell(90, 3)))
    market.operate(ClosePeriod(), 60)
    assert market.book.orders == {}
    assert market.ledger.open_orders["T1"] == {}
    assert (market.accounts["T1"].cash_free, market.accounts["T2"].shares_free) == (1000, 10)


def test_a_pause_stops_the_clock_and_keeps_the_book() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)))
    market.operate(Pause("the fire alarm"), 12.5)
    market.operate(Resume())
    assert (market.phase, market.seconds) == (Phase.OPEN, 12.5)
    assert resting(market, BUY) == [("T1", 50, 2)]


@pytest.mark.parametrize("operation", [Resume(), OpenPeriod()])
def test_an_operation_out_of_turn_is_a_bug_of_the_host(operation: Operation) -> None:
    market = opened()
    with pytest.raises(OperationError, match="is not possible while the market is open"):
        market.operate(operation)


def test_time_does_not_run_backwards_and_starts_anew_each_period() -> None:
    market = opened()
    market.submit("T1", buy(50), 9)
    market.submit("T1", buy(51), 3.5)
    assert [event.seconds for event in market.events] == [0.0, 9.0, 9.0]
    market.operate(ClosePeriod(), 60)
    market.operate(OpenPeriod())
    assert market.events[-1].seconds == 0.0


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), float("-inf")])
def test_a_time_that_is_no_finite_number_is_a_bug_of_the_host(seconds: float) -> None:
    with pytest.raises(ValueError, match="finite number of seconds"):
        opened().submit("T1", buy(50), seconds)
