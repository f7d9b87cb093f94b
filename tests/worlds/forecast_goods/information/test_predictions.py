"""Forecasts mature when they should, and are scored on events, by a score of which less is better."""

from __future__ import annotations

import math

import numpy as np
import pytest

from worlds.forecast_goods.information.predictions import (
    Prediction,
    brier,
    coverage,
    event,
    likelihood,
    murphy,
    posterior,
    reliability_bins,
    resolve,
    skill,
)


def prediction(horizon: int, issued: int = 3, asset: str = "alpha", probability: float = 0.7) -> Prediction:
    return Prediction("a1", asset, 100.0, probability, issued, horizon)


@pytest.mark.parametrize(("horizon", "matures"), [(1, 3), (2, 4), (5, 7)])
def test_a_prediction_of_horizon_h_matures_h_less_one_rounds_after_its_own(horizon: int, matures: int) -> None:
    one = prediction(horizon)
    for round in range(3, 9):
        due, rest = resolve([one], {"alpha": 101.0}, round)
        assert bool(due) == (round == matures)
        assert len(due) + len(rest) == 1


def test_a_matured_prediction_is_scored_by_its_own_assets_event() -> None:
    [high, low], _ = resolve([prediction(1), prediction(1, asset="beta")], {"alpha": 100.5, "beta": 50.0}, 3)
    assert (high.outcome, low.outcome) == (1, 0)
    assert high.score == pytest.approx(0.09)
    assert low.score == pytest.approx(0.49)


def test_the_strike_itself_is_not_above_the_strike() -> None:
    assert (event(100.0, 100.0), event(100.01, 100.0)) == (0, 1)


def test_an_index_level_is_no_outcome() -> None:
    with pytest.raises(ValueError, match="score the event, not the index"):
        brier(0.6, 103)


def test_murphys_parts_give_the_score_to_the_last_digit() -> None:
    rng = np.random.default_rng(1)
    p = rng.choice([0.1, 0.25, 0.5, 0.9], 400)
    o = (rng.random(400) < 0.2 + 0.5 * p).astype(int)
    parts = murphy(p, o)
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(parts.brier, abs=1e-12)
    assert parts.brier == pytest.approx(np.mean((p - o) ** 2))
    assert parts.reliability > 0
    assert parts.resolution > 0


def test_a_forecaster_who_says_the_base_rate_has_no_skill_and_no_resolution() -> None:
    o = [1, 0, 0, 1, 0]
    assert skill([0.4] * 5, o) == pytest.approx(0)
    assert murphy([0.4] * 5, o).resolution == pytest.approx(0)
    assert skill(o, o) == 1
    assert skill([0.6] * 5, o) < 0
    assert skill([0.4] * 5, o, base_rate=0.5) > 0
    assert math.isnan(skill([0.5, 0.5], [1, 1]))


def test_bins_of_a_diagram_hold_all_forecasts_and_tell_what_came() -> None:
    bins = reliability_bins([0.0, 0.05, 0.95, 1.0], [0, 1, 1, 1])
    assert [one.forecast for one in bins] == pytest.approx([0.025, 0.975])
    assert [(one.observed, one.number) for one in bins] == [(0.5, 2), (1.0, 2)]


def test_missing_forecasts_are_seen_in_the_coverage() -> None:
    assert coverage(3, 4) == 0.75
    assert math.isnan(coverage(0, 0))
    with pytest.raises(ValueError, match="5 forecasts of 4"):
        coverage(5, 4)


@pytest.mark.parametrize("states", [2, 3, 5])
def test_a_forecast_that_says_nothing_leaves_the_prior(states: int) -> None:
    prior = np.arange(1, states + 1) / sum(range(1, states + 1))
    for predicted in range(states):
        assert posterior(prior, 1 / states, predicted) == pytest.approx(prior, abs=1e-15)


def test_a_forecasts_likelihood_is_the_column_of_the_predicted_state() -> None:
    assert likelihood(0.7, 1, 3) == pytest.approx([0.15, 0.7, 0.15])
    assert posterior([0.2, 0.8], 0.75, 0) == pytest.approx([0.15 / 0.35, 0.2 / 0.35])
    assert posterior([0.5, 0.3, 0.2], 1.0, 2) == pytest.approx([0, 0, 1])
    # over all that the forecast may say, chances sum to one in every state
    assert sum(likelihood(0.6, said, 4) for said in range(4)) == pytest.approx(np.ones(4))
    with pytest.raises(ValueError, match="from 1/3"):
        likelihood(0.2, 0, 3)
    with pytest.raises(ValueError, match="what the prior excludes"):
        posterior([0.0, 1.0], 1.0, 0)


def test_what_is_no_forecast_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        murphy([1.2], [1])
    with pytest.raises(ValueError, match="2 forecasts and 1 outcomes"):
        skill([0.2, 0.3], [1])
