"""What researchers foretell: each model finds what is there to be found, and no more."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from tests.worlds.crypto.coins import bars_of, chance
from worlds.crypto.data.bars import Array, Bars
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.outlook import ahead
from worlds.crypto.methods.registry import check_inventory, installed_methods, method, methods
from worlds.errors import WorldError

METHODS = sorted(set(installed_methods("researcher")) - {"tft"})
REGRESSIONS = ("arimax", "bayesian", "online", "quantile_regression")


def coins_of(steps: Array, **columns: dict[str, list[float]]) -> Bars:
    prices = 100 * np.exp(np.cumsum(steps, axis=0))
    return bars_of({"BTC": list(prices[:, 0]), "ETH": list(prices[:, 1])}, **columns)


def following(rows: int = 900, carry: float = 0.45) -> Shared:
    """Two coins whose returns follow the last one."""
    noise = np.random.default_rng(3).normal(0, 0.01, (rows, 2))
    steps = noise.copy()
    for row in range(1, rows):
        steps[row] += carry * steps[row - 1]
    return Shared(coins_of(steps))


def skill(shared: Shared, name: str, horizon: int) -> float:
    """Correlation of what was foretold with what came."""
    told, came = shared.method("researcher", name, horizon=horizon).mean, ahead(shared, horizon)
    good = ~np.isnan(told) & ~np.isnan(came)
    return float(np.corrcoef(told[good], came[good])[0, 1])


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regression_finds_that_returns_follow_each_other(name: str) -> None:
    assert skill(following(), name, 1) > 0.3


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regression_finds_what_funding_foretells(name: str) -> None:
    rng = np.random.default_rng(4)
    funding = rng.normal(1e-4, 1e-4, (900, 2))
    steps = rng.normal(0, 0.01, (900, 2))
    steps[1:] += 0.006 * (funding[:-1] - 1e-4) / 1e-4
    given = {"BTC": list(funding[:, 0]), "ETH": list(funding[:, 1])}
    assert skill(Shared(coins_of(steps, funding_rate=given)), name, 1) > 0.35


@pytest.mark.parametrize("name", METHODS)
def test_where_nothing_can_be_known_little_is_claimed(name: str) -> None:
    steps = np.random.default_rng(6).normal(0, 0.01, (900, 2))
    told = Shared(coins_of(steps)).method("researcher", name, horizon=6)
    assert np.nanmean(np.abs(told.mean)) < 0.35 * 0.01 * np.sqrt(6)


@pytest.mark.parametrize("name", METHODS)
def test_raw_intervals_are_in_order_and_roughly_right(name: str) -> None:
    told, came = chance().method("researcher", name, horizon=6), ahead(chance(), 6)
    good = ~np.isnan(told.mean) & ~np.isnan(came)
    assert (told.low[good] < told.high[good]).all()
    assert 0.75 < ((came >= told.low) & (came <= told.high))[good].mean() < 0.97


def test_garch_hears_that_it_became_loud_and_forgets_in_time() -> None:
    loud = (np.arange(900) // 60) % 2 == 1
    steps = np.random.default_rng(2).normal(0, np.where(loud, 0.02, 0.004)[:, None], (900, 2))
    told = Shared(coins_of(steps)).method("researcher", "garch", horizon=2)
    width = (told.high - told.low)[480:, 0]
    assert width[loud[480:]].mean() > 2 * width[~loud[480:]].mean()


def test_the_bootstrap_keeps_the_lopsidedness_that_was() -> None:
    steps = 0.01 * (1 - np.random.default_rng(2).exponential(1, (700, 2)))
    told = Shared(coins_of(steps)).method("researcher", "bootstrap", horizon=1)
    assert -np.nanmean(told.low) > 1.5 * np.nanmean(told.high)


def test_an_unknown_method_names_the_nearest_and_a_missing_package_its_file() -> None:
    with pytest.raises(WorldError, match="Unknown researcher method 'arima_x'; the nearest is 'arimax'"):
        method("researcher", "arima_x")
    if not methods("researcher")["tft"].installed:
        with pytest.raises(WorldError, match=r"agents.researcher.inventory: .* pip install -r requirements/tft.txt"):
            check_inventory("researcher", ("arimax", "tft"))


@pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: pip install -r requirements/tft.txt"
)
def test_the_transformer_learns_that_returns_follow_each_other() -> None:
    assert skill(following(700, 0.7), "tft", 1) > 0.3
