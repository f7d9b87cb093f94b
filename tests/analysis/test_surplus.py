"""Efficiency and the split of what was lost."""

from __future__ import annotations

from random import Random

import pandas as pd
import pytest

from analysis.surplus import allocation
from market.designs import design
from market.treatments import Role

ROLES = {
    "B1": Role(name="buyer", values=(10, 7)),
    "B2": Role(name="buyer", values=(8, 3)),
    "S1": Role(name="seller", costs=(2, 6)),
    "S2": Role(name="seller", costs=(4, 9)),
}


def trades(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([(buyer, seller, 1) for buyer, seller in pairs], columns=["buyer", "seller", "quantity"])


def test_the_best_units_traded_lose_nothing() -> None:
    """Values 10 8 7 against costs 2 4 6: a surplus of 13 at prices from 6 to 7."""
    best = allocation(ROLES, trades(("B1", "S1"), ("B2", "S1"), ("B1", "S2")))
    assert best == (13, 13, 0, 0)
    assert best.efficiency == 1


def test_a_unit_that_should_not_trade_costs_its_distance_from_the_competitive_price() -> None:
    """At 6.5: the value 3 and the cost 9 lose 3.5 and 2.5, all others trade."""
    everything = allocation(ROLES, trades(("B1", "S1"), ("B1", "S1"), ("B2", "S2"), ("B2", "S2")))
    assert everything == (13, 7, 6, 0)


def test_a_unit_that_should_trade_and_did_not_is_missed() -> None:
    """The value 7 misses 0.5 and the value 8 misses 1.5; the costs 4 and 6 miss 2.5 and 0.5."""
    assert allocation(ROLES, trades(("B1", "S1"))) == (13, 8, 0, 5)
    assert allocation(ROLES, trades()) == (13, 0, 0, 13)


@pytest.mark.parametrize("name", ["smith_1962", "gode_sunder_1993", "gode_sunder_1993_m2", "gode_sunder_1993_m3"])
def test_losses_make_up_the_whole_difference_whatever_is_traded(name: str) -> None:
    rng, roles = Random(1), {f"T{n}": role for n, role in enumerate(design(name).roles)}
    units = {kind: [who for who, role in roles.items() for _ in getattr(role, kind)] for kind in ("values", "costs")}
    for _ in range(30):
        number = rng.randrange(min(map(len, units.values())) + 1)
        some = zip(rng.sample(units["values"], number), rng.sample(units["costs"], number), strict=True)
        found = allocation(roles, trades(*some))
        assert found.maximal - found.realised == pytest.approx(found.extramarginal + found.missed)
        assert found.extramarginal >= 0
        assert found.missed >= 0


@pytest.mark.parametrize(
    ("name", "efficiency"), [("gode_sunder_1993", 90), ("gode_sunder_1993_m2", 90), ("gode_sunder_1993_m3", 76.74)]
)
def test_trading_every_unit_gives_the_published_efficiency_of_traders_who_take_losses(
    name: str, efficiency: float
) -> None:
    """Gode & Sunder (1993), table 2, ZI-U."""
    roles = {f"T{n}": role for n, role in enumerate(design(name).roles)}
    buyers = [who for who, role in roles.items() for _ in role.values]
    sellers = [who for who, role in roles.items() for _ in role.costs]
    assert round(100 * allocation(roles, trades(*zip(buyers, sellers, strict=True))).efficiency, 2) == efficiency
