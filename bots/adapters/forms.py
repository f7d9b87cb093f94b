"""Neutral, valid answers to the fields of a page that nobody taught the bots. Knows no browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

NUMBERS = ("number", "range", "decimal")
CHOICES = ("radio", "checkbox", "select-one", "select-multiple")
FIXED = {
    "email": "nobody@example.org",
    "url": "https://example.org",
    "tel": "000000",
    "date": "2000-01-01",
    "time": "12:00",
    "month": "2000-01",
    "week": "2000-W01",
    "datetime-local": "2000-01-01T12:00",
    "color": "#808080",
}
WORDS = "No comment."
# A bot takes part whenever its runner has it play; its consent says nothing of anybody, and is never taken back.
CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question: `type` as in HTML, or "decimal"; bounds and step as the page wrote them, "" where it did not.

    `longest` is the largest number of characters, -1 for any; `choices` are values as they are sent, `labels` what a
    person reads beside each; `wrong` says that the page refused the last answer.
    """

    name: str
    type: str
    label: str = ""
    min: str = ""
    max: str = ""
    step: str = ""
    longest: int = -1
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    wrong: bool = False


def answers(fields: Sequence[Field], tries: Mapping[str, int]) -> dict[str, list[str]]:
    """An answer to each field; `tries` counts how often each was refused, and another answer is given each time."""
    return {field.name: answer for field in fields if (answer := _answer(field, _tries(field, tries)))}


def for_traders(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields that a trader may have answers of its own to: whether it takes part is not for it to say."""
    return tuple(field for field in fields if field.name != CONSENT)


def _tries(field: Field, tries: Mapping[str, int]) -> int:
    return 0 if field.name == CONSENT else tries.get(field.name, 0)


def _answer(field: Field, tries: int) -> list[str]:
    if field.type in CHOICES:
        return [_choice(field.choices, tries)] if field.choices else []
    if field.type in NUMBERS:
        return [_number(field, tries)]
    text = FIXED.get(field.type, WORDS)
    return [text[: field.longest] if field.longest > 0 else text]


def _choice(choices: Sequence[str], tries: int) -> str:
    """The middle one of a scale, the first one of two (yes, I agree); then the others in turn."""
    return choices[((len(choices) - 1) // 2 + tries) % len(choices)]


def _number(field: Field, tries: int) -> str:
    """The middle of the bounds, or the bound there is, or nought; then from there along the field's grid."""
    low, high = _decimal(field.min), _decimal(field.max)
    step = _decimal(field.step) or Decimal(1)
    if low is not None and high is not None:
        last = int(max(high - low, Decimal(0)) / step)
        number = low + (last // 2 + tries) % (last + 1) * step
    elif high is not None:
        number = min(Decimal(0), (high / step).to_integral_value(ROUND_FLOOR) * step) - tries * step
    else:
        number = (low or Decimal(0)) + tries * step
    return format(number, "f")


def _decimal(text: str) -> Decimal | None:
    """A bound or step; None where there is none, or the word "any"."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
