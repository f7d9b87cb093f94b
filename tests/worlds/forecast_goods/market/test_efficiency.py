"""Efficiency: the best there was, what came of it, and exactly where the rest went."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.forecast_goods.market.efficiency import of_copies, of_units, optimum

UNITS = st.lists(st.integers(0, 20), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(UNITS, UNITS)
def test_the_optimum_is_that_of_all_allocations(values: list[int], costs: list[int]) -> None:
    best = max(
        sum(some) - sum(others)
        for size in range(min(len(values), len(costs)) + 1)
        for some in combinations(values, size)
        for others in combinations(costs, size)
    )
    found, price = optimum(sorted(values, reverse=True), sorted(costs))
    assert found == best
    assert sum(value > price for value in values) <= sum(cost <= price for cost in costs)
    assert sum(cost < price for cost in costs) <= sum(value >= price for value in values)


@settings(max_examples=40, deadline=None)
@given(UNITS, UNITS, st.data())
def test_losses_are_never_negative_and_add_up_to_the_cent(
    values: list[int], costs: list[int], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, min(len(values), len(costs))))
    found = of_units(
        values, costs, data.draw(st.permutations(values))[:number], data.draw(st.permutations(costs))[:number]
    )
    assert found.best == found.actual + found.extramarginal + found.missed
    assert min(found.extramarginal, found.missed) >= 0


def test_a_missed_trade_and_one_that_should_not_have_been_are_told_apart() -> None:
    values, costs = [10, 8, 3], [2, 4, 9]
    assert of_units(values, costs, [10], [2]) == (12, 8, 0, 4)
    assert of_units(values, costs, [10, 8, 3], [2, 4, 9]) == (12, 6, 6, 0)


def test_where_copies_serve_everybody_each_buyer_has_its_own_best() -> None:
    menus = [[5, 3, -2], [-1, -4, -6]]
    assert of_copies(menus, [1, 1], {0: [5]}) == (5, 5, 0, 0)
    assert of_copies(menus, [2, 2], {0: [5], 1: [-4]}) == (8, 1, 4, 3)
