"""Reigns, phases and prices read off small paths."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.nonequilibrium.draws import Floats
from worlds.nonequilibrium.history import empty
from worlds.nonequilibrium.measures import changes, measures, phase, reigns


def shares(*rulers: int, sellers: int = 3) -> Floats:
    """A path in which the seller named has 0.8 of the buyers, or nobody (-1) more than a third."""
    q = np.full((sellers, len(rulers)), 0.1)
    for step, ruler in enumerate(rulers):
        q[:, step] = 1 / sellers if ruler < 0 else 0.1
        if ruler >= 0:
            q[ruler, step] = 0.8
    return q


def test_a_reign_lasts_while_the_same_seller_has_more_than_half() -> None:
    found = reigns(shares(0, 0, -1, 1, 1, 1, 2, 0))
    assert [(one.seller, one.steps, one.whole) for one in found] == [
        (0, 2, False),
        (1, 3, True),
        (2, 1, True),
        (0, 1, False),
    ]
    assert changes(found) == 3


def test_half_of_the_buyers_is_no_monopoly() -> None:
    assert reigns(np.array([[0.5], [0.5], [0.0]])) == []


def test_a_seller_that_comes_back_has_not_been_replaced() -> None:
    assert changes(reigns(shares(1, 1, -1, 1))) == 0


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([-1] * 20, "competition"),
        ([2] * 20, "frozen monopoly"),
        ([2] * 9 + [-1] * 2 + [0] * 9, "alternating monopolies"),
        ([-1] * 15 + [0] * 5, "in between"),
    ],
)
def test_the_phase_is_told_by_how_long_and_by_how_many(path: list[int], expected: str) -> None:
    assert phase(shares(*path)) == expected


def test_prices_are_weighed_by_purchases_and_the_burn_in_is_left_out() -> None:
    history = empty(3, 3, np.zeros((10, 3)))
    history.q[:] = np.array([[1.0, 0.5, 0.0], [0.0, 0.25, 0.0], [0.0, 0.0, 0.5]])
    history.p[:] = np.array([[9.0, 1.0, 1.0], [9.0, 3.0, 3.0], [9.0, 5.0, 5.0]])
    history.done = 2
    found = measures(history, 1)
    assert found["mean_price"] == 3.0
    assert found["mean_price_paid"] == pytest.approx((0.5 * 1 + 0.25 * 3 + 0.5 * 5) / 1.25)
    assert found["buyers_without"] == pytest.approx(1 - 1.25 / 2)
    assert found["price_sum"] == 27 + 18


def test_nobody_buying_leaves_no_price_paid() -> None:
    history = empty(2, 3, np.zeros((10, 3)))
    history.done = 1
    assert measures(history, 0)["mean_price_paid"] is None
