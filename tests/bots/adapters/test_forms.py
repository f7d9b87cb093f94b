"""Neutral answers: valid for every kind of field, and another one each time an answer was refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.adapters.forms import Field, answers, for_traders


def answer(tries: int = 0, **field: object) -> str:
    return answers([Field(name="q", **field)], {"q": tries})["q"][0]  # type: ignore[arg-type]


def test_a_scale_is_answered_in_the_middle_and_a_consent_with_its_first_choice() -> None:
    assert answer(type="radio", choices=("1", "2", "3", "4", "5")) == "3"
    assert answer(type="radio", choices=("True", "False")) == "True"
    assert answer(type="select-one", choices=("DE", "FR", "IT")) == "FR"


def test_consent_is_given_however_often_the_page_comes_back_and_is_no_traders_business() -> None:
    fields = [Field(name="consent", type="radio", choices=("yes", "no")), Field(name="age", type="number")]
    assert [answers(fields, {"consent": tries})["consent"] for tries in range(4)] == [["yes"]] * 4
    assert [field.name for field in for_traders(fields)] == ["age"]


def test_a_refused_choice_is_followed_by_every_other_one() -> None:
    given_answers = {answer(tries, type="radio", choices=("a", "b", "c", "d")) for tries in range(4)}
    assert given_answers == {"a", "b", "c", "d"}


def test_a_lone_checkbox_is_ticked() -> None:
    assert answers([Field(name="agree", type="checkbox", choices=("1",))], {}) == {"agree": ["1"]}


def test_a_number_without_bounds_is_nought_and_one_with_a_single_bound_keeps_to_it() -> None:
    assert answer(type="number") == "0"
    assert answer(type="number", min="18") == "18"
    assert answer(type="number", max="-3") == "-3"


@given(
    low=st.integers(-1000, 1000),
    span=st.integers(0, 1000),
    step=st.sampled_from(["", "1", "5", "0.1", "0.25", "any"]),
    tries=st.integers(0, 50),
    kind=st.sampled_from(["number", "range", "decimal"]),
)
def test_numbers_stay_within_their_bounds_and_on_their_grid(
    low: int, span: int, step: str, tries: int, kind: str
) -> None:
    number = Decimal(answer(tries, type=kind, min=str(low), max=str(low + span), step=step))
    assert low <= number <= low + span
    grid = Decimal(1) if step in ("", "any") else Decimal(step)
    assert (number - low) % grid == 0


def test_words_fit_into_short_fields() -> None:
    assert answer(type="text", longest=4) == "No c"
    assert answer(type="textarea", longest=-1) == "No comment."


@pytest.mark.parametrize("kind", ["email", "url", "date", "time", "color"])
def test_fields_with_a_form_of_their_own_get_something_else_than_words(kind: str) -> None:
    assert answer(type=kind) != answer(type="text")


def test_a_field_without_choices_is_left_alone() -> None:
    assert answers([Field(name="q", type="select-one")], {}) == {}
