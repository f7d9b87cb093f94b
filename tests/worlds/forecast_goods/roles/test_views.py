"""Each role sees its own state, public data and its own news, and nothing else of the economy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from worlds.forecast_goods import begin, step
from worlds.forecast_goods.config import Config, Teams, config_from
from worlds.forecast_goods.roles.telling import facts, question
from worlds.forecast_goods.roles.views import views
from worlds.forecast_goods.state import State

ROLES = {"analyst": "team1/analyst1", "trader": "team1/trader1", "principal": "team1/principal"}
CONFIG = config_from(
    {
        "information": {"regimes": {}, "news": {"private_rate": 400.0, "network": "ring"}},
        "time": {"rounds": 12},
    }
)


def economy(config: Config = CONFIG, rounds: int = 6) -> State:
    state = begin(config, 3)
    for _ in range(rounds):
        step(state, config)
    return state


def values(one: Any) -> Iterator[Any]:
    """All that can be reached from a view."""
    if is_dataclass(one):
        for field in fields(one):
            yield from values(getattr(one, field.name))
    elif isinstance(one, dict):
        for key, value in one.items():
            yield key
            yield from values(value)
    elif isinstance(one, tuple | list):
        for value in one:
            yield from values(value)
    else:
        yield one


@pytest.mark.parametrize("role", ROLES)
def test_a_view_does_not_change_with_what_it_may_not_show(role: str) -> None:
    state = economy()
    before = views(state, CONFIG)[ROLES[role]]
    state.index = replace(state.index, regime=1 - state.index.regime, ahead=((9.0, 9.0),) * 3, variances=(7.0, 7.0))
    state.demand.state = 1 - state.demand.state
    for agent in state.agents.values():
        if agent.team != "team1":
            agent.cash, agent.budget, agent.spent, agent.surplus = 77_777, 77_777, 77_777, 77_777
            agent.holdings["secret"] = 5
            state.inboxes[agent.id] = ()
    state.goods = {name: good for name, good in state.goods.items() if good.team == "team1"}
    state.predictions = [one for one in state.predictions if one.agent == ROLES[role]]
    assert views(state, CONFIG)[ROLES[role]] == before


@pytest.mark.parametrize("role", ROLES)
def test_news_that_has_not_come_to_an_agent_is_in_no_view_of_its(role: str) -> None:
    state = economy()
    own = {one.id for one in state.inboxes[ROLES[role]]}
    others = {one.id for items in state.inboxes.values() for one in items} - own
    assert own
    assert others
    seen = set(map(str, values(views(state, CONFIG)[ROLES[role]])))
    assert own <= seen
    assert not others & seen


def test_only_traders_see_goods_and_only_those_of_their_team_that_are_not_over() -> None:
    state = economy()
    seen = views(state, CONFIG)
    assert {one.producer.split("/")[0] for one in seen["team1/trader1"].wares} == {"team1"}
    assert all(one.matures_at >= state.round for one in seen["team1/trader1"].wares)
    assert seen["team1/analyst1"].wares == seen["team1/principal"].wares == ()


def test_a_principal_sees_its_members_and_nobody_else() -> None:
    seen = views(economy(), CONFIG)
    assert [one.id for one in seen["team2/principal"].members] == ["team2/analyst1", "team2/analyst2", "team2/trader1"]
    assert seen["team2/analyst1"].members == ()


def test_what_comes_in_a_round_is_seen_in_the_next() -> None:
    state = economy(rounds=1)
    arrived = [one for one in state.inboxes["team1/analyst1"] if one.round == 0]
    assert arrived
    assert set(arrived) <= set(views(state, CONFIG)["team1/analyst1"].news)


@pytest.mark.parametrize("role", ROLES)
def test_a_prompt_names_no_hidden_thing(role: str) -> None:
    state = economy()
    text = "\n".join(one.content for one in question(facts(views(state, CONFIG)[ROLES[role]], 14))).lower()
    for word in ("regime", "demand state", "team2/trader", "team3/analyst1:", "poisson", "gbm"):
        assert word not in text
    for agent in state.agents.values():
        if agent.team != "team1":
            assert f"{agent.cash / 100:.2f}" not in text or agent.cash in {
                one.cash for one in state.agents.values() if one.team == "team1"
            }


def test_views_show_the_present_level_last_and_no_more_than_the_memory() -> None:
    config = replace(CONFIG, time=replace(CONFIG.time, memory=4), teams=Teams(number=1, analysts=1, traders=0))
    state = economy(config)
    seen = views(state, config)["team1/analyst1"]
    assert len(seen.history["alpha"]) == 4
    assert seen.history["alpha"][-1] == seen.levels["alpha"] == state.index.levels[0]


def test_contracts_are_public_where_the_maker_trades_them() -> None:
    config = config_from({"market": {"matching": "lmsr"}})
    state = economy(config, rounds=2)
    one, other = (views(state, config)[name].contracts for name in ("team1/trader1", "team4/analyst2"))
    assert one == other
    assert set(one) == {"alpha", "beta"}
    assert all(0 < contract.price < 1 for contract in one.values())
