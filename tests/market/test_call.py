"""Sentences about the call auction, and equality with the reference on random orders."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.call import CallAuction, Clearing, Rationing
from market.orders import Order, Side
from tests.market.builders import ask, bid
from tests.market.reference_call import offered, reference_call, wanted

ORDERS = st.lists(
    st.tuples(st.sampled_from(list(Side)), st.integers(1, 200) | st.integers(95, 105), st.integers(1, 9)), max_size=14
).map(lambda lines: [Order(place, f"T{place}", *line, line[2], 0.0) for place, line in enumerate(lines)])
REFERENCES = st.none() | st.integers(1, 200)
RATIONING = st.sampled_from(["time", "pro_rata"])


def cleared(*orders: Order, reference: int | None = 50, rationing: Rationing = "time") -> Clearing:
    return CallAuction(rationing).clear(orders, reference)


def bought(clearing: Clearing) -> Counter[int]:
    """Shares by order, of bids; `sold` those of asks."""
    return sum((Counter({match.bid.id: match.quantity}) for match in clearing.matches), Counter())


def sold(clearing: Clearing) -> Counter[int]:
    return sum((Counter({match.ask.id: match.quantity}) for match in clearing.matches), Counter())


def traders(clearing: Clearing) -> list[tuple[str, str, int]]:
    """(buyer, seller, shares) of each match."""
    return [(match.bid.trader, match.ask.trader, match.quantity) for match in clearing.matches]


# The price


def test_the_price_is_the_one_at_which_most_is_traded() -> None:
    clearing = cleared(bid("a", 60, 1), bid("b", 50, 5), ask("c", 40, 4), ask("d", 55, 1))
    assert (clearing.price, clearing.volume) == (50, 4)


def test_of_prices_with_equal_volume_the_least_imbalance_counts() -> None:
    """At 41 to 50 four are wanted and two offered; at 51 to 60 two and two."""
    assert cleared(bid("a", 60, 2), bid("b", 50, 2), ask("c", 41, 2), reference=45).price == 51


def test_where_all_prices_leave_demand_the_highest_is_taken() -> None:
    assert cleared(bid("a", 60, 3), ask("b", 40, 1), reference=45).price == 60


def test_where_all_prices_leave_supply_the_lowest_is_taken() -> None:
    assert cleared(bid("a", 60, 1), ask("b", 40, 3), reference=55).price == 40


@pytest.mark.parametrize(("reference", "price"), [(10, 40), (47, 47), (90, 60)])
def test_where_nothing_presses_the_price_is_the_nearest_to_the_reference(reference: int, price: int) -> None:
    assert cleared(bid("a", 60), ask("b", 40), reference=reference).price == price


def test_where_demand_is_left_at_some_prices_and_supply_at_others_the_reference_counts_too() -> None:
    """One too many is wanted at 40 to 50 and offered at 51 to 60."""
    orders = bid("a", 60, 3), bid("b", 50), ask("c", 40, 3), ask("d", 51)
    assert [cleared(*orders, reference=one).price for one in (45, 50, 55)] == [45, 50, 55]


def test_without_a_reference_the_middle_stands_in_for_it() -> None:
    assert cleared(bid("a", 61), ask("b", 40), reference=None).price == 50


@pytest.mark.parametrize("orders", [(), (bid("a", 40),), (ask("a", 40),), (bid("a", 40), ask("b", 41))])
@pytest.mark.parametrize("reference", [None, 77])
def test_where_no_bid_meets_an_ask_the_price_stays_and_nothing_is_traded(
    orders: tuple[Order, ...], reference: int | None
) -> None:
    assert cleared(*orders, reference=reference) == Clearing(reference)


# Who trades


def test_better_prices_trade_before_worse_ones() -> None:
    clearing = cleared(bid("a", 50), bid("b", 60), ask("c", 45), ask("d", 40))
    assert traders(clearing) == [("b", "d", 1), ("a", "c", 1)]


def test_at_the_margin_the_earliest_trades_first() -> None:
    clearing = cleared(bid("late", 50, 2), bid("early", 50, 2), ask("c", 40, 3))
    assert traders(clearing) == [("late", "c", 2), ("early", "c", 1)]


def test_at_the_margin_each_trades_in_proportion_where_the_treatment_says_so() -> None:
    clearing = cleared(bid("a", 50, 8), bid("b", 50, 4), ask("c", 40, 6), rationing="pro_rata")
    assert traders(clearing) == [("a", "c", 4), ("b", "c", 2)]


def test_what_rounding_leaves_goes_to_the_largest_remainder_and_then_to_the_earliest() -> None:
    clearing = cleared(bid("a", 50, 3), bid("b", 50, 3), bid("c", 50, 4), ask("d", 40, 5), rationing="pro_rata")
    assert traders(clearing) == [("a", "d", 2), ("b", "d", 1), ("c", "d", 2)]
    clearing = cleared(bid("a", 50, 1), bid("b", 50, 1), bid("c", 50, 1), ask("d", 40, 1), rationing="pro_rata")
    assert traders(clearing) == [("a", "d", 1)]


def test_better_prices_are_not_rationed_in_proportion() -> None:
    clearing = cleared(bid("a", 60, 4), bid("b", 50, 4), ask("c", 50, 6), reference=50, rationing="pro_rata")
    assert clearing.price == 50
    assert traders(clearing) == [("a", "c", 4), ("b", "c", 2)]


# On random orders


@settings(max_examples=800)
@given(orders=ORDERS, reference=REFERENCES, rationing=RATIONING)
def test_it_clears_as_the_reference_does(orders: list[Order], reference: int | None, rationing: Rationing) -> None:
    clearing = CallAuction(rationing).clear(orders, reference)
    assert (clearing.price, bought(clearing) + sold(clearing)) == reference_call(orders, reference, rationing)


@given(orders=ORDERS, reference=REFERENCES, rationing=RATIONING)
def test_as_much_is_bought_as_sold_and_no_order_is_filled_beyond_its_size(
    orders: list[Order], reference: int | None, rationing: Rationing
) -> None:
    clearing = CallAuction(rationing).clear(orders, reference)
    assert sum(bought(clearing).values()) == sum(sold(clearing).values()) == clearing.volume
    filled = bought(clearing) + sold(clearing)
    assert all(0 <= filled[order.id] <= order.quantity for order in orders)
    assert all(match.quantity > 0 for match in clearing.matches)


@given(orders=ORDERS, reference=REFERENCES, rationing=RATIONING)
def test_nobody_trades_beyond_their_limit_and_nobody_better_is_passed_over(
    orders: list[Order], reference: int | None, rationing: Rationing
) -> None:
    clearing = CallAuction(rationing).clear(orders, reference)
    filled = bought(clearing) + sold(clearing)
    for match in clearing.matches:
        assert match.ask.price <= (clearing.price or 0) <= match.bid.price
    for one in orders:
        for other in orders:
            better = one.price > other.price if one.side is Side.BUY else one.price < other.price
            if one.side is other.side and better and filled[other.id]:
                assert filled[one.id] == one.quantity


@given(orders=ORDERS, reference=REFERENCES, rationing=RATIONING)
def test_no_price_would_trade_more_and_the_volume_is_all_that_the_price_allows(
    orders: list[Order], reference: int | None, rationing: Rationing
) -> None:
    clearing = CallAuction(rationing).clear(orders, reference)
    volumes = [min(wanted(orders, price), offered(orders, price)) for price in range(202)]
    assert clearing.volume == max(volumes)
    assert not clearing.volume or volumes[clearing.price or 0] == clearing.volume


@given(orders=ORDERS, reference=REFERENCES, rationing=RATIONING)
def test_to_clear_changes_no_order_and_gives_the_same_again(
    orders: list[Order], reference: int | None, rationing: Rationing
) -> None:
    before = [(one.id, one.quantity) for one in orders]
    auction = CallAuction(rationing)
    assert auction.clear(orders, reference) == auction.clear(orders, reference)
    assert before == [(one.id, one.quantity) for one in orders]


@given(orders=ORDERS, reference=REFERENCES)
def test_rationing_decides_who_trades_and_neither_price_nor_volume(orders: list[Order], reference: int | None) -> None:
    by_time, in_proportion = (CallAuction(rule).clear(orders, reference) for rule in ("time", "pro_rata"))
    assert (by_time.price, by_time.volume) == (in_proportion.price, in_proportion.volume)
