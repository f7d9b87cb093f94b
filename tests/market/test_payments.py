"""Sentences about accounts and what a share pays, with amounts worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from market.events import ClosePeriod, OpenPeriod, Paid
from market.exchange import Exchange
from market.ledger import round_half_even
from market.treatments import Role, Treatment
from tests.market.builders import buy, induced, opened, play, sell, treatment

CENTS = {"tick": "0.01", "currency": "dollars", "price_max": 100_000}


def flat_value(periods: int = 1) -> Treatment:
    """Cash 100, 4 shares, a dividend of .40 or 1.00, 5% interest, buyback at 14: worth 14 in every round."""
    role = Role(name="trader", cash=100_00, shares=4)
    return treatment((role,), periods=periods, dividends=(40, 100), interest="1/20", buyback=14_00, **CENTS)


def payments(exchange: Exchange, trader: str) -> dict[str, int]:
    return {
        one.reason: one.amount for one in exchange.events[-1].outcomes if isinstance(one, Paid) and one.trader == trader
    }


def test_the_flat_value_market_pays_interest_then_the_dividend_then_the_buyback() -> None:
    market = opened(flat_value())
    market.operate(ClosePeriod(dividend=40))
    assert payments(market, "T1") == {"interest": 5_00, "dividend": 1_60, "buyback": 56_00}
    assert market.accounts["T1"].cash == 162_60
    assert market.accounts["T1"].earnings == 162_60


def test_payments_are_on_cash_and_shares_after_trade() -> None:
    market = opened(flat_value())
    play(market, ("T1", sell(20_00, 2)), ("T2", buy(20_00, 2)))
    market.operate(ClosePeriod(dividend=100))
    assert payments(market, "T1") == {"interest": 7_00, "dividend": 2_00, "buyback": 28_00}
    assert payments(market, "T2") == {"interest": 3_00, "dividend": 6_00, "buyback": 84_00}


def test_interest_is_paid_on_what_resting_bids_reserve_too() -> None:
    market = opened(flat_value())
    play(market, ("T1", buy(90_00)))
    market.operate(ClosePeriod(dividend=40))
    assert payments(market, "T1")["interest"] == 5_00


def test_there_is_no_buyback_before_the_last_period() -> None:
    market = opened(flat_value(periods=2))
    market.operate(ClosePeriod(dividend=40))
    assert payments(market, "T1") == {"interest": 5_00, "dividend": 1_60}
    market.operate(OpenPeriod())
    market.operate(ClosePeriod(dividend=100))
    # 5% of 106.60 is 5.33.
    assert payments(market, "T1") == {"interest": 5_33, "dividend": 4_00, "buyback": 56_00}


@pytest.mark.parametrize("period", [1, 17, 33])
def test_the_flat_value_is_14_in_every_round(period: int) -> None:
    assert flat_value(periods=33).fundamental(period) == 14_00


def test_a_dividend_of_nothing_is_no_payment() -> None:
    market = opened(treatment())
    market.operate(ClosePeriod(dividend=0))
    assert payments(market, "T1") == {}
    assert market.dividends == [0]


@pytest.mark.parametrize(("amount", "ticks"), [("1/2", 0), ("3/2", 2), ("5/2", 2), ("-1/2", 0), ("7/3", 2)])
def test_half_a_tick_goes_to_the_even_neighbour(amount: str, ticks: int) -> None:
    assert round_half_even(Fraction(amount)) == ticks


def test_rounded_interest_is_what_the_event_says() -> None:
    market = opened(treatment((Role(name="one", cash=30),), interest="1/20"))
    market.operate(ClosePeriod())
    # 5% of 30 is 1.5, the even neighbour is 2.
    assert payments(market, "T1") == {"interest": 2}


def test_short_sellers_pay_the_dividend_and_debtors_the_interest() -> None:
    market = opened(treatment(short_limit=10, credit_limit=1000, interest="1/10"))
    play(market, ("T1", sell(150, 12)), ("T2", buy(150, 12)))
    market.operate(ClosePeriod(dividend=5))
    assert payments(market, "T1") == {"interest": 280, "dividend": -10}
    assert payments(market, "T2") == {"interest": -80, "dividend": 110}


def test_induced_profits_are_value_less_price_and_price_less_cost() -> None:
    market = opened(induced())
    play(market, ("T3", sell(70)), ("T1", buy(70)))
    buyer, seller = market.accounts["T1"], market.accounts["T3"]
    assert (buyer.profit, buyer.cash, buyer.earnings) == (30, 30, 30)
    assert (seller.profit, seller.cash, seller.earnings) == (30, 30, 30)
    assert (buyer.values_left, seller.costs_left) == ((80,), (60,))


def test_the_profit_of_a_period_starts_anew_and_the_profit_of_the_market_does_not() -> None:
    market = opened(induced())
    play(market, ("T3", sell(70)), ("T1", buy(70)))
    market.operate(ClosePeriod())
    market.operate(OpenPeriod())
    account = market.accounts["T1"]
    assert (account.period_profit, account.profit, account.values_left) == (0, 30, (100, 80))
