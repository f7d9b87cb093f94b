"""Budgets: the published pivot, sums to the cent, rules, levels, and what overspending costs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.forecast_goods.budgets import bandit
from worlds.forecast_goods.budgets.allocation import allocated
from worlds.forecast_goods.budgets.expenditure import fined, fines, flag, refused
from worlds.forecast_goods.budgets.performance import performance, record, z_scores
from worlds.forecast_goods.budgets.pivot import pivot, softmax
from worlds.forecast_goods.budgets.rounding import whole_parts
from worlds.forecast_goods.config import Budgets
from worlds.forecast_goods.state import Agent, Deeds

CENTS = st.integers(0, 10**9)


def analysts(briers: Sequence[float], budget: int = 1_000_000, teams: int = 1) -> list[Agent]:
    return [
        Agent(f"{place:02}", f"team{place % teams}", "analyst", 0, budget, deeds=[Deeds(brier=one, scored=1)])
        for place, one in enumerate(briers)
    ]


def test_the_published_pivot_comes_out_to_the_cent() -> None:
    config = Budgets(w_surplus=0, w_over=0, rho=0.5, kappa=1, levels=1)
    after = allocated(analysts([0.10, 0.18, 0.25, 0.40]), config, {})
    assert list(after.values()) == [1_606_904, 1_035_985, 784_162, 572_949]


def test_z_scores_have_the_deviation_of_the_population() -> None:
    assert z_scores({"a": 1.0, "b": 3.0}) == {"a": -1.0, "b": 1.0}
    assert z_scores({"a": 0.1 + 0.2, "b": 0.3}) == {"a": 0.0, "b": 0.0}


@settings(max_examples=40, deadline=None)
@given(st.lists(CENTS, min_size=1, max_size=9), st.data())
def test_a_pivot_makes_and_loses_no_cent_and_leaves_the_floor_to_everybody(had: list[int], data: st.DataObject) -> None:
    floor = data.draw(st.integers(0, min(had)))
    total = data.draw(st.integers(floor * len(had), 2 * sum(had) + floor * len(had)))
    budgets = {f"{place}": one for place, one in enumerate(had)}
    scores = dict(
        zip(budgets, data.draw(st.lists(st.floats(-5, 5), min_size=len(had), max_size=len(had))), strict=True)
    )
    after = pivot(budgets, softmax(scores, 2.0), data.draw(st.floats(0, 1)), floor, total)
    assert sum(after.values()) == total
    assert min(after.values()) >= floor


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9), CENTS)
def test_parts_add_up_to_the_whole(weights: list[float], total: int) -> None:
    parts = whole_parts({f"{place}": one for place, one in enumerate(weights)}, total)
    assert sum(parts.values()) == total


def test_the_cent_that_is_left_goes_to_the_first_of_those_alike() -> None:
    assert whole_parts({"b": 1, "a": 1, "c": 1}, 100) == {"a": 34, "b": 33, "c": 33}


@pytest.mark.parametrize(
    ("rule", "levels"), [("pivot", 1), ("pivot", 2), ("bandit", 1), ("bandit", 2), ("principal", 2)]
)
@pytest.mark.parametrize("mode", ["hard", "penalty"])
def test_every_rule_keeps_the_sum_over_many_periods(rule: str, levels: int, mode: str) -> None:
    config, agents = Budgets(rule=rule, levels=levels, mode=mode, floor=7), analysts([0.1, 0.2, 0.3, 0.4, 0.5], 9999, 2)
    for period in range(20):
        agents[period % 5].spent, agents[period % 5].over = 20_000, True
        after = allocated(agents, config, {"team0": {"00": 1.0, "02": 3.0}})
        for one in agents:
            one.budget = after[one.id]
        assert sum(after.values()) == 5 * 9999
        assert min(after.values()) >= 7


def test_a_team_gets_what_it_earns_and_its_members_share_that() -> None:
    agents = analysts([0.1, 0.4, 0.2, 0.4], 1000, teams=2)
    after = allocated(agents, Budgets(levels=2), {})
    assert after["00"] + after["02"] > 2000 > after["01"] + after["03"]
    assert after["00"] > after["02"]
    assert after["01"] == after["03"]


def test_a_principals_weights_stand_in_for_the_rule_inside_its_team_where_the_config_says_so() -> None:
    agents = analysts([0.1, 0.4], 1000)
    wish = {"team0": {"00": 0.0, "01": 1.0}}
    assert allocated(agents, Budgets(rule="principal", rho=1.0), wish) == {"00": 0, "01": 2000}
    assert allocated(agents, Budgets(rule="pivot", rho=1.0), wish)["00"] > 1000
    assert allocated(agents, Budgets(rule="principal", rho=1.0), {})["00"] > 1000


def test_the_bandit_remembers_and_leaves_everybody_a_share() -> None:
    weights = {"a": 0.0, "b": 0.0}
    for _ in range(50):
        weights = bandit.learned(weights, {"a": 1.0, "b": -1.0}, 0.5)
    assert bandit.shares(weights, 0.2) == pytest.approx({"a": 0.9, "b": 0.1})


def test_overspending_lowers_performance_and_the_window_forgets() -> None:
    deeds = [Deeds(over=1), *[Deeds()] * 3]
    told = performance({"a": record(deeds, 4), "b": record([Deeds()], 4)}, Budgets(w_over=2.0))
    assert told == {"a": -2.0, "b": 0.0}


def test_just_the_budget_is_not_over_it_and_a_period_counts_once() -> None:
    exact, above = Agent("a", "t", "analyst", 0, 100, spent=100), Agent("b", "t", "analyst", 0, 100, spent=101)
    assert flag([exact, above]) == ["b"]
    assert flag([exact, above]) == []
    assert (exact.over, above.over, above.overs) == (False, True, 1)


def test_a_fine_stays_in_the_team() -> None:
    agents, config = analysts([0.1, 0.2, 0.3, 0.4], 1000, teams=2), Budgets(mode="penalty")
    plain = allocated(agents, Budgets(), {})
    agents[0].spent, agents[0].over = 1400, True
    after = allocated(agents, config, {})
    assert (after["00"], after["02"]) == (plain["00"] - 400, plain["02"] + 400)
    assert (after["01"], after["03"]) == (plain["01"], plain["03"])


def test_hard_budgets_refuse_what_soft_ones_let_pass() -> None:
    one = Agent("a", "t", "analyst", 1000, 100, spent=60)
    assert refused(one, 40, 1000, "hard") == ""
    assert "budget" in refused(one, 41, 1000, "hard")
    assert refused(one, 41, 1000, "soft") == refused(one, 41, 1000, "penalty") == ""
    assert "there" in refused(one, 41, 40, "soft")
    assert "from 0" in refused(one, -1, 40, "soft")


def test_a_fine_goes_to_those_who_kept_within_their_budgets() -> None:
    spenders = [Agent("a", "t", "analyst", 0, 100, spent=140, over=True), Agent("b", "t", "analyst", 0, 100)]
    assert fines(spenders, 0.5) == {"a": 20}
    assert fined({"a": 100, "b": 100, "c": 100}, {"a": 25}, 0) == {"a": 75, "b": 113, "c": 112}
    assert fined({"a": 100, "b": 100}, {"a": 500}, 30) == {"a": 30, "b": 170}
    assert fined({"a": 100}, {"a": 50}, 0) == {"a": 100}


def crew(gains: Sequence[int]) -> list[Agent]:
    """Two analysts, scored alike, and two traders, each with 10.00 and what it gained."""
    names = [("a1", "analyst"), ("a2", "analyst"), ("t1", "trader"), ("t2", "trader")]
    alike = {"analyst": 1, "trader": 0}
    return [
        Agent(name, "team1", role, 0, 1000, deeds=[Deeds(gain, brier=0.2 * alike[role], scored=alike[role])])
        for (name, role), gain in zip(names, gains, strict=True)
    ]


@pytest.mark.parametrize("rule", ["pivot", "bandit"])
def test_budgets_do_not_move_to_traders_for_selling_what_analysts_make(rule: str) -> None:
    agents = crew([10, 20, 3000, 9000])
    after = allocated(agents, Budgets(rule=rule, levels=1), {})
    assert after["a1"] + after["a2"] == after["t1"] + after["t2"] == 2000
    assert after["a1"] < after["a2"]
    assert after["t1"] < after["t2"]
    together = allocated(crew([10, 20, 3000, 9000]), Budgets(rule=rule, levels=1, peers="all"), {})
    assert together["a1"] + together["a2"] < 2000


def test_who_has_no_peer_keeps_what_is_due_to_a_head() -> None:
    after = allocated(crew([10, 20, 3000, 9000])[:3], Budgets(levels=1), {})
    assert after["t1"] == 1000
