"""Sentences about short positions, debts and what becomes of who owes more than it may, worked out by hand."""

from __future__ import annotations

import pytest

from market.events import Bankrupt, ClosePeriod, OpenPeriod
from market.exchange import Exchange, fold
from market.treatments import Role
from market.view import view_of
from tests.market.builders import buy, opened, play, refusal, replace, sell, treatment

POOR, RICH = Role(name="poor", cash=100, shares=2), Role(name="rich", cash=1000, shares=10)


def indebted(bankrupt: str, dividend: int = 90, **changes: object) -> Exchange:
    """T1 sold five shares at 10, three of which it does not have, and then pays a dividend of 90 on each of these."""
    rules = treatment((POOR, RICH), periods=3, credit_limit=50, short_limit=3, bankrupt=bankrupt, **changes)
    market = opened(rules, traders=2)
    play(market, ("T1", sell(10, 5)), ("T2", buy(10, 5)))
    market.operate(ClosePeriod(dividend))
    return market


def test_a_short_seller_pays_dividends_into_debt_and_nobody_else_waits_for_it() -> None:
    market = indebted("continue")
    poor, rich = market.accounts["T1"], market.accounts["T2"]
    # 100 + 5 x 10 - 3 x 90, and 1000 - 5 x 10 + 15 x 90.
    assert (poor.cash, poor.shares) == (-120, -3)
    assert (rich.cash, rich.shares) == (2300, 15)


def test_debts_bear_the_interest_that_cash_earns() -> None:
    market = indebted("continue", interest="1/10")
    market.operate(OpenPeriod())
    market.operate(ClosePeriod())
    # 150 earns 15, 270 are owed: -105; a tenth of it is -10.5, and half a tick goes to the even neighbour.
    assert market.accounts["T1"].cash == -105 - 10


def test_at_the_end_shares_that_are_owed_are_bought_back_from_their_owners_at_the_short_sellers_cost() -> None:
    market = indebted("continue", buyback=20)
    for _ in range(2):
        market.operate(OpenPeriod())
        market.operate(ClosePeriod())
    assert market.accounts["T1"].earnings == -120 - 3 * 20
    assert market.accounts["T2"].earnings == 2300 + 15 * 20


def test_short_sales_end_at_their_limit_counting_what_is_on_offer() -> None:
    market = opened(treatment((POOR, RICH), short_limit=3), traders=2)
    play(market, ("T1", sell(90, 4)))
    assert refusal(market, "T1", sell(95, 2)) == "no_shares"
    play(market, ("T1", sell(95, 1)), ("T2", buy(90, 4)))
    assert refusal(market, "T1", sell(80, 1)) == "no_shares"
    assert "1, and 0 can be sold" in market.submit("T1", sell(80, 1), 9).reason


def test_bids_may_use_credit_up_to_its_limit_and_no_further() -> None:
    market = opened(treatment((POOR, RICH), credit_limit=50), traders=2)
    play(market, ("T1", buy(75, 2)))
    assert refusal(market, "T1", buy(1)) == "no_cash"
    play(market, ("T2", sell(75, 2)))
    assert market.accounts["T1"].cash == -50


def test_who_owes_more_than_the_credit_limit_is_bankrupt_and_the_log_says_so() -> None:
    market = indebted("stop")
    assert [one for one in market.events[-1].outcomes if isinstance(one, Bankrupt)] == [Bankrupt("T1")]
    assert view_of(market, "T1", 0).bankrupt
    assert not view_of(market, "T2", 0).bankrupt


def test_debt_within_the_limit_is_no_bankruptcy() -> None:
    # 150 - 3 x 66 is -48, and 50 may be owed.
    assert not view_of(indebted("stop", dividend=66), "T1", 0).bankrupt
    assert view_of(indebted("stop", dividend=67), "T1", 0).bankrupt


def test_nobody_is_bankrupt_where_the_treatment_has_no_rule_for_it() -> None:
    market = indebted("continue")
    assert not [one for one in market.events[-1].outcomes if isinstance(one, Bankrupt)]
    market.operate(OpenPeriod())
    assert refusal(market, "T1", buy(1)) == "no_cash"


def test_a_bankrupt_trader_who_must_stop_places_nothing() -> None:
    market = indebted("stop")
    market.operate(OpenPeriod())
    assert refusal(market, "T1", sell(10)) == "bankrupt_stop"
    assert refusal(market, "T1", buy(10)) == "bankrupt_stop"
    play(market, ("T2", sell(10)))


def test_a_bankrupt_trader_may_buy_back_what_it_is_short_into_debt_and_not_a_share_more() -> None:
    market = indebted("reduce_only")
    market.operate(OpenPeriod())
    assert refusal(market, "T1", sell(10)) == "bankrupt_reduce"
    assert refusal(market, "T1", buy(10, 4)) == "bankrupt_reduce"
    play(market, ("T1", buy(10, 2)), ("T2", sell(10, 2)))
    assert (market.accounts["T1"].cash, market.accounts["T1"].shares) == (-140, -1)
    assert refusal(market, "T1", buy(10, 2)) == "bankrupt_reduce"
    play(market, ("T1", buy(10)))
    assert "short: 0 now, not 1" in market.submit("T1", buy(11), 9).reason


def overdrawn_owner() -> Exchange:
    """T1 owes 53 after interest on 51, where 50 may be owed, and owns five shares."""
    rules = treatment((POOR, RICH), credit_limit=51, short_limit=3, interest="1/25", bankrupt="reduce_only")
    market = opened(rules, traders=2)
    play(market, ("T2", sell(30, 3)), ("T1", buy(30, 3)), ("T2", sell(61)), ("T1", buy(61)))
    market.operate(ClosePeriod())
    market.operate(OpenPeriod())
    assert (market.accounts["T1"].cash, market.accounts["T1"].shares) == (-53, 6)
    return market


def test_a_bankrupt_trader_may_sell_what_it_has_and_not_a_share_more() -> None:
    market = overdrawn_owner()
    play(market, ("T1", sell(10, 4)))
    assert refusal(market, "T1", sell(10, 3)) == "bankrupt_reduce"
    assert refusal(market, "T1", replace(5, 9, 7)) == "bankrupt_reduce"
    play(market, ("T1", sell(10, 2)))
    assert "only sell shares that you have: 0 now, not 1" in market.submit("T1", sell(10), 9).reason


def test_who_can_pay_again_when_payments_are_made_is_free_again() -> None:
    market = overdrawn_owner()
    play(market, ("T1", sell(10, 4)), ("T2", buy(10, 4)))
    assert view_of(market, "T1", 0).bankrupt
    market.operate(ClosePeriod())
    assert not view_of(market, "T1", 0).bankrupt


@pytest.mark.parametrize("bankrupt", ["stop", "reduce_only"])
def test_a_bankruptcy_comes_out_again_from_the_log(bankrupt: str) -> None:
    market = indebted(bankrupt)
    again = fold(market.treatment, market.roles, market.log())
    assert again.state_hash() == market.state_hash()
    assert again.ledger.bankrupt == {"T1"}


def test_a_log_without_bankruptcies_hashes_as_before_there_was_such_a_rule() -> None:
    free, ruled = indebted("stop", dividend=0), indebted("continue", dividend=0)
    assert free.state_hash() == ruled.state_hash()
