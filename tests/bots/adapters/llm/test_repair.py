"""A bad reply is shown to the model once, with what was wrong with it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from bots.adapters.llm import Answer, Failure, Keys, Model, Models, Outcome, Request, Scripted, ask_with_repair
from bots.adapters.llm.messages import RawAnswer, Usage
from bots.adapters.llm.repair import Asks
from tests.bots.adapters.llm.asks import GOOD, Choice, catalogue, question, swift


class Listener:
    """A scripted model that remembers what it was asked."""

    def __init__(self, *lines: Any, delay_s: float = 0.0) -> None:
        self.asked: list[Request] = []
        script = Scripted(lines, delay_s=delay_s)
        models = Models(catalogue=catalogue(), keys=Keys({}), local={"scripted": script}, timing=swift())
        model = models.find("scripted")
        assert isinstance(model, Model)
        self.model = model

    def ask(self, request: Request) -> Outcome:
        self.asked.append(request)
        return self.model.ask(request)


def answer_of(model: Asks, request: Request | None = None) -> Answer[Choice] | Failure:
    return ask_with_repair(model, request or question(shape=None), Choice)


def test_a_good_reply_needs_no_repair() -> None:
    model = Listener(GOOD)
    answer = answer_of(model)
    assert isinstance(answer, Answer)
    assert answer.value == Choice(action="buy", price=101, reason="cheap")
    assert (answer.repaired, answer.reply.keys, len(model.asked)) == (False, ("seat-1/turn-1",), 1)


@pytest.mark.parametrize(
    "bad",
    ["rubbish", "", "[]", '{"action": "buy"}', '{"action": null, "price": 1, "reason": "x"}'],
)
def test_a_bad_reply_is_repaired_once(bad: str) -> None:
    model = Listener(bad, GOOD)
    answer = answer_of(model)
    assert isinstance(answer, Answer)
    assert answer.repaired
    assert answer.reply.keys == ("seat-1/turn-1", "seat-1/turn-1/repair")
    assert answer.reply.attempts == 2


def test_the_model_is_shown_its_reply_and_the_mistake() -> None:
    model = Listener('{"action": "dance", "price": 1, "reason": "x"}', GOOD)
    answer_of(model)
    first, second = model.asked
    assert second.messages[:-2] == first.messages
    assert second.messages[-2].role == "assistant"
    assert "dance" in second.messages[-2].content
    assert "'buy', 'sell' or 'hold'" in second.messages[-1].content
    assert second.deadline == first.deadline


def test_an_empty_reply_is_not_shown_again() -> None:
    model = Listener("", GOOD)
    answer_of(model)
    assert [message.role for message in model.asked[1].messages] == ["system", "user", "user"]


def test_a_second_bad_reply_is_a_failure_that_tells_both() -> None:
    failure = answer_of(Listener("rubbish", '{"action": "buy"}', GOOD))
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_schema"
    assert "rubbish" in failure.message
    assert failure.keys == ("seat-1/turn-1", "seat-1/turn-1/repair")


@pytest.mark.parametrize("kind", ["refused", "bad_key", "over_budget", "timeout"])
def test_what_another_question_cannot_mend_is_not_asked_again(kind: Any) -> None:
    model = Listener(Failure(kind=kind, message="no"), GOOD)
    failure = answer_of(model)
    assert isinstance(failure, Failure)
    assert (failure.kind, len(model.asked)) == (kind, 1)


def test_a_repair_ends_by_the_deadline_of_the_question() -> None:
    model = Listener("rubbish", GOOD, delay_s=0.4)
    began = time.monotonic()
    failure = answer_of(model, replace(question(shape=None), deadline=began + 0.6))
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"
    assert time.monotonic() - began < 1.5


def test_both_rounds_are_paid_for() -> None:
    bad = RawAnswer(text="rubbish", usage=Usage(100, 5))
    good = RawAnswer(text=json.dumps(GOOD), usage=Usage(150, 30))
    answer = answer_of(Listener(bad, good))
    assert isinstance(answer, Answer)
    assert answer.reply.usage == Usage(250, 35)
