"""Each process of a fundamental value has the moments that it claims, measured on long paths of fixed seeds."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from analysis.stylised import excess_kurtosis
from simulation.values import Jumps, OrnsteinUhlenbeck, Regime, Regimes, ValueProcess, poisson

LONG = 200_000


def logs(process: ValueProcess, steps: int = LONG, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.log(np.array(process.path(steps, Random(seed))) / process.start)


def test_the_pull_gives_the_variance_and_the_memory_of_an_ornstein_uhlenbeck_process() -> None:
    drift = OrnsteinUhlenbeck(pull=0.05, sigma=0.002)
    path = logs(ValueProcess(drift=drift))
    assert path[0] == 0
    assert path.mean() == pytest.approx(0, abs=0.0005)
    assert path.var() == pytest.approx(drift.sigma**2 / (1 - 0.95**2), rel=0.05)
    for lag in (1, 10, 20):
        assert np.corrcoef(path[lag:], path[:-lag])[0, 1] == pytest.approx(0.95**lag, abs=0.02)


def test_jumps_come_as_often_and_as_large_as_they_should() -> None:
    jumps = Jumps(rate=0.02, size=0.03)
    moves = np.diff(logs(ValueProcess(drift=None, jumps=jumps)))
    came = moves[moves != 0]
    assert len(came) / len(moves) == pytest.approx(0.02, rel=0.05)
    assert came.std() == pytest.approx(0.03, rel=0.03)
    assert excess_kurtosis(moves) == pytest.approx(3 / 0.02 - 3, rel=0.1)


def test_regimes_are_equally_frequent_and_last_as_long_as_they_should() -> None:
    names = [Regime(name=name) for name in "abc"]
    regimes, rng = Regimes(states=tuple(names), change=0.02), Random(1)
    path = [names[0]]
    for _ in range(LONG):
        path.append(regimes.step(path[-1], rng))
    changes = sum(before != after for before, after in pairwise(path))
    assert len(path) / changes == pytest.approx(1 / 0.02, rel=0.05)
    for one in names:
        assert path.count(one) / len(path) == pytest.approx(1 / 3, abs=0.02)


def test_regimes_shift_the_mean_and_the_volatility() -> None:
    calm, wild = Regime(name="calm"), Regime(name="wild", mean=0.2, volatility=3.0)
    drift = OrnsteinUhlenbeck(pull=0.05, sigma=0.001)
    for regime in (calm, wild):
        alone = ValueProcess(drift=drift, regimes=Regimes(states=(regime,), change=0.0))
        path = logs(alone)[1000:]
        assert path.mean() == pytest.approx(regime.mean, abs=0.002)
        assert path.std() == pytest.approx(regime.volatility * 0.001 / (1 - 0.95**2) ** 0.5, rel=0.06)


def test_all_together_never_send_the_value_far_away() -> None:
    for seed in range(5):
        path = ValueProcess(regimes=Regimes(), jumps=Jumps()).path(50_000, Random(seed))
        assert 5_000 < min(path) < max(path) < 20_000


def test_without_any_part_the_value_stands_still() -> None:
    assert set(ValueProcess(drift=None).path(100, Random(1))) == {10_000.0}


def test_arrivals_have_the_mean_and_the_variance_of_the_poisson_law() -> None:
    rng = Random(1)
    draws = [poisson(0.7, rng) for _ in range(LONG)]
    assert np.mean(draws) == pytest.approx(0.7, rel=0.02)
    assert np.var(draws) == pytest.approx(0.7, rel=0.02)
    assert draws.count(0) / LONG == pytest.approx(np.exp(-0.7), rel=0.02)
