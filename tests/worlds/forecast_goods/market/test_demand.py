"""Demand: bids from a curve, and a state that moves as its matrix says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.forecast_goods.config import Demand
from worlds.forecast_goods.information.index import stationary
from worlds.forecast_goods.market.demand import curve, demanded, moved, unit_values
from worlds.forecast_goods.state import DemandState

SWITCHING = Demand()  # .1 up, .2 down


def test_unit_j_is_worth_a_less_j_and_a_half_over_b() -> None:
    assert unit_values(3.0, 0.5) == [500, 300, 100]


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 200), st.floats(0.05, 10), st.floats(0, 300))
def test_as_many_units_are_worth_a_price_as_the_curve_demands_at_it(a: float, b: float, price: float) -> None:
    units = sum(value >= 100 * price for value in unit_values(a, b))
    assert abs(units - demanded(price, a, b)) <= 0.5 + b / 100


def walked(config: Demand, rounds: int) -> list[DemandState]:
    rng, state, path = np.random.default_rng(7), DemandState(), []
    for _ in range(rounds):
        state = moved(state, config, rng)
        path.append(state)
    return path


def test_switching_demand_is_high_two_thirds_of_the_time_in_spells_of_ten_and_five() -> None:
    assert stationary(SWITCHING.transition) == pytest.approx([2 / 3, 1 / 3])
    states = np.array([one.state for one in walked(SWITCHING, 20_000)])
    assert states.mean() == pytest.approx(1 / 3, abs=0.02)
    changes = np.flatnonzero(np.diff(states))
    lengths, kinds = np.diff(changes), states[changes[:-1] + 1]
    assert lengths[kinds == 0].mean() == pytest.approx(10, rel=0.08)
    assert lengths[kinds == 1].mean() == pytest.approx(5, rel=0.08)


def test_log_demand_goes_back_to_its_level_as_an_ar1_does() -> None:
    config = Demand(A=(24.0,), B=(0.4,), transition=((1.0,),), persistence=0.8, noise=0.1)
    path = walked(config, 10_000)
    logs = np.array([one.log_level for one in path])
    assert logs.std() == pytest.approx(0.1 / np.sqrt(1 - 0.64), rel=0.06)
    assert np.corrcoef(logs[1:], logs[:-1])[0, 1] == pytest.approx(0.8, abs=0.02)
    assert curve(path[-1], config)[0] == pytest.approx(24 * np.exp(logs[-1]))
