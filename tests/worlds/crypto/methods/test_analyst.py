"""What analysts look at points the right way, is what its library says, and knows nothing of later bars."""

from __future__ import annotations

import numpy as np
import pytest
import talib

from tests.worlds.crypto.coins import bars_of, chance
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.registry import installed_methods

METHODS = installed_methods("analyst")
DIRECTIONS = sorted(name for name, one in METHODS.items() if one.kind == "direction")
TURBULENCES = sorted(name for name, one in METHODS.items() if one.kind == "turbulence")
# what is no trend: it rises where returns follow each other, against a skew, or where a trend speeds up
NO_TREND = {"autocorrelation", "skew", "macd"}


def wavering(drift: float, loud: float = 0.004, rows: int = 400) -> Shared:
    """A coin that drifts, louder at the end."""
    rng = np.random.default_rng(8)
    step = drift + rng.normal(0, 1, rows) * np.where(np.arange(rows) < rows - 40, 0.004, loud)
    close = list(100 * np.exp(np.cumsum(step)))
    volume = {"BTC": list(rng.uniform(1, 2, rows))}
    return Shared(bars_of({"BTC": close}, volume=volume))


@pytest.mark.parametrize("name", sorted(set(DIRECTIONS) - NO_TREND))
def test_a_direction_follows_a_steady_drift(name: str) -> None:
    up, down = (wavering(sign * 0.002).method("analyst", name, lookback=14)[-200:].mean() for sign in (1, -1))
    assert up > down + 0.2


def test_converging_averages_tell_that_a_trend_speeds_up() -> None:
    rows = np.arange(200.0)
    for sign in (1, -1):
        close = 100 + sign * np.maximum(0, rows - 185) ** 2 / 50
        told = Shared(bars_of({"BTC": list(close)})).method("analyst", "macd", lookback=12)
        assert sign * told[-1, 0] > 0.3


@pytest.mark.parametrize("name", sorted(set(TURBULENCES) - {"kurt", "hmm"}))
def test_turbulence_rises_with_volatility(name: str) -> None:
    loud = wavering(0.0, loud=0.02).method("analyst", name, lookback=14)[:, 0]
    assert loud[-10:].mean() > 0.9
    assert np.nanmean(loud[:-40]) < 0.7


@pytest.mark.parametrize("name", METHODS)
def test_every_method_keeps_to_its_range_and_says_something(name: str) -> None:
    values = chance().method("analyst", name, lookback=20)
    known = values[~np.isnan(values)]
    assert values.shape == chance().bars.close.shape
    assert len(known) > 0.7 * values.size
    assert known.min() >= (-1 if name in DIRECTIONS else 0)
    assert known.max() <= 1
    assert known.std() > 0.05


def test_indicators_are_those_of_ta_lib() -> None:
    shared, at = chance(), 2
    close = np.ascontiguousarray(shared.bars.close[:, at])
    rsi = shared.method("analyst", "rsi", lookback=14)[:, at]
    np.testing.assert_array_equal(rsi, (talib.RSI(close, 14) - 50) / 50)
    upper, middle, _ = talib.BBANDS(close, 20)
    place = shared.method("analyst", "bb", lookback=20)[:, at]
    np.testing.assert_allclose(place, np.clip((close - middle) / (upper - middle), -1, 1))


def test_returns_that_alternate_are_foretold_to_turn() -> None:
    signs = np.tile([1.0, -1.0], 60)
    shared = Shared(bars_of({"BTC": list(100 * np.exp(np.cumsum(0.01 * signs)))}))
    lead = shared.method("analyst", "autocorrelation", lookback=20)[30:, 0]
    assert (np.sign(lead) == -signs[30:]).all()


def test_skew_is_read_against_its_sign() -> None:
    step = np.full(60, -0.001)
    step[::10] = 0.03
    shared = Shared(bars_of({"BTC": list(100 * np.exp(np.cumsum(step)))}))
    assert shared.method("analyst", "skew", lookback=20)[-1, 0] < -0.8


def test_two_hidden_states_are_told_apart() -> None:
    rng, loud = np.random.default_rng(1), (np.arange(600) // 75) % 2 == 1
    close = 100 * np.exp(np.cumsum(rng.normal(0, np.where(loud, 0.03, 0.005))))
    belief = Shared(bars_of({"BTC": list(close)})).method("analyst", "hmm", lookback=3)[:, 0]
    assert ((belief > 0.5) == loud)[240:].mean() > 0.9
