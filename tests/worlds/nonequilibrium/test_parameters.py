"""Numbers outside their meaning are refused in words; theory says what the paper says."""

from __future__ import annotations

import math

import pytest

from worlds.errors import WorldError
from worlds.nonequilibrium.draws import draws, model_buyers
from worlds.nonequilibrium.parameters import Parameters, parameters_from
from worlds.nonequilibrium.theory import competitive_price, critical_pull, crowding

WRONG = [("J", -0.1), ("J", math.nan), ("rho", -1.0), ("rho", 4.4), ("rho", math.nan), ("ratio", 1.01), ("Nt", 1)]
WRONG += [("N", 1), ("M", 2), ("sigma", 0.0), ("sigma", math.inf), ("mu", math.nan), ("seed", -1), ("seed", 2**32)]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_number_outside_its_meaning_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(WorldError, match=rf"--{name} .*: expected .+\. .+"):
        parameters_from({name: value})


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(WorldError, match="Unknown parameter 'j'"):
        parameters_from({"j": 1.0})


def test_the_pull_and_the_chance_to_update_follow_the_paper() -> None:
    own = Parameters(J=0.4, rho=0.8)
    assert own.pull == pytest.approx(0.4 * 10 / math.sqrt(math.log(5)))
    assert own.update_chance == pytest.approx(0.18421, abs=1e-5)


def test_the_competitive_price_and_the_critical_pull_are_those_of_theory() -> None:
    assert crowding(10) == pytest.approx(0.15388, abs=5e-6)
    assert competitive_price(10) == pytest.approx(0.6499, abs=5e-5)
    assert critical_pull(10) == pytest.approx(0.742, abs=5e-4)
    # two sellers: the difference of two standard normals has density 1 / (2 sqrt pi) at 0
    assert crowding(2) == pytest.approx(1 / (2 * math.sqrt(math.pi)))


@pytest.mark.parametrize("legacy", [True, False])
def test_buyers_update_as_often_as_rho_says(legacy: bool) -> None:
    own = Parameters(rho=0.8, N=2000, legacy=legacy)
    source = draws(own)
    source.utilities()
    share = sum(len(source.turn().buyers) for _ in range(200)) / (200 * own.N)
    assert share == pytest.approx(own.update_chance, abs=0.003)


def test_who_is_played_by_a_model_does_not_change_what_is_drawn() -> None:
    some, all_of_them = Parameters(N=100, ratio=0.3), Parameters(N=100, ratio=1.0)
    assert len(model_buyers(some)) == 30
    assert model_buyers(all_of_them).tolist() == list(range(100))
    assert (draws(some).utilities() == draws(all_of_them).utilities()).all()
