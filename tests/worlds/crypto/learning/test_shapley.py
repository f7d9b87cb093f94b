"""The axioms of Shapley, on games of chance."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from worlds.crypto.learning.shapley import coalitions, shapley

EXACT = 1e-12


def games(seed: int = 1, count: int = 200, players: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 2**players))


def renamed(values: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """The game in which player i plays the part of order[i]."""
    numbers = [sum(1 << order[one] for one in group) for group in coalitions(len(order))]
    return values[..., numbers]


def test_what_all_earn_together_is_shared_out_and_no_more() -> None:
    values = games()
    assert np.abs(shapley(values).sum(-1) - (values[:, -1] - values[:, 0])).max() < EXACT


def test_a_player_who_adds_nothing_gets_nothing() -> None:
    values = games()
    for number in range(16):
        values[:, number] = values[:, number & ~0b0100]
    assert np.abs(shapley(values)[:, 2]).max() < EXACT


def test_players_who_add_the_same_get_the_same() -> None:
    values = games()
    alike = (values + renamed(values, (1, 0, 2, 3))) / 2
    shares = shapley(alike)
    assert np.abs(shares[:, 0] - shares[:, 1]).max() < EXACT


def test_the_shares_of_two_games_add_up() -> None:
    one, other = games(1), games(2)
    assert np.abs(shapley(one + other) - shapley(one) - shapley(other)).max() < EXACT


def test_it_is_the_mean_of_what_players_add_over_all_orders_in_which_they_may_come() -> None:
    values, total = games(count=1)[0], np.zeros(4)
    for order in permutations(range(4)):
        present = 0
        for player in order:
            total[player] += values[present | 1 << player] - values[present]
            present |= 1 << player
    assert np.abs(shapley(values) - total / 24).max() < EXACT


def test_it_is_not_merely_additive_where_two_are_worth_something_only_together() -> None:
    pair = np.array([float({0, 1} <= set(group)) for group in coalitions(3)])
    assert shapley(pair) == pytest.approx([0.5, 0.5, 0])


def test_values_that_are_no_game_are_refused() -> None:
    with pytest.raises(ValueError, match="2 \\*\\* players"):
        shapley(np.zeros(15))
