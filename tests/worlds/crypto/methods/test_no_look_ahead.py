"""No method of analysts and researchers knows anything of later bars: cut off or nonsense, it says the same."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.worlds.crypto.coins import chance
from worlds.crypto.data.bars import Array, corrupted, truncated
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.registry import installed_methods
from worlds.crypto.methods.walking import walk
from worlds.crypto.roles.analyst import analyse
from worlds.crypto.roles.information import ANALYSTS, RESEARCHERS
from worlds.crypto.roles.researcher import forecast

# within a block between two fits, and right after a fit
CUTS = (403, 481)
METHODS = [(role, name) for role in ("analyst", "researcher") for name in installed_methods(role)]
# fitted anew for every test: one cut is enough
SLOW = {"arimax", "garch", "hmm", "stl", "tft"}


@cache
def changed(how: str, cut: int) -> Shared:
    bars = chance().bars
    return Shared(truncated(bars, cut) if how == "cut off" else corrupted(bars, cut, np.random.default_rng(2)))


def said(shared: Shared, role: str, name: str) -> list[Array]:
    if role == "analyst":
        return [shared.method(role, name, lookback=20)]
    outlook = shared.method(role, name, horizon=6)
    return [outlook.mean, outlook.low, outlook.high]


@pytest.mark.parametrize("how", ["cut off", "corrupted"])
@pytest.mark.parametrize(("role", "name"), METHODS)
def test_a_method_says_the_same_whatever_comes_later(role: str, name: str, how: str) -> None:
    for cut in CUTS[:1] if name in SLOW else CUTS:
        for before, after in zip(said(chance(), role, name), said(changed(how, cut), role, name), strict=True):
            # to the bit: what is rounded otherwise may be decided otherwise
            np.testing.assert_array_equal(before[:cut], after[:cut])
            assert not np.isnan(before[cut - 1]).any()


@pytest.mark.parametrize("how", ["cut off", "corrupted"])
def test_the_roles_say_the_same_whatever_comes_later(how: str) -> None:
    cut, whole, other = CUTS[0], chance(), changed(how, CUTS[0])
    for analyst, researcher in zip(ANALYSTS.values(), RESEARCHERS.values(), strict=True):
        one, two = analyse(whole, analyst), analyse(other, analyst)
        for part in ("trend", "turbulence", "regime", "strength", "context"):
            np.testing.assert_array_equal(getattr(one, part)[:cut], getattr(two, part)[:cut])
        first, second = forecast(whole, one, researcher), forecast(other, two, researcher)
        for part in ("mean", "low", "high", "confidence"):
            np.testing.assert_array_equal(getattr(first, part)[:, :cut], getattr(second, part)[:, :cut])


@pytest.mark.parametrize("name", ["mkt_altcoin_momentum", "mkt_cross_correlation", "mkt_risk_on_off"])
def test_the_market_looks_the_same_whatever_comes_later(name: str) -> None:
    for how in ("cut off", "corrupted"):
        np.testing.assert_array_equal(chance().market[name][:403], changed(how, 403).market[name][:403])


def test_a_fit_is_on_rows_before_those_it_serves_and_every_row_is_served_once() -> None:
    served = np.zeros(2000, int)
    for known, rows in walk(2000, refit=360, window=700):
        assert known.stop == rows.start
        assert known.stop - known.start <= 700
        served[rows] += 1
    assert (served[120:] == 1).all()
    assert not served[:120].any()
    assert list(walk(100, 360, 700)) == []
