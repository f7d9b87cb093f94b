"""Questions to a person and what may be answered: shown by a page, checked here. Knows neither page nor market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

LONGEST = 1000


class Choice(NamedTuple):
    """One of the answers to choose from: what is stored and what is read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `name` is where the answer is stored; `answer` is the right one, "" where there is none.

    `kind` one: one of the `choices`; some: any of them; number: within `least` and `most`; text and long: free words.
    """

    name: str
    text: str
    kind: Literal["one", "some", "number", "text", "long"] = "one"
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None
    unit: str = ""
    hint: str = ""
    optional: bool = False
    answer: str = ""
    explanation: str = ""

    def is_right(self, said: str) -> bool:
        """Whether an answer is the right one; 60, 60.0 and 60,0 are the same number."""
        if self.kind == "number":
            return number(said) == number(self.answer)
        return said == self.answer


def one_of(name: str, text: str, labels: Sequence[tuple[str, str]], **more: str) -> Question:
    return Question(name=name, text=text, choices=tuple(Choice(*one) for one in labels), **more)  # type: ignore[arg-type]


def number(said: str) -> Decimal | None:
    """A number as people type it, with a point or a comma for decimals: None where it is none."""
    plain = said.strip().replace(" ", "").replace("\N{MINUS SIGN}", "-")
    if "," in plain:
        plain = plain.replace(",", "." if plain.count(",") == 1 and "." not in plain and not _thousands(plain) else "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _thousands(plain: str) -> bool:
    """A comma with exactly three digits behind it, and no nought before, sets off thousands."""
    head, _, tail = plain.partition(",")
    return len(tail) == 3 and head.lstrip("-") not in ("", "0")


def problem(question: Question, said: str) -> str:
    """What keeps an answer from being taken: missing, number, range, choice, long, or "" for nothing."""
    if not said.strip():
        return "" if question.optional else "missing"
    if question.kind == "number":
        return _number_problem(question, number(said))
    if question.kind in ("one", "some"):
        known = {one.value for one in question.choices}
        given = said.split(", ") if question.kind == "some" else [said]
        return "" if known.issuperset(given) else "choice"
    return "long" if len(said) > LONGEST else ""


def _number_problem(question: Question, value: Decimal | None) -> str:
    if value is None:
        return "number"
    low, high = question.least, question.most
    return "range" if (low is not None and value < low) or (high is not None and value > high) else ""
