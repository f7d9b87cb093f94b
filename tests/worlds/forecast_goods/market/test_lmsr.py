"""The automated maker: published values, a price that is a probability, and a loss that has a bound."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.forecast_goods.market.lmsr import charge, cost, prices, within, worst_loss

BETS = st.lists(st.tuples(st.integers(0, 1), st.integers(-300, 300)), max_size=30)


def test_ten_shares_from_evens_cost_5_124948_and_move_the_price_to_524979() -> None:
    assert cost([10, 0], 100) - cost([0, 0], 100) == pytest.approx(5.124948, abs=5e-7)
    assert prices([10, 0], 100)[0] == pytest.approx(0.524979, abs=5e-7)
    assert charge([0, 0], 0, 10, 100.0, 100) == 513


def test_the_loss_bound_is_b_ln_n() -> None:
    assert worst_loss(100, 2) == pytest.approx(69.3147, abs=5e-5)


@settings(max_examples=40, deadline=None)
@given(BETS, st.integers(0, 1))
def test_the_maker_never_loses_more_than_its_bound_whatever_happens(bets: list[tuple[int, int]], came: int) -> None:
    sold, paid_in = [0, 0], 0
    for outcome, shares in bets:
        paid_in += charge(sold, outcome, shares, 50.0, 100)
        sold[outcome] += shares
        assert math.fsum(prices(sold, 50.0)) == pytest.approx(1)
    assert 100 * sold[came] - paid_in <= 100 * worst_loss(50.0, 2) + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.integers(0, 500))
def test_two_bets_cost_what_one_of_both_costs_but_for_the_rounding(first: int, second: int) -> None:
    once = charge([0, 0], 1, first + second, 100.0, 100)
    twice = charge([0, 0], 1, first, 100.0, 100) + charge([0, first], 1, second, 100.0, 100)
    assert once <= twice <= once + 1


def test_who_buys_and_sells_back_never_gains() -> None:
    assert charge([0, 0], 1, 7, 100.0, 100) + charge([0, 7], 1, -7, 100.0, 100) >= 0


def test_very_lopsided_books_do_not_overflow() -> None:
    assert prices([1_000_000, 0], 1.0) == pytest.approx([1, 0])


@settings(max_examples=60, deadline=None)
@given(st.integers(-300, 300), st.integers(-300, 300).filter(bool), st.integers(0, 40_000))
def test_a_limit_is_never_passed_and_is_used_up(before: int, shares: int, limit: int) -> None:
    sold, way = [0, before], 1 if shares > 0 else -1
    some = within(sold, 1, shares, limit, 100.0, 100)
    assert 0 <= way * some <= way * shares
    part = limit * abs(some) / abs(shares)
    assert charge(sold, 1, some, 100.0, 100) <= way * part
    if some != shares:
        more = charge(sold, 1, some + way, 100.0, 100)
        # a share more is beyond its part of the limit
        assert more > way * limit * (abs(some) + 1) / abs(shares)
