"""Numbers of sessions against what theory says of normal samples."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.power import power_of, sessions_needed


def sample(mean: float, seed: int) -> np.ndarray:
    """A large normal sample with exactly this mean and a deviation of 1."""
    drawn = np.random.default_rng(seed).standard_normal(2000)
    return np.asarray((drawn - drawn.mean()) / drawn.std() + mean)


def test_the_power_of_a_known_effect_is_that_of_the_t_test() -> None:
    """Effect .8, 26 a side, level .05: .807 (Cohen 1988, table 2.3.5)."""
    assert power_of(sample(0.8, 1), sample(0, 2), 26, draws=800).power == pytest.approx(0.807, abs=0.05)


def test_without_an_effect_the_test_finds_one_as_often_as_its_level_says() -> None:
    assert power_of(sample(0, 1), sample(0, 2), 12, draws=800).power == pytest.approx(0.05, abs=0.03)


def test_the_sessions_needed_are_about_those_of_cohens_table() -> None:
    needed, tried = sessions_needed(sample(0.8, 1), sample(0, 2))
    assert needed is not None
    assert 22 <= needed <= 30
    assert [one.sessions for one in tried] == sorted(one.sessions for one in tried)


def test_an_effect_too_small_for_the_most_sessions_has_no_number() -> None:
    needed, tried = sessions_needed(sample(0.05, 1), sample(0, 2), most=16)
    assert needed is None
    assert tried[-1].sessions == 16


@pytest.mark.parametrize(("a", "sessions", "says"), [([1.0], 5, "2 known sessions"), ([1.0, 2.0], 1, "not 1")])
def test_too_little_to_say_anything_is_refused(a: list[float], sessions: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        power_of(a, [1.0, 2.0], sessions)
