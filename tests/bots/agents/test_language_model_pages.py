"""Pages other than the market, answered by a model: validly or, where it answers badly, as a neutral person would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bots.adapters.forms import Field, answers
from bots.adapters.llm import Failure
from bots.agents.questions import FormAnswers
from tests.bots.agents.models import Asked, blocks, trader
from tests.bots.agents.scenes import market, seen
from tests.bots.agents.test_language_model_prompts import HOSTILE

PAGE = (
    Field(name="age", type="number", label="How old are you?", min="18", max="99"),
    Field(name="price", type="decimal", label="What will the price be?", min="0", max="500"),
    Field(name="risk", type="range", min="0", max="1", step="0.05"),
    Field(name="why", type="textarea", label="Why?", longest=40),
    Field(name="again", type="radio", choices=("yes", "no")),
    Field(name="country", type="select-one", choices=("AT", "CH", "DE")),
    Field(name="owned", type="checkbox", choices=("shares", "bonds", "gold")),
)
GOOD = {
    "age": ["34"],
    "price": ["152.75"],
    "risk": ["0.35"],
    "why": ["prices fell"],
    "again": ["no"],
    "country": ["CH"],
    "owned": ["shares", "gold"],
}


def reply(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"answers": [{"name": name, "values": given} for name, given in values.items()]}


def answered(line: Any, page: Sequence[Field] = PAGE, script: Asked | None = None, **settings: Any) -> FormAnswers:
    script = script if script is not None else Asked(line)
    return trader(script, **settings).answer_form(page, answers(page, {}), title="About you", text="Please tell us.")


def test_the_page_fields_of_the_browser_are_what_a_trader_answers() -> None:
    done = answered(reply(GOOD))
    assert (done.values, done.replaced, done.outcome) == (GOOD, {}, "valid")
    assert done.calls == ("seat-1/form-1",)


def test_numbers_as_numbers_and_single_answers_without_a_list_are_understood() -> None:
    done = answered(reply({**GOOD, "age": 34, "risk": [0.35], "again": "no"}))
    assert done.values == GOOD


BAD: list[tuple[str, Any, str]] = [
    ("age", ["17"], "17 is below 18"),
    ("age", ["120"], "120 is above 99"),
    ("age", ["34.5"], "34.5 is not in steps of 1"),
    ("age", ["thirty"], "'thirty' is no plain number"),
    ("age", ["3e1"], "'3e1' is no plain number"),
    ("age", ["30", "40"], "it takes one value, not 2"),
    ("risk", ["0.33"], "0.33 is not in steps of 0.05"),
    ("why", ["because " * 9], "it takes at most 40 characters, not 72"),
    ("why", ["\x00 "], "it has no answer"),
    ("again", ["maybe"], "'maybe' is none of its choices"),
    ("again", [], "it takes one value, not 0"),
    ("owned", ["shares", "boats"], "'boats' is none of its choices"),
]


@pytest.mark.parametrize(("name", "values", "why"), BAD)
def test_a_bad_answer_is_asked_for_again_then_replaced_by_a_neutral_one_and_named(
    name: str, values: list[str], why: str
) -> None:
    script = Asked(reply({**GOOD, name: values}))
    done = answered(None, script=script)
    assert done.replaced == {name: why}
    assert done.values == {**GOOD, name: answers(PAGE, {})[name]}
    assert (done.outcome, len(script)) == ("failed", 2)
    assert f"{name}: {why}" in script.prompt


def test_a_better_second_answer_is_taken() -> None:
    lines = iter([reply({**GOOD, "age": ["17"]}), reply(GOOD)])
    done = answered(lambda request: next(lines))
    assert (done.values, done.replaced, done.outcome) == (GOOD, {}, "repaired")


def test_a_field_that_is_left_out_gets_its_neutral_answer_and_one_that_is_made_up_is_dropped() -> None:
    given = {name: values for name, values in GOOD.items() if name != "country"} | {"admin": ["yes"]}
    done = answered(reply(given))
    assert done.replaced == {"country": "it has no answer"}
    assert done.values == {**GOOD, "country": ["CH"]}


@pytest.mark.parametrize("line", ["rubbish", {"answers": "yes"}, Failure(kind="timeout", message="no answer")])
def test_without_any_usable_answer_all_answers_are_neutral(line: Any) -> None:
    done = answered(line)
    assert done.values == answers(PAGE, {})
    assert set(done.replaced.values()) == {"no usable answer"}
    assert done.outcome == ("late" if isinstance(line, Failure) else "failed")


def test_fields_that_are_no_question_are_not_asked_about() -> None:
    page = (Field(name="mail", type="email"), Field(name="day", type="date"), Field(name="none", type="radio"))
    script = Asked()
    done = answered(None, page, script)
    assert (done.values, script) == (answers(page, {}), [])
    answered(None, (*page, *PAGE), script)
    assert [field["name"] for field in blocks(script[0].messages[-1].content)["fields"]] == [one.name for one in PAGE]


def test_a_choice_may_be_named_by_what_stands_beside_it() -> None:
    page = (
        Field(name="again", type="radio", choices=("1", "2"), labels=("Yes", "No")),
        Field(name="owned", type="checkbox", choices=("s", "b", "g"), labels=("Shares", "Bonds", "Gold")),
        Field(name="same", type="select-one", choices=("x", "y"), labels=("Both", "Both")),
    )
    done = answered(reply({"again": ["No"], "owned": ["g", " Shares"], "same": ["Both"]}), page)
    assert {name: done.values[name] for name in ("again", "owned")} == {"again": ["2"], "owned": ["g", "s"]}
    assert done.replaced == {"same": "'Both' is none of its choices"}


def test_an_empty_choice_of_several_is_an_answer_and_any_number_may_have_no_bounds() -> None:
    page = (Field(name="owned", type="checkbox", choices=("a", "b")), Field(name="n", type="number", step="any"))
    done = answered(reply({"owned": [], "n": ["-3.25"]}), page)
    assert (done.values, done.replaced) == ({"owned": [], "n": ["-3.25"]}, {})


def test_a_refused_answer_is_told_and_what_the_market_said_is_known_on_a_quiz() -> None:
    script = Asked(reply(GOOD))
    one = trader(script)
    page = (Field(name="age", type="number", wrong=True),)
    one.answer_form(page, {"age": ["0"]})
    assert blocks(script.prompt)["fields"] == [{"name": "age", "type": "number", "last answer refused": True}]
    assert "How trading works" not in script.prompt
    one.decide(seen(market()))
    one.answer_form(page, {"age": ["0"]})
    assert "How trading works" in script.prompt


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_page_says_is_data_and_changes_nothing_but_the_record(text: str) -> None:
    page = (
        Field(name="age", type="number", label=text, min="18"),
        Field(name="q", type="radio", choices=(text, "b"), labels=("a", text)),
    )
    script = Asked(reply({"age": ["34"], "q": [text]}))
    done = trader(script, persona=text).answer_form(page, answers(page, {}), title=text, text=text)
    told = blocks(script.prompt)
    assert told["page"] == {"title": text, "text": text}
    assert [one.get("label") for one in told["fields"]] == [text, None]
    assert told["fields"][1]["choices"] == [{"value": text, "label": "a"}, {"value": "b", "label": text}]
    assert script.prompt.count("<data") == script.prompt.count("</data>") == 2
    assert done.values["age"] == ["34"]
