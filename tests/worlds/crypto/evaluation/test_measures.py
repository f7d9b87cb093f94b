"""Sharpe, drawdown, calibration, and what a bootstrap lets one claim."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.crypto.evaluation.bootstrap import paired
from worlds.crypto.evaluation.contest import claim
from worlds.crypto.evaluation.metrics import buckets, calibration_error, drawdown, growth, sharpe


def test_sharpe_is_the_mean_over_the_deviation_of_a_bar_times_the_root_of_2190() -> None:
    returns = np.array([0.01, -0.005, 0.02, 0.0])
    assert sharpe(returns) == pytest.approx(returns.mean() / returns.std() * np.sqrt(2190))
    assert sharpe(np.zeros(9)) == 0


def test_drawdown_counts_from_the_highest_point_before_it_the_start_included() -> None:
    assert drawdown(np.array([80.0, 120.0, 90.0]), 100.0) == pytest.approx(0.25)
    assert drawdown(np.array([60.0, 120.0, 110.0]), 100.0) == pytest.approx(0.4)
    assert growth(np.array([80.0, 90.0]), 100.0) == pytest.approx(-0.1)


def test_who_says_seventy_percent_and_is_right_as_often_is_calibrated() -> None:
    stated = np.full(10, 0.7)
    assert calibration_error(buckets(stated, np.array([1.0] * 7 + [0.0] * 3))) == pytest.approx(0)
    assert calibration_error(buckets(stated, np.zeros(10))) == pytest.approx(0.7)
    assert calibration_error(buckets(np.zeros(0), np.zeros(0))) == 0


def series(seed: int, seeds: int = 4, better: float = 0.0) -> np.ndarray:
    """Returns of a year that share a market, and a little of their own."""
    rng = np.random.default_rng(seed)
    market = rng.standard_t(4, (2190, 1)) * 0.005
    return market + rng.normal(better, 0.001, (2190, seeds))


def test_a_difference_that_is_there_is_found_because_the_market_falls_out_of_the_pairs() -> None:
    found = paired(series(1, better=0.0003), series(1), seed=1, draws=300)
    assert found.verdict == "better"
    assert 0 < found.low < found.mean < found.high


def test_where_there_is_none_an_interval_covers_nothing_about_as_often_as_it_says() -> None:
    covered = 0
    for number in range(60):
        rng = np.random.default_rng(number)
        one, other = (rng.normal(0, 0.01, (600, 5)) for _ in range(2))
        found = paired(one, other, seed=number, draws=200)
        covered += found.low <= 0 <= found.high
    assert covered >= 53  # 57 expected of 95 %; with these seeds always the same


def test_one_seed_proves_nothing() -> None:
    found = paired(series(1, seeds=1, better=0.001), series(1, seeds=1), seed=1, draws=200)
    assert found.verdict == "too few seeds"
    assert claim("population", "static best agent", found).startswith("Nothing is claimed")


def test_a_population_that_does_not_beat_the_static_best_agent_is_said_not_to() -> None:
    rng = np.random.default_rng(3)
    found = paired(rng.normal(0, 0.01, (600, 4)), rng.normal(0, 0.01, (600, 4)), seed=1, draws=200)
    assert "does NOT beat the static best agent" in claim("population", "static best agent", found)


def test_series_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs"):
        paired(np.zeros((5, 2)), np.zeros((4, 2)), seed=1)
