"""Sentences about the tasks beside the market."""

from __future__ import annotations

from random import Random

import pytest

from market.language import LANGUAGES
from market.tasks import (
    PUZZLES,
    ROWS,
    Lottery,
    amounts,
    lottery_words,
    play_lottery,
    puzzles,
    right_answers,
    risk_questions,
)


class Dice(Random):
    """Luck as it is told: the row first, then the number."""

    def __init__(self, row: int, number: int) -> None:
        super().__init__()
        self.coming = [row, number]

    def randint(self, a: int, b: int) -> int:
        return self.coming.pop(0)


def test_the_lotteries_are_those_of_holt_and_laury() -> None:
    assert (amounts("A", "1"), amounts("B", "1")) == ((200, 160), (385, 10))
    assert lottery_words("A", 1, "1", "en") == "1 in 10 for 2.00, 9 in 10 for 1.60"
    assert lottery_words("B", 7, "1", "en") == "7 in 10 for 3.85, 3 in 10 for 0.10"
    assert lottery_words("B", ROWS, "1", "en") == "3.85 for sure"


def test_amounts_are_scaled_and_rounded_half_to_even() -> None:
    assert amounts("B", "20") == (7700, 200)
    # half of 3.85 is 1.925, half of .10 is .05
    assert amounts("B", "0.5") == (192, 5)


@pytest.mark.parametrize(
    ("row", "number", "choice", "paid"),
    [(4, 4, "A", 200), (4, 5, "A", 160), (4, 4, "B", 385), (4, 5, "B", 10), (10, 10, "B", 385), (1, 2, "B", 10)],
)
def test_the_high_amount_comes_up_to_the_number_of_the_row(row: int, number: int, choice: str, paid: int) -> None:
    choices = [choice if one == row else "-" for one in range(1, ROWS + 1)]
    assert play_lottery(choices, "1", Dice(row, number)) == Lottery(row, choice, number, paid)


def test_the_same_seed_plays_the_same_lottery() -> None:
    choices = ["A"] * 5 + ["B"] * 5
    assert play_lottery(choices, "1", Random("s")) == play_lottery(choices, "1", Random("s"))


def test_over_many_seeds_every_row_is_drawn_and_row_nine_pays_high_nine_times_in_ten() -> None:
    played = [play_lottery(["B"] * ROWS, "1", Random(seed)) for seed in range(5000)]
    assert {one.row for one in played} == set(range(1, ROWS + 1))
    ninth = [one.cents == 385 for one in played if one.row == 9]
    assert 0.85 < sum(ninth) / len(ninth) < 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_and_puzzle_is_worded(language: str) -> None:
    assert len(risk_questions("1", language)) == ROWS
    assert [one.name for one in puzzles(language)] == [f"reflection_{name}" for name in PUZZLES]


def test_the_quick_answers_to_the_puzzles_are_wrong() -> None:
    quick = {"reflection_weight": "30", "reflection_printers": "80", "reflection_rumour": "6", "reflection_queue": "30"}
    assert right_answers(quick) == 0
    right = {f"reflection_{name}": answer for name, answer in PUZZLES.items()}
    assert right_answers(right) == 4
    assert right_answers({**right, "reflection_queue": ""}) == 3
