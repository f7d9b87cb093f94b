"""Exact Shapley values: what each player adds, averaged over all orders in which they may come."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np

from worlds.crypto.desk.tape import Floats


def coalitions(players: int) -> list[tuple[int, ...]]:
    """All subsets of 0..players-1, as sorted tuples: by their number in binary, player 0 the lowest bit."""
    return [tuple(one for one in range(players) if number >> one & 1) for number in range(2**players)]


def shapley(values: Floats) -> Floats:
    """Values of players in games, (..., players).

    `values`: (..., 2 ** players), what each coalition is worth in the order of `coalitions`. Shapley (1953): the sum
    over coalitions S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)). Raises ValueError for a length that is
    no power of two.
    """
    players = values.shape[-1].bit_length() - 1
    if values.shape[-1] != 2**players:
        raise ValueError(f"a value for each of 2 ** players coalitions is expected, got {values.shape[-1]}")
    return np.stack([_of(values, one, players) for one in range(players)], axis=-1)


def _of(values: Floats, player: int, players: int) -> Floats:
    others = [one for one in range(players) if one != player]
    total: Floats = np.zeros(values.shape[:-1])
    for size in range(players):
        weight = factorial(size) * factorial(players - size - 1) / factorial(players)
        for chosen in combinations(others, size):
            number = sum(1 << one for one in chosen)
            total = total + weight * (values[..., number | 1 << player] - values[..., number])
    return total
