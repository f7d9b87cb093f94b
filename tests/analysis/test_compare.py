"""Comparisons of groups of sessions against values worked by hand and against chance."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from analysis.compare import adjusted, by_session, cliffs_delta, compare, hedges_g, mean_interval


def sessions(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"rad": values})


def test_markets_of_one_session_count_as_one() -> None:
    markets = pd.DataFrame({"session": ["a", "a", "b"], "rad": [1.0, 3.0, 5.0]})
    assert by_session(markets)["rad"].tolist() == [2, 5]


def test_a_difference_of_means_with_its_interval() -> None:
    [one] = compare(sessions(1, 2, 3, 4, 5, 6), sessions(11, 12, 13, 14, 15, 16))
    assert one.difference == -10
    assert one.interval.low < -10 < one.interval.high
    assert one.delta == -1
    assert one.p == pytest.approx(2 / 924)


def test_hedges_g_by_hand() -> None:
    """Means 1 apart, both deviations 1, four degrees of freedom: 1 - 3 / 15."""
    assert float(hedges_g(np.array([1.0, 2, 3]), np.array([2.0, 3, 4]))) == pytest.approx(-0.8)


def test_cliffs_delta_by_hand() -> None:
    assert cliffs_delta(np.array([1.0, 4]), np.array([2.0, 3, 4])) == pytest.approx((2 - 3) / 6)


def test_three_sessions_a_side_cannot_prove_anything_and_it_is_said() -> None:
    [one] = compare(sessions(1, 2, 3), sessions(101, 102, 103))
    assert one.p == one.smallest_p == pytest.approx(0.1)
    assert "few sessions: no result can be below p = 0.100" in one.note


def test_with_groups_of_different_sizes_the_least_p_is_the_smaller_tail_twice() -> None:
    [one] = compare(sessions(10, 11, 12), sessions(1, 2))
    assert one.p == one.smallest_p == pytest.approx(2 / 10)


def test_one_session_a_side_has_a_difference_and_no_test() -> None:
    [one] = compare(sessions(1), sessions(3))
    assert one.difference == -2
    assert isnan(one.p)
    assert "one session a side" in one.note


def test_many_sessions_need_no_note() -> None:
    [one] = compare(sessions(*range(6)), sessions(*range(6)))
    assert one.note == ""
    assert one.p == 1


def test_where_nothing_differs_one_test_in_twenty_says_it_does() -> None:
    draws = np.random.default_rng(5).standard_normal((400, 2, 6))
    found = [compare(sessions(*a), sessions(*b))[0].p for a, b in draws[:120]]
    assert 0.0 <= np.mean(np.array(found) < 0.05) < 0.12


def test_intervals_cover_the_mean_about_as_often_as_they_say() -> None:
    draws = np.random.default_rng(6).standard_normal((200, 25))
    covered = [low < 0 < high for low, high in (mean_interval(one) for one in draws)]
    assert 0.88 < np.mean(covered) < 0.99


def test_an_interval_needs_two_values_and_is_a_point_where_they_are_equal() -> None:
    assert isnan(mean_interval([3.0]).low)
    assert mean_interval([3.0, 3.0]) == (3.0, 3.0)


def test_holms_adjustment_by_hand() -> None:
    assert adjusted([0.01, 0.04, float("nan"), 0.03]) == pytest.approx([0.03, 0.06, np.nan, 0.06], nan_ok=True)


def test_the_same_seed_gives_the_same_numbers() -> None:
    a, b = sessions(*np.random.default_rng(1).normal(size=12)), sessions(*np.random.default_rng(2).normal(size=12))
    assert compare(a, b, seed=7) == compare(a, b, seed=7)
