"""Rules beat chance: they forecast better and earn more, by a margin, over seeds, in the same economies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pytest

from tests.worlds.forecast_goods.roles.builders import view
from worlds.forecast_goods import begin
from worlds.forecast_goods.config import Config, config_from
from worlds.forecast_goods.market.lmsr import charge, prices, within
from worlds.forecast_goods.playing import played_by
from worlds.forecast_goods.roles.beliefs import chance, with_forecasts
from worlds.forecast_goods.roles.casting import cast, everybody, rule
from worlds.forecast_goods.roles.heuristic import HeuristicPolicy, bet_on, spread_out, weights_of
from worlds.forecast_goods.roles.interface import Contract, Policy, Ware

SEEDS = range(3)
RNG = np.random.default_rng(1)
RULED = ("team1", "team2")  # the other two play by chance


class Race(NamedTuple):
    """Means over seeds, of the teams that follow the rule less those that play by chance."""

    brier: float
    surplus: float


def mixed(config: Config) -> Mapping[str, Policy]:
    ruled = [name for name in begin(config, 0).agents if name.startswith(RULED)]
    return {**cast(config, "random"), **dict.fromkeys(ruled, rule("heuristic", config))}


def race(matching: str, rounds: int = 40) -> Race:
    config = config_from({"market": {"matching": matching}, "time": {"rounds": rounds}})
    gaps = []
    for seed in SEEDS:
        tables = played_by(config, seed, mixed(config))
        last = tables.agents[tables.agents["round"] == rounds - 1].groupby("team")["surplus"].sum() / rounds
        ruled = tables.forecasts["agent"].str.startswith(RULED)
        scores = tables.forecasts["score"]
        gaps.append((scores[ruled].mean() - scores[~ruled].mean(), last.iloc[:2].mean() - last.iloc[2:].mean()))
    return Race(*np.mean(gaps, axis=0))


@pytest.mark.parametrize(("matching", "margin"), [("cda", 15.0), ("posted", 5.0), ("lmsr", 5.0)])
def test_who_follows_the_rule_forecasts_better_and_earns_more_than_who_plays_by_chance(
    matching: str, margin: float
) -> None:
    found = race(matching)
    # a coin has .25, chance .333
    assert found.brier < -0.08
    assert found.surplus > margin


def test_news_moves_a_forecast_its_way_and_no_news_leaves_the_base_rate() -> None:
    config = Config().information
    seen = view("analyst")
    up = chance(seen, config, "alpha", 101.5, 3)
    base = chance(view("analyst", news=()), config, "alpha", 101.5, 3)
    assert base == pytest.approx(0.504, abs=0.003)
    assert up > 0.7
    # of another index the item says nothing
    assert chance(seen, config, "beta", 49.0, 3) == pytest.approx(0.5, abs=0.01)


def ware(quality: float, probability: float) -> Ware:
    return Ware("g", "a", "alpha", 100.0, 5, probability, quality, 1, False, 1)


def test_a_forecast_that_says_nothing_changes_no_belief_and_a_good_one_does() -> None:
    assert with_forecasts(0.37, [ware(0.5, 0.9), ware(0.5, 0.1)]) == pytest.approx(0.37)
    assert with_forecasts(0.5, [ware(0.8, 0.8)]) == pytest.approx(0.8)
    assert with_forecasts(0.5, [ware(0.8, 0.2)]) == pytest.approx(0.2)


def test_research_is_spread_over_what_is_left_of_the_period_and_of_the_money() -> None:
    assert spread_out(view("analyst"), 20) == {"alpha": 100, "beta": 100}
    assert spread_out(view("analyst", round=19), 20) == {"alpha": 1700, "beta": 1700}
    assert spread_out(view("analyst", free=340), 20) == {"alpha": 10, "beta": 10}
    assert spread_out(view("analyst", spent=4000), 20) == {}


def contract(price: float) -> Contract:
    return Contract("alpha", 100.0, 5, price, 100, 100.0)


def test_a_bet_is_made_on_the_outcome_that_is_too_cheap_and_never_above_its_worth() -> None:
    above, below = (bet_on(contract(0.5), belief, view("trader")) for belief in (0.7, 0.3))
    assert above
    assert below
    assert (above.outcome, below.outcome) == (1, 0)
    assert above.limit <= 0.7 * above.shares * 100
    assert charge([0, 0], 1, above.shares, 100.0, 100) <= above.limit
    # where others have bought before, the last share is worth what it costs
    left = within([0, 60], 1, above.shares, above.limit, 100.0, 100)
    assert 0 < left < above.shares
    assert prices([0, 60 + left], 100.0)[1] <= 0.7
    assert bet_on(contract(0.5), 0.5, view("trader")) is None
    assert bet_on(contract(0.5), 0.9, view("trader", free=0)) is None


def test_a_principal_gives_more_to_who_scores_better_and_says_why() -> None:
    members = view("principal").members
    weights = weights_of(members)
    assert weights["team1/analyst1"] > weights["team1/analyst2"]
    assert sum(weights.values()) == pytest.approx(1)
    done = HeuristicPolicy(Config()).act(view("principal", round=19), RNG)
    assert done.allocation == weights
    assert "team1/analyst1 has the largest share: a mean Brier score of 0.180" in done.explanation


def test_actions_are_the_same_however_many_act_at_a_time() -> None:
    config = Config()
    players = cast(config, "random")
    alone, together = (everybody(begin(config, 5), config, players, workers) for workers in (1, 8))
    assert alone == together
    assert list(alone) == list(together)
