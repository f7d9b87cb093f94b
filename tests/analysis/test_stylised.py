"""Stylised facts of processes whose law is known."""

from __future__ import annotations

import numpy as np
import pytest
from arch.univariate import GARCH, ConstantMean, Normal

from analysis.stylised import (
    aggregational_kurtosis,
    autocorrelation,
    excess_kurtosis,
    facts,
    hill_index,
    log_returns,
    volume_volatility,
)

LONG = 20_000


def normal(seed: int = 1, number: int = LONG) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(number)


def ar1(coefficient: float, seed: int = 2) -> np.ndarray:
    series = normal(seed)
    for step in range(1, LONG):
        series[step] += coefficient * series[step - 1]
    return series


def garch(seed: int = 3) -> np.ndarray:
    """omega .05, alpha .15, beta .80: returns without linear dependence whose size comes in clusters."""
    model = ConstantMean(np.zeros(2), volatility=GARCH(), distribution=Normal(seed=np.random.default_rng(seed)))
    return np.asarray(model.simulate([0.0, 0.05, 0.15, 0.80], LONG)["data"])


def test_white_noise_has_as_many_autocorrelations_outside_the_band_as_chance_gives() -> None:
    outside = np.mean([autocorrelation(normal(seed, 500)).outside for seed in range(60)])
    assert 0.03 < outside < 0.07


@pytest.mark.parametrize("coefficient", [0.5, -0.3])
def test_the_autocorrelations_of_an_ar1_are_powers_of_its_coefficient(coefficient: float) -> None:
    found = autocorrelation(ar1(coefficient), lags=3).values
    assert found == pytest.approx([coefficient, coefficient**2, coefficient**3], abs=0.03)


def test_autocorrelations_by_hand() -> None:
    found = autocorrelation([1, 2, 3, 4, 5], lags=2)
    assert found.values == pytest.approx([4 / 10, -1 / 10])
    assert found.band == pytest.approx([1.96 * 8**0.5 / 10, 1.96 * 1**0.5 / 10])


def test_the_band_of_independent_draws_is_the_usual_one() -> None:
    assert autocorrelation(normal(), lags=3).band == pytest.approx([1.96 / LONG**0.5] * 3, rel=0.03)


def test_a_normal_law_has_no_excess_kurtosis_and_a_uniform_one_minus_six_fifths() -> None:
    assert excess_kurtosis(normal()) == pytest.approx(0, abs=0.1)
    assert excess_kurtosis(np.random.default_rng(4).uniform(size=LONG)) == pytest.approx(-1.2, abs=0.05)


def test_kurtosis_by_hand() -> None:
    assert excess_kurtosis([-1, -1, 1, 1]) == -2


@pytest.mark.parametrize("freedom", [3, 4])
def test_the_tail_index_of_a_student_law_is_its_degrees_of_freedom(freedom: int) -> None:
    draws = [np.random.default_rng(seed).standard_t(freedom, size=50_000) for seed in range(10)]
    assert np.mean([hill_index(one, share=0.005) for one in draws]) == pytest.approx(freedom, rel=0.12)


def test_the_tail_index_of_a_pareto_law_by_hand() -> None:
    sizes = [8.0, 4.0, 2.0, *[1.0] * 17]
    assert hill_index(sizes, share=0.1) == pytest.approx(1 / np.mean(np.log([8 / 2, 4 / 2])))


def test_garch_returns_cluster_without_linear_dependence() -> None:
    returns = garch()
    squares = autocorrelation(returns**2)
    assert autocorrelation(returns, lags=5).values == pytest.approx(np.zeros(5), abs=0.05)
    assert np.all(squares.values[:5] > 3 * 1.96 / LONG**0.5)
    assert excess_kurtosis(returns) > 1


def test_the_kurtosis_of_garch_falls_with_the_scale() -> None:
    by_scale = aggregational_kurtosis(garch(), scales=(1, 200))
    assert by_scale[1] > by_scale[200] + 1


def test_volume_that_is_the_size_of_returns_goes_with_them_wholly() -> None:
    returns = normal()
    assert volume_volatility(np.abs(returns), returns) == pytest.approx(1)
    assert volume_volatility(normal(9), returns) == pytest.approx(0, abs=0.03)
    assert np.isnan(volume_volatility(np.ones(LONG), returns))


def test_the_facts_of_garch_hold_and_those_of_a_random_walk_do_not() -> None:
    held = {
        name: {one.name: one.holds for one in facts(prices, np.abs(np.diff(np.log(prices))))}
        for name, prices in (("garch", np.exp(garch().cumsum() / 100)), ("walk", np.exp(normal().cumsum() / 100)))
    }
    assert all(held["garch"][name] for name in ("volatility_clustering", "excess_kurtosis", "linear_dependence"))
    assert not held["walk"]["volatility_clustering"]


def test_chance_alone_makes_hardly_any_fact() -> None:
    """A walk without memory and a volume that knows nothing of it: only the absence of dependence is a fact of it."""
    held: dict[str, list[bool]] = {}
    for seed in range(200):
        prices, volume = np.exp(normal(seed, 1000).cumsum() / 100), np.abs(normal(seed + 1000, 999))
        for one in facts(prices, volume):
            held.setdefault(one.name, []).append(one.holds)
    shares = {name: np.mean(holds) for name, holds in held.items()}
    assert shares.pop("linear_dependence") > 0.9
    assert shares.pop("tail_index") < 0.5  # five per cent of a normal sample look like an index of 5.3
    assert max(shares.values()) <= 0.06, shares


def test_returns_are_logarithms_of_ratios() -> None:
    assert log_returns([1, np.e, np.e**3]) == pytest.approx([1, 2])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: log_returns([1, 0]), "prices above 0"),
        (lambda: excess_kurtosis([1, 2]), "at least 4 steps, there are 2"),
        (lambda: excess_kurtosis([1, 2, 3, float("nan")]), "gap"),
    ],
)
def test_series_that_cannot_be_measured_are_refused_in_words(call: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()  # type: ignore[operator]
