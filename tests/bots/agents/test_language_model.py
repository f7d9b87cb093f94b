"""How a trader that asks a model decides: sensible replies trade, anything else changes nothing but the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

import pytest

from bots.adapters.llm import Failure, Keys, Models, read_transcript
from bots.adapters.llm.heuristic import Heuristic as ByRule
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.stand_in import StandIn
from market.designs import design
from market.events import ClosePeriod, OpenPeriod
from market.treatments import Role
from tests.bots.agents.models import HOLD, Asked, blocks, crowd, models, order, orders, seats, sensible, trader, turn
from tests.bots.agents.scenes import ask, bid, do, market, seen
from tests.headless import Played, play, refusals

CROWD = ["model"] * 6


def session(script: Any, seed: int = 1, turns: int = 50, folder: Path | None = None) -> Played:
    return play(design("asset_cda"), CROWD, seed, turns=turns, make=crowd(script, folder))


# Trading


def test_a_model_that_reads_its_prompt_trades_near_what_a_share_pays() -> None:
    session_of_models = session(sensible)
    assert {turn.decision.outcome for turn in session_of_models.turns} == {"valid"}
    for period, value in enumerate((150, 100, 50), 1):
        prices = [trade.price for trade in session_of_models.exchange.trades_of(period)]
        assert len(prices) > 5
        assert fmean(prices) == pytest.approx(value, abs=12)


def test_the_same_seed_and_replies_give_the_same_market_and_the_same_prompts() -> None:
    first, second = Asked(sensible), Asked(sensible)
    hashes = {session(script, seed=5, turns=20).exchange.chain_hash() for script in (first, second)}
    assert len(hashes) == 1
    assert [request.messages for request in first] == [request.messages for request in second]


def test_a_recorded_session_replays_without_the_model(tmp_path: Path) -> None:
    recorded = session(sensible, turns=20, folder=tmp_path)
    replay = Models(keys=Keys({}))
    make = seats(lambda seat: LanguageModelTrader(models=replay, alias=f"replay:{tmp_path}", seat=seat))
    replayed = play(design("asset_cda"), CROWD, turns=20, make=make)
    assert replayed.exchange.chain_hash() == recorded.exchange.chain_hash()
    assert [turn.decision for turn in replayed.turns] == [turn.decision for turn in recorded.turns]


def test_every_decision_names_its_calls_and_no_two_calls_have_one_name(tmp_path: Path) -> None:
    played = session(sensible, turns=20, folder=tmp_path)
    named = [call for turn in played.turns for call in turn.decision.calls]
    recorded = [line["key"] for line in read_transcript(tmp_path / "llm_calls.jsonl")]
    assert named == recorded
    assert len(set(named)) == len(named) == len(played.turns)
    assert named[0].split("/")[1] == "period-1"


# Providers that fail


@pytest.mark.parametrize(("kind", "outcome"), [("timeout", "late"), ("server_error", "failed"), ("refused", "failed")])
def test_a_call_that_fails_is_a_turn_without_actions_and_the_next_turn_asks_again(kind: Any, outcome: str) -> None:
    script = Asked(Failure(kind=kind, message="no answer"))
    one, exchange = trader(script), market()
    failed = [one.decide(seen(exchange)) for _ in range(2)]
    assert {(decision.actions, decision.outcome) for decision in failed} == {((), outcome)}
    script.line = orders(order("buy", 120))
    assert one.decide(seen(exchange)).actions == (bid(120),)


def test_a_key_that_is_refused_is_not_tried_again_at_once() -> None:
    script = Asked(Failure(kind="bad_key", message="refused"))
    one = trader(script)
    decisions = [one.decide(seen(market())) for _ in range(3)]
    assert [decision.outcome for decision in decisions] == ["failed"] * 3
    assert decisions[2].reason == "bad_key: refused (not asked again)"
    assert len(script) == 1


def test_one_question_that_is_rejected_does_not_silence_the_model() -> None:
    one = trader([Failure(kind="bad_request", message="too long"), orders(order("buy", 120))])
    assert one.decide(seen(market())).outcome == "failed"
    assert one.decide(seen(market())).actions == (bid(120),)


def test_the_deadline_is_that_of_people_and_a_repair_has_the_same_one() -> None:
    script = Asked("rubbish")
    exchange = market(design("asset_cda").with_changes(decision_seconds=7))
    LanguageModelTrader(models=models(script), alias="scripted", seat=1, clock=lambda: 1e6).decide(seen(exchange))
    assert [request.deadline for request in script] == [1e6 + 7] * 2


def test_nothing_is_asked_where_nothing_can_be_done() -> None:
    script = Asked()
    closed = market()
    closed.operate(ClosePeriod(20), 20)
    broke = market(me=Role(name="broke", cash=0, shares=0))
    assert [trader(script).decide(seen(one)).actions for one in (closed, broke)] == [(), ()]
    assert script == []


# What one is told next time


def told_next(exchange: Any, reply: dict[str, Any], between: Any = lambda: None) -> list[str]:
    """What a model is told of its orders one turn after `reply`."""
    script = Asked(reply)
    one = trader(script)
    turn(exchange, one)
    between()
    script.line = HOLD
    turn(exchange, one, 2.0)
    told: list[str] = blocks(script.prompt).get("your orders", [])
    return told


def test_a_refused_order_is_told_back_with_the_reason() -> None:
    told = told_next(market(), orders(order("buy", 600, 2)))
    assert told == ["buy 2 at 600: refused: Not placed: 2 would cost 1,200, and 1,000 of your cash is free."]


def test_trades_at_once_and_orders_that_stand_are_told_back() -> None:
    exchange = do(market(), "a", ask(120))
    told = told_next(exchange, orders(order("buy", 120, 3), order("sell", 300)))
    assert told == [
        "buy 3 at 120: 1 traded at once, order 2",
        "sell 1 at 300: done, order 3",
        "your shares: 5, now 6; cash 1,000, now 880",
    ]


def test_what_happens_to_a_standing_order_in_between_is_told() -> None:
    exchange = do(market(), "me", bid(100, 3), bid(90))
    script = Asked()
    one = trader(script)
    turn(exchange, one)
    do(exchange, "a", ask(100, 2))
    turn(exchange, one, 2.0)
    assert blocks(script.prompt)["your orders"] == [
        "order 1 (buy 3 at 100): 2 traded, 1 left",
        "your shares: 5, now 7; cash 1,000, now 800",
    ]
    do(exchange, "a", ask(100))
    turn(exchange, one, 3.0)
    assert blocks(script.prompt)["your orders"][0] == "order 1 (buy 1 at 100): left the book"


def test_an_order_one_takes_back_oneself_is_not_told_as_news_twice() -> None:
    exchange = do(market(), "me", bid(100))
    assert told_next(exchange, orders({"do": "cancel", "order": 1})) == ["cancel order 1: done, order 1"]


def test_the_end_of_a_period_is_told_and_news_is_told_once() -> None:
    exchange = do(market(), "me", bid(100))
    script = Asked()
    one = trader(script)
    turn(exchange, one)
    exchange.operate(ClosePeriod(20), 20)
    exchange.operate(OpenPeriod())
    turn(exchange, one)
    assert blocks(script.prompt)["your orders"] == ["Period 1 ended; orders still open then were removed."]
    turn(exchange, one)
    assert "nothing new" in script.prompt


def test_a_late_answer_is_told_to_have_changed_nothing() -> None:
    script = Asked(orders(order("buy", 120)))
    one = trader(script)
    decision = one.decide(seen(market()))
    one.told(replace(decision, outcome="late"), ())
    one.decide(seen(market()))
    assert blocks(script.prompt)["your orders"] == ["buy 1 at 120: not sent: the answer came too late"]


def test_news_of_a_turn_that_failed_is_kept_for_the_next() -> None:
    answers = iter([orders(order("buy", 600, 2)), "", "", HOLD])
    script = Asked(lambda request: next(answers))
    one, exchange = trader(script), market()
    for _ in range(3):
        turn(exchange, one)
    assert "refused" in blocks(script.prompt)["your orders"][0]


def test_refusals_in_a_whole_session_reach_the_models() -> None:
    script = Asked(orders(order("buy", 900, 5)))
    played = session(script, turns=12)
    refused = list(refusals(played))
    assert refused
    assert sum("refused: Not placed" in request.messages[-1].content for request in script) > len(refused) / 2


# Settings


def test_settings_say_what_sets_a_seat_apart_and_go_into_its_questions() -> None:
    script = Asked()
    made = [trader(script, seat=seat, seed=4, temperature=0.7, persona="bold") for seat in (1, 2)]
    for one in made:
        one.decide(seen(market()))
    assert [request.seed for request in script] == [one.settings["seed"] for one in made]
    assert made[0].settings["seed"] != made[1].settings["seed"]
    assert {request.temperature for request in script} == {0.7}
    assert made[0].settings["persona"] == "bold"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"memory": "total"}, "memory: there is no 'total'; choose one of none, notes, summary, full."),
        ({"execution": "vwap"}, "execution: there is no 'vwap'; choose one of immediate, twap."),
        ({"reflection": "daily"}, "reflection: there is no 'daily'; choose one of never, market, period."),
        ({"memory": "none", "reflection": "period"}, "what is learnt needs a memory"),
    ],
)
def test_an_unknown_setting_is_named_with_the_known(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LanguageModelConfig(**setting)


def test_a_question_for_estimates_is_the_first_one_and_asks_nothing() -> None:
    script = Asked()
    one = trader(script)
    estimated = one.question(seen(market()))
    assert script == []
    one.decide(seen(market()))
    assert estimated.messages == script[0].messages
    assert script[0].key == "seat-1/period-1/turn-1"


# The rule in the place of a model


@pytest.mark.parametrize(("name", "number"), [("asset_cda", 6), ("smith_1962", 22)])
def test_the_heuristic_through_the_layer_is_the_heuristic(name: str, number: int) -> None:
    asked = Models(local={"heuristic": ByRule(StandIn(lambda seat: Random(f"3/T{seat}")))}, keys=Keys({}))
    make = seats(lambda seat: LanguageModelTrader(models=asked, alias="heuristic", seat=seat))
    by_model = play(design(name), ["heuristic"] * number, seed=3, turns=60, make=make)
    directly = play(design(name), ["heuristic"] * number, seed=3, turns=60)
    assert by_model.exchange.chain_hash() == directly.exchange.chain_hash()
    assert by_model.exchange.trades
