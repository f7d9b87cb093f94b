"""A trader that asks a model is told what was known, and its answer is a proposal like any other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bots.adapters.llm import Heuristic, Keys, Scripted
from tests.bots.adapters.llm.wire_server import WireServer, says
from worlds.crypto.data.bars import BAR, NEEDED, Bars
from worlds.crypto.desk.proposals import Proposals, nothing
from worlds.crypto.desk.tape import tape
from worlds.crypto.news.items import Item
from worlds.crypto.news.newsroom import Newsroom
from worlds.crypto.roles.limits import TRADERS
from worlds.crypto.roles.model_trader import Desk, facts, heuristic, propose, question
from worlds.crypto.roles.outputs import Analysis, Forecast
from worlds.models import Asked, Line

ROWS = range(40, 60, 6)
SEEN = datetime(2026, 1, 7, tzinfo=UTC)
STORY = Item(title="Bitcoin up", text="", url="https://ft.com/1", published=SEEN, seen=SEEN, scope="BTC")
LONG_BTC = {
    "symbol": "BTC",
    "side": "long",
    "size": 0.2,
    "leverage": 2,
    "stop": 0.03,
    "take_profit": 0.06,
    "confidence": 0.6,
}


def desk(seed: int = 1, known: int = 60) -> Desk:
    """Two coins on a random walk; from row `known` on everything is something else."""
    rng = np.random.default_rng(seed)
    walk = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (60, 2)), 0))
    trend, mean = rng.uniform(-1, 1, (60, 2)), rng.normal(0, 0.01, (3, 60, 2))
    for array in (walk, trend, mean[0], mean[1], mean[2]):
        array[known:] = 0.123
    times = np.datetime64("2026-01-01T00:00:00", "s") + np.arange(60) * BAR
    bars = Bars(
        symbols=("BTC", "ETH"), times=times, columns=dict.fromkeys(NEEDED, walk), source="synthetic", origin="x"
    )
    half, calm = np.full((60, 2), 0.5), np.zeros((60, 2), np.int8)
    analysis = Analysis(trend, half, calm, half, np.zeros(60), ())
    forecast = Forecast((1, 2, 4), mean, mean - 0.02, mean + 0.02, np.full((3, 60, 2), 0.5), ())
    return Desk(tape=tape(bars), analysis=analysis, forecast=forecast, parameters=TRADERS["momentum"])


def line_to(say: Callable[[Any], Any]) -> Line:
    return Line(Asked(name="scripted", local={"scripted": Scripted(say, name="scripted")}, keys=Keys({})))


def rule() -> Proposals:
    """Wants to sell everything at every bar."""
    calm = nothing(60, 2)
    calm.side[:], calm.keep[:] = -1.0, -1.0
    return calm


def answers(*positions: dict[str, Any]) -> Callable[[Any], str]:
    return lambda _: json.dumps({"reason": "because", "positions": positions})


def test_what_a_model_wants_is_proposed_at_its_bar_and_kept_until_it_is_asked_again() -> None:
    made, thoughts = propose(desk(), rule(), line_to(answers(LONG_BTC)), [40, 46])
    assert made.side[40].tolist() == [1.0, 0.0]
    assert not made.side[41:46].any()
    assert made.keep[40:46, 0].tolist() == [1.0] * 6
    assert (made.size[40, 0], made.leverage[40, 0], made.stop[40, 0], made.take_profit[40, 0]) == (0.2, 2, 0.03, 0.06)
    assert [(one.by, one.reason) for one in thoughts] == [("model", "because")] * 2


def test_before_the_model_is_first_asked_the_rule_proposes() -> None:
    made, _ = propose(desk(), rule(), line_to(answers()), [40])
    assert (made.side[:40] == -1).all()
    assert (made.side[40:] == 0).all()


@pytest.mark.parametrize(
    "bad",
    [
        "no JSON at all",
        json.dumps({"reason": "x", "positions": [{**LONG_BTC, "symbol": "PEPE"}]}),
        json.dumps({"reason": "x", "positions": [{**LONG_BTC, "size": 0.9}]}),
        json.dumps({"reason": "x", "positions": [LONG_BTC, LONG_BTC]}),
        json.dumps({"reason": "x", "positions": [{**LONG_BTC, "stop": -1}]}),
    ],
)
def test_an_answer_that_makes_no_sense_is_asked_for_again_then_the_rule_stands_in_and_the_log_says_so(bad: str) -> None:
    line = line_to(lambda _: bad)
    made, thoughts = propose(desk(), rule(), line, [40])
    assert (made.side[40:] == -1).all()
    assert (thoughts[0].by, len(line.failures), line.told()["calls"]) == ("rule", 1, 2)
    assert thoughts[0].reason


def test_nothing_after_a_bar_is_told_at_that_bar() -> None:
    for row in ROWS:
        assert facts(desk(known=row + 1), row, 6) == facts(desk(), row, 6)
        assert facts(desk(known=row), row, 6) != facts(desk(), row, 6)


def test_the_prompt_says_the_facts_and_the_limits() -> None:
    told = facts(desk(), 40, 6)
    system, user = (message.content for message in question(told))
    assert "from 0 to 0.3 for one coin" in system
    assert f"{told['coins'][1]['symbol']}: price {told['coins'][1]['price']:g}" in user
    assert f"trend {told['coins'][0]['trend']:+.2f}" in user
    assert "in 8 h" in user
    assert "2026-01-07 20:00" in user
    assert "No headlines." in user


def test_the_rule_that_stands_in_for_a_model_always_answers_within_its_limits() -> None:
    line = Line(Asked(local={"heuristic": Heuristic(heuristic)}, keys=Keys({})))
    made, thoughts = propose(desk(3), rule(), line, list(ROWS))
    assert {one.by for one in thoughts} == {"model"}
    assert np.abs(made.side[list(ROWS)]).sum() > 0


def test_an_answer_that_cannot_be_used_and_news_that_was_read_are_paid_for_as_well() -> None:
    with WireServer(default=says("no JSON at all")) as server:
        line = Line(Asked(name="gpt-4o", base_url=server.base_url("openai"), keys=Keys({"openai": "k"})))
        bare, _ = propose(desk(), rule(), line, [40])
        unread, _ = propose(replace(desk(), room=Newsroom([STORY], 7, line)), rule(), line, [40])
    assert bare.cost[40] > 0
    assert unread.cost[40] > bare.cost[40]
    assert bare.cost.sum() + unread.cost.sum() == pytest.approx(line.told()["cost_usd"])


def test_a_model_of_a_server_is_asked_in_its_own_format_and_what_it_costs_is_a_cost_of_trading() -> None:
    with WireServer(default=says(json.dumps({"reason": "r", "positions": [LONG_BTC]}))) as server:
        line = Line(Asked(name="gpt-4o", base_url=server.base_url("openai"), keys=Keys({"openai": "k"})))
        made, thoughts = propose(desk(), rule(), line, [40, 46])
    assert made.cost[40] > 0
    assert made.cost[40] == thoughts[0].cost
    assert made.cost.sum() == pytest.approx(line.told()["cost_usd"])
