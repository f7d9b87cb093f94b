"""The thirteen faults of the design that this economy comes from: each has a test that it would fail."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from tests.worlds.forecast_goods.builders import ANALYST, TRADER, issue, offering, small, usual, walk, with_good
from worlds.forecast_goods import begin, step
from worlds.forecast_goods.actions import Actions, Bet, Bid
from worlds.forecast_goods.budgets.allocation import allocated
from worlds.forecast_goods.config import Budgets
from worlds.forecast_goods.information.predictions import brier
from worlds.forecast_goods.market.demand import demanded
from worlds.forecast_goods.roles.casting import everybody, heuristic_policies
from worlds.forecast_goods.state import Agent, Deeds

PACKAGE = Path(__file__).resolve().parents[3] / "worlds" / "forecast_goods"


def test_1_a_buyers_gain_is_its_own_value_less_the_price_and_not_the_sellers() -> None:
    config = small(market={"cost_low": 500, "cost_high": 500, "royalty": 0.0})
    state, good = with_good(config)
    [trade] = step(state, config, {TRADER: offering(good, 5800)}).trades
    assert (trade.value, trade.cost, trade.price) == (5875, 500, trade.price)
    assert (trade.buyer_gain, trade.seller_gain) == (5875 - trade.price, trade.price - 500)


def test_2_a_score_wants_an_event_and_refuses_the_level_of_an_index() -> None:
    with pytest.raises(ValueError, match="score the event"):
        brier(0.6, 103.2)  # type: ignore[arg-type]
    config = small()
    state = begin(config, 7)
    [matured] = step(state, config, {ANALYST: issue(0.6, horizon=1)}).resolutions
    assert matured.level > 1
    assert matured.score in ((0.6 - 1) ** 2, 0.6**2)


def test_3_of_two_analysts_the_one_with_the_lower_score_gets_more() -> None:
    sharp = Agent("a", "one", "analyst", 0, 1000, deeds=[Deeds(brier=0.1, scored=1)])
    blunt = Agent("b", "one", "analyst", 0, 1000, deeds=[Deeds(brier=0.4, scored=1)])
    after = allocated([sharp, blunt], Budgets(), {})
    assert after["a"] > 1000 > after["b"]


def test_4_budgets_move_at_the_end_of_a_period_alone() -> None:
    _, rounds = walk(usual(budgets={"every": 5}), 7, 15)
    assert [one.round for one in rounds if one.budgets] == [4, 9, 14]


def test_5_agents_are_one_dict_in_the_order_of_their_ids_whatever_order_actions_come_in() -> None:
    config, hashes = usual(), []
    for order in (1, -1):
        state = begin(config, 7)
        for _ in range(8):
            given = everybody(state, config, heuristic_policies(config))
            done = step(state, config, {name: given[name] for name in list(given)[::order]})
        assert list(state.agents) == sorted(state.agents)
        hashes.append(done.hash)
    assert hashes[0] == hashes[1]


def test_6_research_is_checked_before_it_is_paid_and_begins_anew_each_period() -> None:
    config = small(budgets={"mode": "hard", "every": 2}, teams={"budget": 300})
    state = begin(config, 7)
    done = step(state, config, {ANALYST: Actions(research={"alpha": 301})})
    assert [one.what for one in done.refusals] == ["research"]
    assert (state.agents[ANALYST].cash, state.agents[ANALYST].spent) == (config.teams.cash, 0)
    step(state, config, {ANALYST: Actions(research={"alpha": 200})})
    assert state.agents[ANALYST].spent == 0
    done = step(state, config, {ANALYST: Actions(research={"alpha": state.agents[ANALYST].budget})})
    assert not done.refusals


def test_7_nothing_is_bought_without_the_cash_for_it() -> None:
    config = small(budgets={"mode": "soft"}, teams={"cash": 1000})
    state, _ = with_good(config)
    given = {ANALYST: Actions(research={"alpha": 1001}), TRADER: Actions(bids=(Bid("alpha", 600), Bid("alpha", 401)))}
    done = step(state, config, given)
    assert [(one.agent, one.what) for one in done.refusals] == [(ANALYST, "research"), (TRADER, "bid")]
    done = step(state, config, {ANALYST: Actions(research={"alpha": 1000})})
    assert (done.refusals, state.agents[ANALYST].cash) == ([], 0)


def test_8_the_second_unit_of_a_round_costs_and_is_worth_what_it_adds() -> None:
    market = {"rival": True, "cost_slope": 100, "value": 3000, "value_slope": 500, "royalty": 0.0}
    config = small(market={"cost_low": 500, "cost_high": 500, **market}, teams={"number": 2, "analysts": 1})
    state, good = with_good(config)
    offers, bids = offering(good, 700, 3), Actions(bids=(Bid("alpha", 9000, 2),))
    trades = step(state, config, {TRADER: offers, "team2/trader1": bids}).trades
    assert sorted(one.cost for one in trades) == [500, 600, 700]
    assert [one.value for one in trades if one.buyer == "team2/trader1"] == [3000, 2500]


def test_9_public_news_is_drawn_once_and_is_the_same_for_everybody() -> None:
    state, rounds = walk(usual(information={"news": {"public_rate": 250.0}}), 7, 10)
    heard: dict[str, list[tuple[str, float]]] = {}
    for one in (delivery for done in rounds for delivery in done.deliveries if delivery.item.kind == "public"):
        heard.setdefault(one.agent, []).append((one.item.id, one.item.signal))
    assert set(heard) == set(state.agents)
    [same] = {tuple(items) for items in heard.values()}
    assert len(same) > 3


def test_10_where_demand_goes_depends_on_where_it_is() -> None:
    config = small(demand={"A": [24.0, 14.0, 4.0], "B": [0.4] * 3, "transition": [[0, 1, 0], [0, 0, 1], [1, 0, 0]]})
    state = begin(config, 7)
    assert [step(state, config, {}).demand[0] for _ in range(6)] == [0, 1, 2, 0, 1, 2]


def test_11_in_the_double_auction_the_demand_curve_bids() -> None:
    config = small()
    state, good = with_good(config)
    done = step(state, config, {TRADER: offering(good, 2000, 100)})
    assert {one.buyer for one in done.trades} == {"demand"}
    assert len(done.trades) == demanded(20.0, 24.0, 0.4) == 16


def test_12_a_forecast_with_horizon_h_of_round_t_is_settled_at_the_index_of_round_t_plus_h_less_1() -> None:
    config = small()
    state = begin(config, 7)
    before = state.index.levels[0]
    rounds = [step(state, config, {ANALYST: issue(horizon=3)} if number == 0 else {}) for number in range(4)]
    [(number, matured)] = [(done.round, one) for done in rounds for one in done.resolutions]
    assert number == 2
    assert (matured.prediction.strike, matured.level) == (before, rounds[2].levels[0])
    assert matured.outcome == (rounds[2].levels[0] > before)


def test_12_the_market_meets_before_the_index_moves() -> None:
    config = small(market={"matching": "lmsr", "contract": 1})
    state = begin(config, 7)
    done = step(state, config, {TRADER: Actions(bets=(Bet("alpha", 1, 10, 1000),))})
    assert [one.charge for one in done.fills] == [513]
    assert [one.paid_in for one in done.payouts] == [513]


def test_13_all_chance_comes_from_the_seed_and_none_from_the_process() -> None:
    ends = []
    for seed, stray in ((7, 1), (7, 2), (8, 1)):
        np.random.seed(stray)
        ends.append(walk(usual(), seed, 5)[1][-1])
    assert ends[0].hash == ends[1].hash
    assert ends[0].levels == ends[1].levels != ends[2].levels
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (isinstance(node, ast.Import) and any(one.name == "random" for one in node.names)), path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                assert node.value.attr != "random" or node.attr == "Generator", path
