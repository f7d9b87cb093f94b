"""A model is told its own view in its role, and its errors are recorded and never become actions."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bots.adapters.llm import Failure
from tests.worlds.forecast_goods.roles.builders import line_to, view
from worlds.errors import ModelLost
from worlds.forecast_goods.actions import NOTHING, Actions, Bet, Bid, Issue, Offer
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.roles.heuristic import HeuristicPolicy
from worlds.forecast_goods.roles.interface import View
from worlds.forecast_goods.roles.models import ModelPolicy
from worlds.forecast_goods.roles.telling import facts, question

RNG = np.random.default_rng(1)
CONFIG = Config()

ANSWERS: dict[str, tuple[dict[str, Any], Actions]] = {
    "analyst": (
        {
            "reason": "news",
            "research": [{"asset": "alpha", "money": 1.5}, {"asset": "alpha", "money": 0.25}],
            "forecasts": [{"asset": "beta", "horizon": 2, "probability": 0.7}],
        },
        Actions(research={"alpha": 175}, predictions=(Issue("beta", 2, 0.7),), reason="news"),
    ),
    "trader": (
        {
            "reason": "short",
            "offers": [{"good": "g1", "price": 19.99, "quantity": 3}],
            "bids": [{"asset": "beta", "price": 5, "quantity": 1}],
            "bets": [{"asset": "alpha", "outcome": "below", "shares": 4, "limit": 3}],
        },
        Actions(
            offers=(Offer("g1", 1999, 3),), bids=(Bid("beta", 500, 1),), bets=(Bet("alpha", 0, 4, 300),), reason="short"
        ),
    ),
    "principal": (
        {
            "explanation": "skill pays",
            "shares": [{"member": "team1/analyst1", "share": 3}, {"member": "team1/analyst2", "share": 1}],
        },
        Actions(allocation={"team1/analyst1": 3.0, "team1/analyst2": 1.0}, explanation="skill pays"),
    ),
}


def seen(role: str) -> View:
    return view(role, round=19) if role == "principal" else view(role)


@pytest.mark.parametrize("role", ANSWERS)
def test_an_answer_becomes_the_actions_that_it_means(role: str) -> None:
    said, meant = ANSWERS[role]
    assert ModelPolicy(CONFIG, line_to(lambda _: said)).act(seen(role), RNG) == meant


@pytest.mark.parametrize("role", ANSWERS)
def test_a_prompt_says_all_that_the_view_holds_for_the_role(role: str) -> None:
    text = "\n".join(one.content for one in question(facts(view(role), 17)))
    expected = {
        "analyst": ["40.00", "6.00", "17 rounds", "880.00", "0.2100", "signal +0.800, precision 2.00", "101.5000"],
        "trader": [
            "900.00",
            "12.34",
            "g1: alpha above 101.0000",
            "mean price 18.00, 6 units",
            "price of 'above' 0.450",
        ],
        "principal": ["team1/analyst2 (analyst): budget 40.00, spent 41.00, over budget 2 times", "0.1800"],
    }
    assert [one for one in expected[role] if one not in text] == []
    assert "$" not in text


def test_a_principal_is_asked_only_when_budgets_are_set() -> None:
    line = line_to(lambda _: ANSWERS["principal"][0])
    assert ModelPolicy(CONFIG, line).act(view("principal", round=18), RNG) == NOTHING
    assert line.told()["calls"] == 0


WRONG = [
    ("analyst", {"forecasts": [{"asset": "alfa", "probability": 0.5}]}, "no 'alfa', nearest 'alpha'"),
    ("analyst", {"forecasts": [{"asset": "alpha", "probability": 1.5}]}, "probability"),
    ("analyst", {"forecasts": [{"asset": "alpha", "probability": 0.5, "horizon": 999}]}, "from 1 to 20, not 999"),
    ("analyst", {"research": [{"asset": "alpha", "money": -1}]}, "money"),
    ("trader", {"offers": [{"good": "g2", "price": 1, "quantity": 1}]}, "no 'g2'; known are g1"),
    ("trader", {"bets": [{"asset": "beta", "outcome": "above", "shares": 1, "limit": 1}]}, "with a contract"),
    ("principal", {"explanation": "", "shares": [{"member": "team1/analyst1", "share": 1}]}, "analyst2 is missing"),
    (
        "principal",
        {"explanation": "", "shares": [{"member": f"team1/analyst{one}", "share": 0} for one in (1, 2)]},
        "at least one above 0",
    ),
]


@pytest.mark.parametrize(("role", "said", "told"), WRONG)
def test_an_answer_that_makes_no_sense_is_objected_to_once_and_then_is_no_action(
    role: str, said: dict[str, Any], told: str
) -> None:
    asked = []

    def say(request: Any) -> dict[str, Any]:
        asked.append(" ".join(one.content for one in request.messages))
        return said

    line = line_to(say)
    done = ModelPolicy(CONFIG, line).act(seen(role), RNG)
    assert len(asked) == 2
    assert told in asked[1]
    assert done.reason.startswith("No usable answer")
    assert done == Actions(reason=done.reason)
    [(key, _)] = line.failures
    assert key == f"round-{seen(role).round}/team1/{role}1"


def test_a_second_try_that_makes_sense_counts() -> None:
    said, meant = ANSWERS["analyst"]
    replies = iter(["what?", json.dumps(said)])
    line = line_to(lambda _: next(replies))
    assert ModelPolicy(CONFIG, line).act(view("analyst"), RNG) == meant
    assert line.failures == []


def test_the_rule_acts_for_a_model_only_where_that_is_wished_and_says_so() -> None:
    refused = Failure(kind="refused", message="declined")
    rule = HeuristicPolicy(CONFIG)
    alone = ModelPolicy(CONFIG, line_to(lambda _: refused)).act(view("analyst"), RNG)
    assert alone == Actions(reason="No usable answer (refused): nothing done.")
    helped = ModelPolicy(CONFIG, line_to(lambda _: refused), rule).act(view("analyst"), RNG)
    assert helped.predictions == rule.act(view("analyst"), RNG).predictions
    assert helped.reason == "No usable answer (refused): the rule acted instead."


def test_a_model_that_is_gone_ends_the_run() -> None:
    line = line_to(lambda _: Failure(kind="no_credit", message="the account cannot pay"))
    with pytest.raises(ModelLost, match="cannot pay"):
        ModelPolicy(CONFIG, line, HeuristicPolicy(CONFIG)).act(view("trader"), RNG)
