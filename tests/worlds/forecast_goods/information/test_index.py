"""Indices have the moments that theory gives them. Tolerances: four standard errors, unless something is exact."""

from __future__ import annotations

import math

import numpy as np
import pytest

from worlds.errors import WorldError
from worlds.forecast_goods.config_information import Garch, Index, Information, Jumps, News, Regimes
from worlds.forecast_goods.information.index import (
    begun,
    chance_above,
    index_state,
    stationary,
    step,
)

MANY = 40_000  # independent indices, one path each


def many(dt: float, mu: float = 0.05, sigma: float = 0.2, number: int = MANY, **more: object) -> Information:
    indices = tuple(Index(name=str(one), mu=mu, sigma=sigma) for one in range(number))
    return Information(dt=dt, indices=indices, correlation=(), news=News(lead=1), **more)  # type: ignore[arg-type]


def walked(config: Information, steps: int, seed: int = 1) -> np.ndarray:
    """Levels, (steps + 1, n)."""
    rng = np.random.default_rng(seed)
    state = begun(config, rng)
    levels = [state.levels]
    for _ in range(steps):
        state = step(state, config, rng)
        levels.append(state.levels)
    return np.array(levels)


@pytest.mark.parametrize("steps", [1, 6])
def test_gbm_after_six_months_has_the_exact_law_in_one_step_or_in_six(steps: int) -> None:
    last = walked(many(0.5 / steps), steps)[-1]
    assert last.mean() == pytest.approx(102.5315, abs=4 * 14.5729 / math.sqrt(MANY))
    assert last.std() == pytest.approx(14.5729, abs=0.25)
    assert (last > 100).mean() == pytest.approx(0.542235, abs=4 * 0.5 / math.sqrt(MANY))


def test_the_chance_to_be_above_the_strike_and_the_brier_score_of_who_knows_it() -> None:
    chance = chance_above(100, 100, 0.05, 0.2, 0.5)
    assert chance == pytest.approx(0.542235, abs=5e-7)
    assert chance * (1 - chance) == pytest.approx(0.248216, abs=5e-7)


def test_what_is_known_of_the_innovation_sharpens_the_chance() -> None:
    up, down = (chance_above(100, 100, 0.0, 0.2, 0.5, (mean, 0.5)) for mean in (0.6, -0.6))
    assert up > 0.7
    assert down < 0.3
    # averaged over what may be heard, the chance is what it is without hearing
    heard = np.random.default_rng(1).standard_normal(20_000) * math.sqrt(0.5)
    told = [chance_above(100, 100, 0.05, 0.2, 0.5, (mean, 0.5)) for mean in heard]
    assert np.mean(told) == pytest.approx(0.542235, abs=0.01)


def test_innovations_are_correlated_as_wished() -> None:
    wished = ((1.0, 0.6, -0.3), (0.6, 1.0, 0.2), (-0.3, 0.2, 1.0))
    config = Information(indices=tuple(Index(name=one) for one in "abc"), correlation=wished)
    returns = np.diff(np.log(walked(config, 6000)), axis=0)
    assert np.corrcoef(returns.T) == pytest.approx(np.array(wished), abs=4 / math.sqrt(6000))


def test_jumps_leave_the_mean_alone_and_add_their_variance_and_skew() -> None:
    jumps = Jumps(rate=4.0, mean=-0.05, sd=0.04)
    logs = np.log(walked(many(0.5, jumps=jumps), 1)[-1] / 100)
    variance = 0.2**2 * 0.5 + 2.0 * (0.05**2 + 0.04**2)
    assert np.exp(logs).mean() == pytest.approx(math.exp(0.025), abs=4 * math.sqrt(variance / MANY))
    assert logs.var() == pytest.approx(variance, rel=0.04)
    third = 2.0 * (jumps.mean**3 + 3 * jumps.mean * jumps.sd**2)
    assert np.mean((logs - logs.mean()) ** 3) == pytest.approx(third, rel=0.25)


def test_garch_keeps_the_variance_and_has_the_kurtosis_of_its_parameters() -> None:
    garch = Garch(alpha=0.15, beta=0.7)
    levels = walked(many(1 / 252, mu=0.0, number=4000, garch=garch), 160)
    returns = np.diff(np.log(levels), axis=0)[60:]
    assert returns.var() * 252 == pytest.approx(0.04, rel=0.02)
    both = (garch.alpha + garch.beta) ** 2
    kurtosis = 3 * (1 - both) / (1 - both - 2 * garch.alpha**2)
    assert (returns**4).mean() / (returns**2).mean() ** 2 == pytest.approx(kurtosis, rel=0.05)
    squares = returns**2
    assert np.corrcoef(squares[:-1].ravel(), squares[1:].ravel())[0, 1] > 0.15


def test_regimes_are_visited_by_the_stationary_law_and_set_the_volatility() -> None:
    regimes = Regimes(transition=((0.9, 0.1), (0.2, 0.8)), drift=(0.0, 0.0), volatility=(0.5, 2.0))
    assert stationary(regimes.transition) == pytest.approx([2 / 3, 1 / 3])
    config = many(1 / 252, number=20, regimes=regimes)
    rng = np.random.default_rng(3)
    state, seen, sizes = begun(config, rng), [], []
    for _ in range(4000):
        after = step(state, config, rng)
        seen.append(after.regime)
        sizes.append(np.log(np.array(after.levels) / state.levels))
        state = after
    calm = np.array(seen) == 0
    # sojourns of 10 and 5 rounds: about 270 of each, so the share has a standard error of .02
    assert calm.mean() == pytest.approx(2 / 3, abs=0.08)
    assert np.std(np.array(sizes)[calm]) == pytest.approx(0.1 / math.sqrt(252), rel=0.03)
    assert np.std(np.array(sizes)[~calm]) == pytest.approx(0.4 / math.sqrt(252), rel=0.03)
    ends = np.flatnonzero(np.diff(calm.astype(int))) + 1
    lengths = {kind: np.diff(ends)[calm[ends[:-1]] == kind] for kind in (True, False)}
    # geometric lengths: their standard deviations are about their means
    assert lengths[True].mean() == pytest.approx(10, abs=4 * 10 / math.sqrt(len(lengths[True])))
    assert lengths[False].mean() == pytest.approx(5, abs=4 * 5 / math.sqrt(len(lengths[False])))


def test_plain_gbm_has_no_fat_tails_and_no_clustering() -> None:
    returns = np.diff(np.log(walked(many(1 / 252, number=500), 100)), axis=0)
    assert (returns**4).mean() / (returns**2).mean() ** 2 == pytest.approx(3, abs=0.1)
    assert np.corrcoef(returns[:-1].ravel() ** 2, returns[1:].ravel() ** 2)[0, 1] == pytest.approx(0, abs=0.02)


def test_a_state_comes_back_from_json_without_a_loss_and_goes_on_alike() -> None:
    config = Information(regimes=Regimes(), jumps=Jumps(), garch=Garch())
    state = step(begun(config, np.random.default_rng(1)), config, np.random.default_rng(2))
    again = index_state(state.told())
    assert again == state
    one, other = (step(each, config, np.random.default_rng(3)) for each in (state, again))
    assert one == other


def test_the_innovations_that_are_ahead_are_those_that_come() -> None:
    config = Information(correlation=(), news=News(lead=3))
    rng = np.random.default_rng(5)
    state = begun(config, rng)
    third = state.ahead[2]
    state = step(step(state, config, rng), config, rng)
    assert state.ahead[0] == third
    moves = np.log(np.array(step(state, config, rng).levels) / state.levels)
    sigma = np.array([one.sigma for one in config.indices]) * math.sqrt(config.dt)
    mu = np.array([one.mu - one.sigma**2 / 2 for one in config.indices]) * config.dt
    assert moves == pytest.approx(mu + sigma * third)


REFUSED = [
    (lambda: Index(sigma=-1), r"information.indices.sigma = -1: expected a number from 0"),
    (lambda: Regimes(transition=((0.5, 0.4), (0, 1))), r"transition\[0\] = .*a sum of 1. It is 0.9"),
    (lambda: Regimes(drift=(0.1,)), r"information.regimes.drift = \(0.1,\): expected 2 numbers"),
    (lambda: Garch(alpha=0.4, beta=0.7), r"garch.alpha \+ beta = 1.1.*less than 1"),
    (lambda: Information(correlation=((1.0, 1.0), (1.0, 1.0))), "positive definite"),
    (lambda: Information(correlation=((1.0,),)), "2 rows of 2 numbers"),
    (lambda: Information(indices=(Index(), Index())), "a name of its own"),
    (lambda: News(network="ringg"), r"network = 'ringg': expected one of none, ring.*Nearest: 'ring'"),
    (lambda: News(beta=1.5), "information.news.beta = 1.5: expected a number from 0 to 1"),
    (lambda: Information(dt=float("nan")), "information.dt = nan"),
]


@pytest.mark.parametrize(("made", "told"), REFUSED)
def test_what_makes_no_sense_is_refused_with_key_value_and_range(made: object, told: str) -> None:
    with pytest.raises(WorldError, match=told):
        made()  # type: ignore[operator]
