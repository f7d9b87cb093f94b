"""Tasks beside the market: ten lotteries after Holt & Laury (2002) and puzzles. Pure; luck is an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from market.language import say
from market.payment import cents, money
from market.questions import Question, one_of

ROWS = 10
# Holt & Laury (2002), American Economic Review 92(5): cents at their low scale, high and low.
SAFE, RISKY = (200, 160), (385, 10)
LOTTERIES = {"A": SAFE, "B": RISKY}
ROW_NAMES = tuple(f"risk_{row}" for row in range(1, ROWS + 1))
# Puzzles with a quick wrong answer, after Frederick (2005), Journal of Economic Perspectives 19(4); own wording.
PUZZLES: Mapping[str, str] = {"weight": "15", "printers": "4", "rumour": "11", "queue": "29"}


class Lottery(NamedTuple):
    """The row that was drawn, what was chosen in it, the number drawn from 1 to 10, and what it pays in cents."""

    row: int
    choice: str
    number: int
    cents: int


def amounts(choice: str, scale: str) -> tuple[int, int]:
    """What a lottery pays in cents, high and low; `scale` times the published amounts."""
    high, low = LOTTERIES[choice]
    return cents(Fraction(scale) * Fraction(high, 100)), cents(Fraction(scale) * Fraction(low, 100))


def lottery_words(choice: str, row: int, scale: str, language: str, cash: Callable[[int], str] = money) -> str:
    """The lottery in a row: the high amount comes in as many of ten cases as the row's number says."""
    high, low = (cash(amount) for amount in amounts(choice, scale))
    if row == ROWS:
        return say(language, "risk.sure", high=high)
    return say(language, "risk.lottery", high_odds=row, high=high, low_odds=ROWS - row, low=low)


def risk_questions(scale: str, language: str, cash: Callable[[int], str] = money) -> list[Question]:
    """One question a row; `cash` writes cents as money."""
    return [
        one_of(
            name,
            say(language, "risk.row", row=row),
            [(choice, lottery_words(choice, row, scale, language, cash)) for choice in LOTTERIES],
        )
        for row, name in enumerate(ROW_NAMES, start=1)
    ]


def play_lottery(choices: Sequence[str], scale: str, rng: Random) -> Lottery:
    """Draw a row and play the lottery that was chosen in it. `choices` has A or B for each row."""
    row, number = rng.randint(1, ROWS), rng.randint(1, 10)
    choice = choices[row - 1]
    return Lottery(row, choice, number, amounts(choice, scale)[0 if number <= row else 1])


def puzzles(language: str) -> list[Question]:
    return [
        Question(name=f"reflection_{name}", text=say(language, f"reflection.{name}"), kind="number", answer=answer)
        for name, answer in PUZZLES.items()
    ]


def right_answers(said: Mapping[str, str]) -> int:
    """How many puzzles were solved; `said` by the name of the question."""
    return sum(question.is_right(said.get(question.name, "")) for question in puzzles("en"))
