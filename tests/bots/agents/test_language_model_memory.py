"""What a model takes along from turn to turn and from period to period, by memory mode, and looking back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.llm import Failure, Message, asked_of, estimate_prompt, read_transcript, said_of
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.memory import NOTE, WINDOW
from market.designs import design
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from tests.bots.agents.models import HOLD, Asked, blocks, crowd, models, order, orders, sensible, trader, turn
from tests.bots.agents.scenes import ask, do, market, seen
from tests.headless import play

MODES = ("none", "notes", "summary", "full")
NOTED = {**HOLD, "plans": "buy early", "insights": "prices fall"}


def next_period(exchange: Exchange) -> Exchange:
    exchange.operate(ClosePeriod(20), 20)
    exchange.operate(OpenPeriod())
    return exchange


def asked_twice(memory: str, first: dict[str, Any]) -> Asked:
    """A model asked once in each of two periods; it answers `first` and then nothing new."""
    script = Asked(first)
    one, exchange = trader(script, memory=memory), do(market(), "a", ask(120))
    turn(exchange, one)
    script.line = HOLD
    next_period(exchange)
    turn(exchange, one)
    return script


def properties(script: Asked) -> set[str]:
    return set(script[-1].schema["properties"])


# Modes


def test_without_a_memory_a_turn_tells_nothing_of_earlier_answers() -> None:
    script = asked_twice("none", {**NOTED, **orders(order("buy", 120)), "reasoning": "a bargain"})
    text = " ".join(message.content for message in script[-1].messages)
    assert len(script[-1].messages) == 2
    assert not [word for word in ("buy early", "prices fall", "a bargain", "insights") if word in text]
    assert properties(script) == {"reasoning", "actions", "intent"}


def test_notes_go_along_into_the_next_period() -> None:
    script = asked_twice("notes", NOTED)
    assert blocks(script.prompt)["your notes"] == {"insights": "prices fall", "plans": "buy early"}
    assert properties(script) == {"reasoning", "actions", "intent", "plans", "insights"}


def test_an_empty_note_keeps_the_old_one_and_a_new_one_takes_its_place() -> None:
    answers = iter([NOTED, {**HOLD, "plans": "", "insights": "  "}, {**HOLD, "plans": "sell late"}, HOLD])
    script = Asked(lambda request: next(answers))
    one, exchange = trader(script), market()
    for _ in range(3):
        turn(exchange, one)
    assert blocks(script.prompt)["your notes"] == {"insights": "prices fall", "plans": "buy early"}
    turn(exchange, one)
    assert blocks(script.prompt)["your notes"] == {"insights": "prices fall", "plans": "sell late"}


def test_a_note_that_is_too_long_is_cut() -> None:
    script = asked_twice("notes", {**HOLD, "plans": "x" * 5000})
    assert blocks(script.prompt)["your notes"] == {"plans": "x" * NOTE}


def test_a_summary_has_a_line_for_each_period_and_the_latest_turns_with_their_fate() -> None:
    script = asked_twice("summary", {**orders(order("buy", 120)), "reasoning": "a bargain"})
    assert blocks(script.prompt)["your turns"] == [
        "period 1, 1 turns, from 1,000 points in cash and 5 shares to 1,000 points in cash and 5 shares",
        "period 1, second 1: a bargain | buy 1 at 120: 1 traded at once, order 2",
    ]


def test_a_summary_stays_short_in_a_long_session() -> None:
    script = Asked(lambda request: {**sensible(request), "reasoning": "because " * 100})
    long = design("asset_cda").with_changes(periods=20, price_max=5000)
    play(long, ["model"] * 3, turns=12, make=crowd(script, memory="summary"))
    turns = blocks(script.prompt)["your turns"]
    assert sum(one.startswith("period") and "turns" in one for one in turns) == 10
    assert len(turns) == 16
    assert max(len(one) for one in turns) < 500


def test_a_full_memory_is_the_conversation_as_it_was() -> None:
    script = asked_twice("full", {**HOLD, "reasoning": "a bargain"})
    first, then = script
    assert then.messages[1].content == first.messages[1].content
    assert [message.role for message in then.messages] == ["system", "user", "assistant", "user"]
    assert '"reasoning":"a bargain"' in then.messages[2].content


def test_a_full_memory_never_outgrows_what_a_model_can_read() -> None:
    script = Asked(sensible)
    long = design("asset_cda").with_changes(periods=10, price_max=2000)
    play(long, ["model"] * 2, turns=25, make=crowd(script, memory="full"))
    sizes = [estimate_prompt(request.messages) for request in script]
    assert WINDOW < max(sizes) < WINDOW + 3000
    assert script[-1].messages[1].role == "user"
    assert "Period 1 of" not in script[-1].messages[1].content


@pytest.mark.parametrize("memory", MODES)
def test_an_answer_that_failed_leaves_nothing_in_any_memory(memory: str) -> None:
    script = Asked("rubbish that is no reply")
    one, exchange = trader(script, memory=memory), market()
    turn(exchange, one)
    script.line = HOLD
    turn(exchange, one)
    assert len(script[-1].messages) == 2
    assert "rubbish" not in script.prompt


@pytest.mark.parametrize("memory", MODES)
def test_every_memory_trades_and_repeats_itself(memory: str) -> None:
    played = [play(design("asset_cda"), ["model"] * 4, turns=15, make=crowd(sensible, memory=memory)) for _ in "ab"]
    assert played[0].exchange.trades
    assert played[0].exchange.chain_hash() == played[1].exchange.chain_hash()


# Looking back


LEARNT = {"insights": "others sell too cheap", "plans": "buy first"}


def looks_back(**config: Any) -> tuple[Asked, LanguageModelTrader, Exchange]:
    """A model that was asked once in the first period, which then closed."""
    script = Asked(lambda request: LEARNT if "insights and plans" in request.messages[-1].content else HOLD)
    one, exchange = trader(script, **config), market()
    turn(exchange, one)
    exchange.operate(ClosePeriod(20), 20)
    return script, one, exchange


@pytest.mark.parametrize("memory", ["notes", "summary", "full"])
def test_what_is_learnt_from_a_period_is_read_in_the_next(memory: str) -> None:
    script, one, exchange = looks_back(memory=memory, reflection="period")
    decision = one.reflect(seen(exchange, 20.0))
    assert decision
    assert (decision.actions, decision.outcome, decision.reason) == ((), "valid", "others sell too cheap")
    assert decision.calls == ("seat-1/period-1/reflection-2",)
    assert "Period 1 of 3 is over." in script.prompt
    exchange.operate(OpenPeriod())
    turn(exchange, one)
    assert blocks(script.prompt)["your notes"] == LEARNT


@pytest.mark.parametrize(("reflection", "asked"), [("never", [0, 0]), ("market", [0, 1]), ("period", [1, 1])])
def test_one_looks_back_after_each_period_after_the_market_or_never(reflection: str, asked: list[int]) -> None:
    script, one, exchange = looks_back(reflection=reflection)
    counts = []
    for _ in range(2):
        before = len(script)
        one.reflect(seen(exchange, 20.0))
        counts.append(len(script) - before)
        while exchange.period < 3:
            exchange.operate(OpenPeriod())
            assert one.reflect(seen(exchange, 1.0)) is None
            exchange.operate(ClosePeriod(20), 20)
    assert counts == asked


def test_the_market_is_over_when_one_looks_back_on_it() -> None:
    script, one, exchange = looks_back(reflection="market")
    for _ in range(2):
        exchange.operate(OpenPeriod())
        exchange.operate(ClosePeriod(60), 20)
    one.reflect(seen(exchange, 20.0))
    assert script.prompt.startswith("The market is over.\n\nYou have 1,700 points in cash and 5 shares.")


def test_looking_back_in_vain_is_on_record_and_keeps_the_old_notes() -> None:
    script, one, exchange = looks_back(reflection="period")
    script.line = NOTED
    exchange.operate(OpenPeriod())
    turn(exchange, one)
    exchange.operate(ClosePeriod(20), 20)
    script.line = Failure(kind="refused", message="no")
    decision = one.reflect(seen(exchange, 20.0))
    assert decision
    assert (decision.outcome, decision.reason) == ("failed", "refused: no")
    script.line = HOLD
    exchange.operate(OpenPeriod())
    turn(exchange, one)
    assert blocks(script.prompt)["your notes"] == {"insights": "prices fall", "plans": "buy early"}


def taken_up(memory: str, answers: list[Any], folder: Path) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The next question of a trader that got these answers, and that of one which takes up its seat by the record."""
    left, exchange = iter(answers), market()
    config = LanguageModelConfig(memory=memory)
    asks = models(lambda request: next(left), folder)
    one, again = (LanguageModelTrader(models=asks, alias="scripted", seat=1, config=config) for _ in range(2))
    turn(exchange, one)
    turn(exchange, one)
    calls = list(read_transcript(folder / "llm_calls.jsonl"))
    again.go_on_after(asked_of(calls, 1), said_of(calls, 1))
    return one.question(seen(exchange)).messages, again.question(seen(exchange)).messages


def test_a_seat_that_is_taken_up_again_has_its_notes(tmp_path: Path) -> None:
    """Those of answers that were used: a first try that had to be repaired left none."""
    bad = {**NOTED, "actions": [order("cancel", 7)], "plans": "sell late"}
    before, after = taken_up("notes", [NOTED, bad, {**HOLD, "insights": "", "plans": "wait"}], tmp_path)
    assert blocks(after[-1].content)["your notes"] == {"insights": "prices fall", "plans": "wait"}
    assert blocks(before[-1].content)["your notes"] == blocks(after[-1].content)["your notes"]


def test_a_seat_that_is_taken_up_again_has_its_whole_conversation(tmp_path: Path) -> None:
    answers = [{**HOLD, "reasoning": "first"}, "rubbish", {**HOLD, "reasoning": "second"}]
    before, after = taken_up("full", answers, tmp_path)
    assert [one.content for one in before if one.role == "user"][:-1] == [
        one.content for one in after if one.role == "user"
    ][:-1]
    assert [json.loads(one.content)["reasoning"] for one in after if one.role == "assistant"] == ["first", "second"]


@pytest.mark.parametrize("institution", ["continuous", "call"])
def test_a_seat_that_is_taken_up_again_has_the_lines_of_its_summary(institution: str, tmp_path: Path) -> None:
    """With what became of its orders, and another market apart from the one before."""
    bids, treatment = (
        {"bids": [{"price": 90, "quantity": 1}], "asks": []},
        design("asset_cda").with_changes(institution=institution),
    )
    bid = orders(order("buy", 90)) if institution == "continuous" else bids
    answers = iter({**bid, "reasoning": f"try {number}"} for number in range(9))
    config, asks = LanguageModelConfig(memory="summary"), models(lambda request: next(answers), tmp_path)
    one, again = (LanguageModelTrader(models=asks, alias="scripted", seat=1, config=config) for _ in range(2))
    for exchange in (market(treatment), market(treatment)):
        one.begin()
        for seconds in (3.0, 20.0):
            turn(exchange, one, seconds)
        turn(next_period(exchange), one, 2.0)
    calls = list(read_transcript(tmp_path / "llm_calls.jsonl"))
    again.go_on_after(asked_of(calls, 1), said_of(calls, 1))
    lines, restored = (blocks(a.question(seen(exchange)).messages[-1].content)["your turns"] for a in (one, again))
    assert restored[:-1] == lines[:-1]
    assert lines[-1].startswith(f"{restored[-1]} | ")
    assert sum(" turns, from " in line for line in lines) == 4
