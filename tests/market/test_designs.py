"""The shipped designs against the figures of their papers, and the dealing of roles."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random

import pytest

from market.designs import DESIGNS, check_seats, deal_roles, design, draw_dividends
from market.equilibrium import Equilibrium, equilibrium
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.treatments import Role, TreatmentError, treatment_from
from tests.market.builders import buy, play, sell, sheet, treatment


def test_smiths_first_test_has_price_2_00_quantity_6_and_surplus_7_50() -> None:
    smith = design("smith_1962")
    assert equilibrium(smith.roles) == Equilibrium(low=200, high=200, quantity=6, surplus=750)
    assert smith.money(750) == "7.50"
    assert Counter(role.name for role in smith.roles) == {"buyer": 11, "seller": 11}


@pytest.mark.parametrize(
    ("name", "price", "quantity", "surplus"),
    [
        ("gode_sunder_1993", 83, 30, 1020),
        ("gode_sunder_1993_m2", 69, 30, 1020),
        ("gode_sunder_1993_m3", 95, 12, 258),
    ],
)
def test_gode_and_sunders_markets_clear_at_their_prices(name: str, price: int, quantity: int, surplus: int) -> None:
    assert equilibrium(design(name).roles) == Equilibrium(price, price, quantity, surplus)


@pytest.mark.parametrize(
    ("name", "efficiency"),
    [("gode_sunder_1993", 90.00), ("gode_sunder_1993_m2", 90.00), ("gode_sunder_1993_m3", 76.74)],
)
def test_unconstrained_zero_intelligence_trades_every_unit_and_earns_the_published_efficiency(
    name: str, efficiency: float
) -> None:
    rules = design(name)
    market = Exchange(rules, {f"T{seat}": role for seat, role in enumerate(rules.roles)})
    market.operate(OpenPeriod())
    for buyer, unit in product(range(6), range(len(rules.roles[0].values))):
        market.submit(f"T{buyer}", buy(100 + unit), 1.0)
        market.submit(f"T{buyer + 6}", sell(1), 1.0)
    gained = sum(account.profit for account in market.accounts.values())
    assert round(100 * gained / equilibrium(rules.roles).surplus, 2) == efficiency


def test_the_declining_value_of_smith_suchanek_and_williams() -> None:
    ssw = design("ssw_1988")
    assert [ssw.fundamental(period) for period in range(1, 16)] == [24 * (16 - period) for period in range(1, 16)]
    assert [(role.cash, role.shares) for role in ssw.roles] == [(225, 3), (585, 2), (945, 1)]
    # Endowments are worth the same: 1,305 cents.
    assert {role.cash + 360 * role.shares for role in ssw.roles} == {1305}


FLAT = [name for name in DESIGNS if name.startswith("flat_value")]


def test_flat_value_is_a_call_market_and_a_continuous_one_both_long_and_short() -> None:
    told = {name: (design(name).institution, design(name).practice_periods, design(name).periods) for name in FLAT}
    assert told == {
        "flat_value": ("call", 3, 30),
        "flat_value_short": ("call", 1, 4),
        "flat_value_cda": ("continuous", 3, 30),
        "flat_value_cda_short": ("continuous", 1, 4),
    }


@pytest.mark.parametrize("name", FLAT)
def test_the_flat_value_is_exactly_14_in_every_period_and_in_practice(name: str) -> None:
    rules = design(name)
    practice = rules.with_changes(periods=rules.practice_periods, practice_periods=0)
    values = {market.fundamental(period) for market in (rules, practice) for period in range(1, market.periods + 1)}
    assert values == {rules.ticks(14)}


@pytest.mark.parametrize("name", FLAT)
def test_every_flat_value_market_has_the_published_endowments_payments_and_times(name: str) -> None:
    rules = design(name)
    [role] = rules.roles
    assert (rules.money(role.cash), role.shares) == ("100.00", 4)
    assert [rules.money(one) for one in (*rules.dividends, rules.buyback)] == ["0.40", "1.00", "14.00"]
    assert (rules.interest, rules.period_seconds, rules.forecasts.seconds) == ("1/20", 20, 30)
    assert (rules.forecasts.horizons, rules.money(rules.forecasts.band)) == ((0, 2, 5, 10), "2.50")


def test_a_flat_value_market_in_figures() -> None:
    """T1 sells T2 a share at 15.00: interest on cash and dividends on shares after the trade."""
    rules = design("flat_value")
    market = Exchange(rules, dict.fromkeys(("T1", "T2"), rules.roles[0]))
    market.operate(OpenPeriod())
    play(market, ("T1", sheet(sell(1500))), ("T2", sheet(buy(1500))))
    market.operate(ClosePeriod(100))
    # 115.00 and 85.00 in cash with 5%, 1.00 on each of 3 and of 5 shares.
    assert [account.cash for account in market.accounts.values()] == [11_500 + 575 + 300, 8_500 + 425 + 500]


def test_the_two_endowments_of_the_default_market_are_worth_the_same() -> None:
    asset = design("asset_cda")
    value = asset.fundamental(1)
    assert value == 150
    assert len({role.cash + value * role.shares for role in asset.roles}) == 1


@pytest.mark.parametrize("name", DESIGNS)
def test_every_shipped_design_passes_its_own_check(name: str) -> None:
    rules = design(name)
    assert rules.name == name
    assert treatment_from({**rules.__dict__, "roles": rules.roles}) == rules


def test_an_unknown_design_is_answered_with_the_known_ones() -> None:
    with pytest.raises(TreatmentError, match=r"Unknown treatment 'asset_cdb'. Known: asset_cda, .*mean 'asset_cda'"):
        design("asset_cdb")


@pytest.mark.parametrize(
    ("buyers", "sellers", "expected"),
    [
        ([100], [40], Equilibrium(40, 100, 1, 60)),
        ([40], [100], Equilibrium(40, 100, 0, 0)),
        ([100, 80], [40, 60], Equilibrium(60, 80, 2, 80)),
        ([100, 50], [40, 60], Equilibrium(50, 60, 1, 60)),
        ([100, 90, 80], [10], Equilibrium(90, 100, 1, 90)),
        ([100], [10, 20, 30], Equilibrium(10, 20, 1, 90)),
        ([50], [50], Equilibrium(50, 50, 1, 0)),
    ],
)
def test_equilibria_worked_by_hand(buyers: list[int], sellers: list[int], expected: Equilibrium) -> None:
    roles = (Role(name="buyer", values=tuple(buyers)), Role(name="seller", costs=tuple(sellers)))
    assert equilibrium(roles) == expected


def test_an_equilibrium_needs_both_sides() -> None:
    with pytest.raises(ValueError, match="needs values and costs"):
        equilibrium([Role(name="buyer", values=(5,))])


@pytest.mark.parametrize(("seats", "fits"), [(22, True), (44, True), (0, False), (21, False), (23, False)])
def test_fixed_schedules_are_played_by_their_number_of_seats_or_replicas(seats: int, fits: bool) -> None:
    if fits:
        assert len(deal_roles(design("smith_1962"), ["human"] * seats, Random(1))) == seats
    else:
        with pytest.raises(TreatmentError, match=f"played by 22 seats, or a multiple of 22, not {seats}"):
            check_seats(design("smith_1962"), seats)


def test_replicas_have_every_role_as_often() -> None:
    dealt = Counter(deal_roles(design("smith_1962"), ["human"] * 44, Random(1)))
    assert set(dealt.values()) == {2}


def test_an_asset_market_takes_any_number_of_seats_from_two() -> None:
    for seats in range(2, 30):
        dealt = Counter(role.name for role in deal_roles(design("asset_cda"), ["human"] * seats, Random(seats)))
        assert abs(dealt["rich in cash"] - dealt["rich in shares"]) <= 1
    with pytest.raises(TreatmentError, match="at least 2 seats, not 1"):
        check_seats(design("asset_cda"), 1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", ["asset_cda", "smith_1962", "gode_sunder_1993"])
def test_no_kind_of_trader_gets_more_of_one_role_than_must_be(name: str, seed: int) -> None:
    rng = Random(seed)
    seats = len(design(name).roles) if design(name).fixed_seats else 17
    kinds = [rng.choice(["human", "model", "rule"]) for _ in range(seats)]
    roles = deal_roles(design(name), kinds, rng)
    names = sorted({role.name for role in roles})
    for kind in set(kinds):
        dealt = Counter(role.name for role, one in zip(roles, kinds, strict=True) if one == kind)
        assert abs(dealt[names[0]] - dealt[names[1]]) <= 1


def test_the_best_roles_go_to_every_kind_about_as_often() -> None:
    rules, kinds = design("smith_1962"), ["human", "model"] * 11
    best = [deal_roles(rules, kinds, Random(seed)).index(rules.roles[0]) for seed in range(400)]
    assert 160 < sum(kinds[seat] == "human" for seat in best) < 240
    assert len(set(best)) == 22


def test_neighbours_may_have_one_role_or_two_and_either_role_may_be_the_more_frequent() -> None:
    deals = [[one.name for one in deal_roles(design("asset_cda"), ["human"] * 3, Random(seed))] for seed in range(40)]
    assert {dealt[0] == dealt[1] for dealt in deals} == {True, False}
    assert {dealt.count("rich in cash") for dealt in deals} == {1, 2}


def test_the_deal_depends_on_the_seed_alone() -> None:
    kinds = ["human", "model"] * 11
    one, same, other = (deal_roles(design("smith_1962"), kinds, Random(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_every_role_of_a_fixed_schedule_is_dealt_once() -> None:
    rules = design("smith_1962")
    assert Counter(deal_roles(rules, ["model"] * 22, Random(3))) == Counter(rules.roles)


def test_dividends_are_drawn_one_a_period_from_those_of_the_treatment() -> None:
    drawn = draw_dividends(treatment(periods=4000, dividends=(0, 8, 28, 60)), Random(1))
    counts = Counter(drawn)
    assert sorted(counts) == [0, 8, 28, 60]
    assert all(900 < count < 1100 for count in counts.values())
    assert draw_dividends(treatment(periods=3), Random(1)) == [0, 0, 0]
