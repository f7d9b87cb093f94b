"""One JSON object is found where there is one, and nothing else is taken for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.adapters.llm.messages import Failure, RawAnswer, Reply
from bots.adapters.llm.reading import Unusable, json_object, read
from tests.bots.adapters.llm.asks import GOOD, question

WHOLE = json.dumps(GOOD)


def why(text: str) -> tuple[str, str]:
    with pytest.raises(Unusable) as raised:
        json_object(text)
    return raised.value.kind, str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"\ufeff{WHOLE}".lstrip("\ufeff"),
        f"Sure! {WHOLE}",
        f"{WHOLE} I hope that helps.",
        f"```\n{WHOLE}\n```",
        f"Here it is:\n```json\n{WHOLE}\n```\nDone.",
        f"<think>\n{{not this}}\n</think>{WHOLE}",
    ],
)
def test_the_object_is_found(text: str) -> None:
    assert json_object(text) == GOOD


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", "empty", "empty"),
        ("  \n", "empty", "empty"),
        ("no", "bad_json", "no JSON object"),
        (f"[{WHOLE}]", "bad_schema", "a list"),
        (f"Look: [{WHOLE}, {WHOLE}]", "bad_schema", "a list"),
        ('"buy"', "bad_schema", "a text"),
        ("101", "bad_schema", "a number"),
        ("true", "bad_schema", "true or false"),
        (f"{WHOLE}\n{WHOLE}", "bad_json", "more than one"),
        (f"First {WHOLE}, no, rather {WHOLE}", "bad_json", "more than one"),
        ('{"price": NaN}', "bad_json", "NaN"),
        ('{"price": Infinity}', "bad_json", "Infinity"),
        ('{"price": 1', "bad_json", "not valid JSON"),
        ("{'price': 1}", "bad_json", "not valid JSON"),
        ('{"reason": "\\ud800"}', "bad_json", "surrogate"),
        ('{"price": ' + "9" * 5000 + "}", "bad_json", "not valid JSON"),
        ('{"a":' * 100_000, "bad_json", "not valid JSON"),
    ],
)
def test_anything_else_is_told_apart(text: str, kind: str, said: str) -> None:
    got, message = why(text)
    assert got == kind
    assert said in message


@given(st.text(max_size=200))
def test_no_text_at_all_can_do_more_than_be_refused(text: str) -> None:
    outcome = read(RawAnswer(text=text), question())
    assert isinstance(outcome, Failure)
    assert outcome.text == text


@given(
    before=st.text(alphabet=st.characters(exclude_characters="{}[`<"), max_size=40),
    after=st.text(alphabet=st.characters(exclude_characters="{}`"), max_size=40),
    value=st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9) | st.none(), min_size=1, max_size=4),
)
def test_words_around_an_object_never_change_it(before: str, after: str, value: dict[str, Any]) -> None:
    assert json_object(f"{before}{json.dumps(value)}{after}") == value


def test_mistakes_are_named_by_their_place() -> None:
    failure = read(RawAnswer(text='{"action": "dance", "price": 0, "reason": null}'), question())
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_schema"
    assert "action: " in failure.message
    assert "price: " in failure.message
    assert "reason: " in failure.message


def test_without_a_shape_any_object_will_do() -> None:
    outcome = read(RawAnswer(text='{"anything": [1, null]}'), question(shape=None))
    assert isinstance(outcome, Reply)
    assert outcome.data == {"anything": [1, None]}


def test_a_whole_object_is_a_reply_even_when_the_limit_was_reached_right_after_it() -> None:
    outcome = read(RawAnswer(text=WHOLE + "    ", finish_reason="length"), question())
    assert isinstance(outcome, Reply)
    assert outcome.finish_reason == "length"
