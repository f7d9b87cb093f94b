"""Answers of a model to the fields of a page, checked field by field. Knows no browser: a page hands its fields in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator

NUMBERS = ("number", "range", "decimal")
ONE_OF = ("radio", "select-one")
SOME_OF = ("checkbox", "select-multiple")
TEXTS = ("text", "textarea")
ASKED = (*NUMBERS, *ONE_OF, *SOME_OF, *TEXTS)
# Digits enough for any amount, and none that fill a page.
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")
LONGEST = 1000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class FormField(Protocol):
    """One question of a page: `type` as in HTML, or "decimal"; bounds and step as text, "" where there are none.

    `longest` is the largest number of characters, -1 for any; `labels` are what a person reads beside each of the
    `choices`, or empty; `wrong` says that the page refused the last answer.
    """

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def min(self) -> str: ...

    @property
    def max(self) -> str: ...

    @property
    def step(self) -> str: ...

    @property
    def longest(self) -> int: ...

    @property
    def choices(self) -> tuple[str, ...]: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def wrong(self) -> bool: ...


def _texts(value: object) -> object:
    """Models write numbers as numbers and a single answer without a list."""
    values = value if isinstance(value, list) else [value]
    plain = (str, int, float)
    return [str(one) if isinstance(one, plain) and not isinstance(one, bool) else one for one in values]


class FieldReply(BaseModel):
    """The answer to one field."""

    name: str
    values: Annotated[list[str], BeforeValidator(_texts)]


class FormReply(BaseModel):
    """The answers to a page."""

    answers: list[FieldReply]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAnswers:
    """What goes into a page. `replaced` says why neutral values stand where the model's could not; `outcome` is
    valid, repaired, late or failed; `calls` names the model calls behind it."""

    values: Mapping[str, list[str]]
    replaced: Mapping[str, str] = field(default_factory=dict)
    outcome: str = "valid"
    calls: tuple[str, ...] = ()


def askable(fields: Iterable[FormField]) -> list[FormField]:
    """The fields that a model can answer; the others keep their neutral answers."""
    return [one for one in fields if one.type in ASKED and (one.choices or one.type not in (*ONE_OF, *SOME_OF))]


def as_data(fields: Iterable[FormField]) -> list[dict[str, object]]:
    """Fields for a prompt: what they are, without what they leave open."""
    return [
        {key: value for key, value in _described(one).items() if value not in ("", -1, [], False)} for one in fields
    ]


def _described(one: FormField) -> dict[str, object]:
    return {
        "name": one.name,
        "type": one.type,
        "label": one.label[:LONGEST],
        "min": one.min,
        "max": one.max,
        "step": one.step,
        "longest": one.longest,
        "choices": [_choice(value, label) for value, label in zip_longest(one.choices, one.labels, fillvalue="")],
        "last answer refused": one.wrong,
    }


def _choice(value: str, label: str) -> dict[str, str]:
    """The label only where it says more than the value."""
    return {"value": value, "label": label[:LONGEST]} if label not in ("", value) else {"value": value}


def objections(reply: FormReply, fields: Sequence[FormField]) -> dict[str, str]:
    """What is wrong with the answer to each field, by its name; a field without an answer is one of them."""
    given = answers_of(reply, fields)
    wrong = {one.name: _objection(one, given.get(one.name)) for one in fields}
    return {name: why for name, why in wrong.items() if why}


def answers_of(reply: FormReply, fields: Iterable[FormField]) -> dict[str, list[str]]:
    """The answers by field: texts without characters that nobody can type, choices by their values."""
    by_name = {one.name: one for one in fields}
    return {one.name: [_typed(by_name.get(one.name), said) for said in one.values] for one in reply.answers}


def _typed(one: FormField | None, said: str) -> str:
    if one and one.type in TEXTS:
        return CONTROL.sub("", said)
    return _chosen(one, said) if one and one.choices else said


def _chosen(one: FormField, said: str) -> str:
    """The value of a choice, though it was named by its label."""
    named = [value for value, label in zip(one.choices, one.labels, strict=False) if label == said.strip()]
    return named[0] if said not in one.choices and len(named) == 1 else said


def _objection(one: FormField, values: list[str] | None) -> str:
    if values is None:
        return "it has no answer"
    if one.type in SOME_OF:
        strange = [value for value in values if value not in one.choices]
        return f"{strange[0]!r} is none of its choices" if strange else ""
    if len(values) != 1:
        return f"it takes one value, not {len(values)}"
    if one.type in ONE_OF:
        return "" if values[0] in one.choices else f"{values[0]!r} is none of its choices"
    return _number_objection(one, values[0]) if one.type in NUMBERS else _text_objection(one, values[0])


def _text_objection(one: FormField, text: str) -> str:
    longest = one.longest if one.longest > 0 else LONGEST
    if not text.strip():
        return "it has no answer"
    return f"it takes at most {longest} characters, not {len(text)}" if len(text) > longest else ""


def _number_objection(one: FormField, text: str) -> str:
    if not NUMBER.fullmatch(text):
        return f"{text[:40]!r} is no plain number"
    number, low, high = Decimal(text), _decimal(one.min), _decimal(one.max)
    if low is not None and number < low:
        return f"{text} is below {one.min}"
    if high is not None and number > high:
        return f"{text} is above {one.max}"
    # as browsers do: whole steps from the lower bound, or from nought
    step = _decimal(one.step or ("" if one.type == "decimal" else "1"))
    return f"{text} is not in steps of {step}" if step and (number - (low or Decimal(0))) % step else ""


def _decimal(text: str) -> Decimal | None:
    """A bound or step; None where there is none, or the word "any"."""
    return Decimal(text) if NUMBER.fullmatch(text) else None
