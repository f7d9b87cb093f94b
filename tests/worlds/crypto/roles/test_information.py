"""Analysts and researchers: five of each, all different, with intervals that cover and confidences that were earned."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worlds.crypto.coins import chance, needs_real_bars, real
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.outlook import Outlook, ahead
from worlds.crypto.methods.registry import methods
from worlds.crypto.roles.analyst import analyse
from worlds.crypto.roles.conformal import calibrated, sign_confidence
from worlds.crypto.roles.information import (
    ANALYST_RANGES,
    ANALYSTS,
    RESEARCHER_RANGES,
    RESEARCHERS,
    of_inventory,
)
from worlds.crypto.roles.outputs import CALM, TURBULENT, Forecast
from worlds.crypto.roles.researcher import forecast


def told(shared: Shared, researcher: str, **changes: float) -> Forecast:
    analysis = analyse(shared, ANALYSTS["technical"])
    return forecast(shared, analysis, {**RESEARCHERS[researcher], **changes})


def test_there_are_five_of_each_within_their_ranges_and_every_weight_is_a_methods() -> None:
    for role, variants, ranges in (
        ("analyst", ANALYSTS, ANALYST_RANGES),
        ("researcher", RESEARCHERS, RESEARCHER_RANGES),
    ):
        assert len(variants) == 5
        assert {name[2:] for name in ranges if name.startswith("w_")} == set(methods(role)) - {"tft"}
        for parameters in variants.values():
            assert set(parameters) == set(ranges)
            assert all(ranges[name][0] <= value <= ranges[name][1] for name, value in parameters.items())
            assert sum(value for name, value in parameters.items() if name.startswith("w_")) == pytest.approx(1)


def test_every_analyst_has_trends_both_ways_and_three_regimes() -> None:
    trends = []
    for name, parameters in ANALYSTS.items():
        said = analyse(chance(), parameters)
        assert (said.trend > 0.1).mean() > 0.05, name
        assert (said.trend < -0.1).mean() > 0.05, name
        assert {CALM, TURBULENT} < set(np.unique(said.regime).tolist()), name
        assert said.strength.min() >= 0
        assert said.strength.max() <= 1
        trends.append(said.trend[240:].ravel())
    assert np.asarray(np.corrcoef(trends))[np.triu_indices(5, 1)].max() < 0.99


def test_sensitivity_sharpens_a_trend_and_a_threshold_widens_the_middle() -> None:
    plain = ANALYSTS["technical"]
    sharp = analyse(chance(), {**plain, "trend_sensitivity": 1.0})
    assert np.abs(sharp.trend).mean() > np.abs(analyse(chance(), plain).trend).mean()
    middle = [(analyse(chance(), {**plain, "regime_threshold": at}).regime == 0).mean() for at in (0.2, 0.8)]
    assert middle[1] > middle[0] + 0.3


def test_a_desk_without_cross_features_has_no_context() -> None:
    assert analyse(chance(), ANALYSTS["hybrid"]).context.std() > 0.1
    assert not analyse(Shared(chance().bars, cross=False), ANALYSTS["hybrid"]).context.any()


def test_an_inventory_leaves_weights_on_its_own_methods_alone() -> None:
    few = of_inventory(ANALYSTS["technical"], ("rsi", "stl"))
    assert analyse(chance(), few).used == ("rsi",)
    others = of_inventory(ANALYSTS["technical"], ("stl", "kalman"))
    assert set(analyse(chance(), others).used) == {"stl", "kalman"}


def covered(shared: Shared, researcher: str) -> list[float]:
    """Share of outcomes inside the interval, by horizon, over all rows that were calibrated."""
    said = told(shared, researcher)
    shares = []
    for at, horizon in enumerate(said.horizons):
        came = ahead(shared, horizon)
        good = ~np.isnan(said.low[at]) & ~np.isnan(came)
        shares.append(float(((came >= said.low[at]) & (came <= said.high[at]))[good].mean()))
    return shares


@pytest.mark.parametrize("researcher", RESEARCHERS)
@pytest.mark.parametrize(
    "shared",
    [
        pytest.param(lambda: chance(200, 9), id="synthetic"),
        pytest.param(lambda: real(1200), id="real", marks=needs_real_bars),
    ],
)
def test_intervals_of_90_per_cent_cover_88_to_92_out_of_sample(shared: object, researcher: str) -> None:
    assert callable(shared)
    for share in covered(shared(), researcher):
        assert 0.88 <= share <= 0.92


def test_intervals_cover_where_the_market_becomes_three_times_as_loud() -> None:
    rng = np.random.default_rng(1)
    came = rng.normal(0, np.where(np.arange(3000) < 1500, 1.0, 3.0)[:, None], (3000, 2))
    raw = Outlook(np.zeros((3000, 2)), np.full((3000, 2), -0.5), np.full((3000, 2), 0.5))
    low, high = calibrated(raw, came, horizon=1, window=100)
    inside = (came >= low) & (came <= high)
    for part in (slice(200, 1500), slice(1500, 3000)):
        assert 0.88 <= inside[part].mean() <= 0.92


def test_a_better_model_earns_confidence_and_noise_none() -> None:
    rng = np.random.default_rng(5)
    came = rng.normal(0, 1, (2000, 4))
    for foretold, least, most in ((0.5 * came + rng.normal(0, 0.5, came.shape), 0.58, 0.95), (-came, 0.5, 0.5)):
        high = np.full(came.shape, 1.645)
        sure = sign_confidence(foretold, foretold - high, foretold + high, came, horizon=1)[600:]
        assert least <= sure.mean() <= most
        right = (np.sign(foretold) == np.sign(came))[600:]
        if least > 0.5:
            assert sure.mean() <= right.mean() + 0.03


def test_the_trend_moves_the_mean_and_leaves_the_interval() -> None:
    with_trend, without = told(chance(), "bayesian", trend_weight=0.5), told(chance(), "bayesian", trend_weight=0.0)
    trend = analyse(chance(), ANALYSTS["technical"]).trend
    moved = (with_trend.mean - without.mean)[1]
    known = ~np.isnan(moved) & (np.abs(trend) > 0.1)
    assert (np.sign(moved[known]) == np.sign(trend[known])).mean() > 0.95
    np.testing.assert_array_equal(with_trend.low, without.low)


def test_the_ensemble_is_wider_where_its_members_differ() -> None:
    from worlds.crypto.roles.researcher import _raw

    weights = {"online": 0.5, "bootstrap": 0.5}
    wide, narrow = (_raw(chance(), weights, spread, 6) for spread in (1.0, 0.0))
    more = (wide.high - wide.low) - (narrow.high - narrow.low)
    apart = np.abs(
        chance().method("researcher", "online", horizon=6).mean
        - chance().method("researcher", "bootstrap", horizon=6).mean
    )
    np.testing.assert_allclose(more, apart, atol=1e-12)


def test_a_learned_horizon_is_whole_and_never_below_one_bar() -> None:
    assert told(chance(), "bayesian", horizon_short=0.2, horizon_long=11.6).horizons == (1, 6, 12)


def test_nothing_is_said_before_there_are_outcomes_to_learn_from() -> None:
    said = told(chance(), "statistical")
    assert np.isnan(said.mean[:, :140]).all()
    assert not np.isnan(said.mean[:, 200:]).any()
    assert said.confidence[:, 200:].min() >= 0.5
