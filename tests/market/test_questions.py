"""Sentences about answers: what people type is understood where it can be, and otherwise said what is wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from market.questions import LONGEST, Choice, Question, number, problem

AGE = Question(name="age", text="How old?", kind="number", least=16, most=120)
YES_NO = Question(name="sure", text="Sure?", choices=(Choice("yes", "Yes"), Choice("no", "No")))
SOME = Question(name="which", text="Which?", kind="some", choices=(Choice("T1", "One"), Choice("T2", "Two")))
WORDS = Question(name="comments", text="Else?", kind="long", optional=True)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("60", "60"),
        (" 60 ", "60"),
        ("60.0", "60"),
        ("0,5", "0.5"),
        ("0.5", "0.5"),
        ("1,000", "1000"),
        ("1,000.50", "1000.50"),
        ("1 000", "1000"),
        ("0,125", "0.125"),
        ("\N{MINUS SIGN}3", "-3"),
    ],
)
def test_numbers_are_read_as_people_write_them(said: str, value: str) -> None:
    assert number(said) == Decimal(value)


@pytest.mark.parametrize("said", ["", "ten", "1.2.3", "NaN", "inf", "1e", "12 points"])
def test_what_is_no_number_is_none(said: str) -> None:
    assert number(said) is None


@pytest.mark.parametrize(
    ("question", "said", "wrong"),
    [
        (AGE, "", "missing"),
        (AGE, "young", "number"),
        (AGE, "12", "range"),
        (AGE, "121", "range"),
        (AGE, "16", ""),
        (YES_NO, "perhaps", "choice"),
        (YES_NO, "yes", ""),
        (YES_NO, "  ", "missing"),
        (SOME, "T1, T2", ""),
        (SOME, "T1, T9", "choice"),
        (WORDS, "", ""),
        (WORDS, "x" * (LONGEST + 1), "long"),
    ],
)
def test_an_answer_is_taken_or_it_is_said_what_is_wrong(question: Question, said: str, wrong: str) -> None:
    assert problem(question, said) == wrong


def test_the_same_number_is_right_however_it_is_written() -> None:
    question = Question(name="q", text="?", kind="number", answer="60.00")
    assert all(question.is_right(said) for said in ("60", "60.0", "60,00"))
    assert not question.is_right("61")
    assert not question.is_right("")
