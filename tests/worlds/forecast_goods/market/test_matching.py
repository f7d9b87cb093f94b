"""The ways to match: who trades with whom and at which price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.forecast_goods.config import Market
from worlds.forecast_goods.market.horse import acquaintances
from worlds.forecast_goods.market.modes import MATCHERS
from worlds.forecast_goods.market.orders import DEMAND, Ask, Deal, Want
from worlds.forecast_goods.market.posted import Item, greedy, knapsack, logit

MARKET = Market()


def ask(price: int, quantity: int = 1, seller: str = "s", premium: int = 0) -> Ask:
    return Ask(seller, f"good of {seller} at {price}", price, quantity, premium)


def wants(*prices: int) -> list[Want]:
    return [Want(DEMAND, price, 1, 10_000) for price in prices]


def matched(mode: str, asks: Sequence[Ask], wishes: Sequence[Want], seed: int = 0, **changes: object) -> list[Deal]:
    config = replace(MARKET, matching=mode, **changes)  # type: ignore[arg-type]
    return MATCHERS[mode](asks, wishes, config, None, np.random.default_rng(seed))


ORDERS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 4)), max_size=8)


@pytest.mark.parametrize("mode", MATCHERS)
@settings(max_examples=25, deadline=None)
@given(asks=ORDERS, prices=st.lists(st.integers(1, 40), max_size=12), seed=st.integers(0, 99))
def test_nobody_pays_more_than_it_bids_or_gets_less_than_it_asks(
    mode: str, asks: list[tuple[int, int]], prices: list[int], seed: int
) -> None:
    offers = [ask(price, quantity, f"s{place}") for place, (price, quantity) in enumerate(asks)]
    wishes = wants(*prices)
    sold, bought = Counter[int](), Counter[int]()
    for deal in matched(mode, offers, wishes, seed):
        assert offers[deal.ask].price <= deal.price <= wishes[deal.want].price
        sold[deal.ask] += deal.quantity
        bought[deal.want] += deal.quantity
    assert all(count <= offers[place].quantity for place, count in sold.items())
    assert all(count <= wishes[place].quantity for place, count in bought.items())


@pytest.mark.parametrize("mode", MATCHERS)
def test_nobody_trades_with_itself(mode: str) -> None:
    assert matched(mode, [ask(10, 3, "a")], [Want("a", 20, 1, 20)]) == []


def test_a_call_clears_at_one_price_with_all_gains() -> None:
    deals = matched("call", [ask(10), ask(20), ask(30)], wants(35, 25, 15))
    assert len({deal.price for deal in deals}) == 1
    assert len(deals) == 2


def test_in_the_double_auction_the_order_that_was_there_first_sets_the_price() -> None:
    seen = {matched("cda", [ask(10)], wants(30), seed)[0].price for seed in range(20)}
    assert seen == {10, 30}


def test_horse_traders_split_the_difference_by_k() -> None:
    for k, price in ((0.0, 10), (0.5, 20), (1.0, 30)):
        assert matched("horse", [ask(10)], wants(30), k=k)[0].price == price


def test_a_stranger_never_trades_on_a_network() -> None:
    offers, wishes = [ask(10, 9, "s1"), ask(10, 9, "s2"), ask(10, 9, "s3")], wants(*[30] * 6)
    deals = matched("horse", offers, wishes, pairing="network", degree=1, subrounds=20)
    assert len(deals) == 6
    names = ["s1", "s2", "s3"]
    assert all(offers[deal.ask].seller in acquaintances(deal.want, 6, names, 1) for deal in deals)


def test_posted_copies_serve_every_buyer_and_rival_goods_those_who_come_first() -> None:
    copies = [Ask("s", "g", 10, 1, endless=True)]
    assert len(matched("posted", copies, wants(30, 30, 30))) == 3
    assert len(matched("posted", [ask(10, 2)], wants(30, 30, 30))) == 2


def test_a_posted_buyer_pays_more_for_quality() -> None:
    offers = [ask(10, 9, "plain"), ask(20, 9, "fine", premium=15)]
    assert [deal.ask for deal in matched("posted", offers, wants(12))] == [1]


MENU = [Item(0, 60, 50), Item(1, 50, 40), Item(2, 50, 35), Item(3, 5, -1)]


def test_the_greedy_take_the_largest_gain_first_and_the_knapsack_finds_the_better_basket() -> None:
    config, rng = replace(MARKET, basket=2), np.random.default_rng(0)
    assert [one.place for one in greedy(MENU, 100, config, rng)] == [0]
    assert [one.place for one in knapsack(MENU, 100, config, rng)] == [1, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-5, 30)), max_size=7), st.integers(0, 60), st.integers(1, 4))
def test_no_basket_gains_more_than_the_knapsack(pairs: list[tuple[int, int]], purse: int, basket: int) -> None:
    menu = [Item(place, price, gain) for place, (price, gain) in enumerate(pairs)]
    config, rng = replace(MARKET, basket=basket), np.random.default_rng(0)
    every = [some for size in range(basket + 1) for some in combinations(menu, size)]
    fit = [some for some in every if sum(one.price for one in some) <= purse]
    best = max(sum(one.gain for one in some) for some in fit)
    taken = knapsack(menu, purse, config, rng)
    assert (sum(one.gain for one in taken), tuple(taken) in fit) == (best, True)


def test_logit_choices_come_as_often_as_their_gains_say() -> None:
    config, rng = replace(MARKET, temperature=10.0), np.random.default_rng(7)
    menu = [Item(0, 1, 10), Item(1, 1, 0)]
    taken = Counter(tuple(one.place for one in logit(menu, 10, config, rng)) for _ in range(4000))
    total = 1 + np.e + 1
    for places, weight in (((0,), np.e), ((1,), 1), ((), 1)):
        assert taken[places] / 4000 == pytest.approx(weight / total, abs=0.025)


def test_a_bid_for_one_unit_gets_one_where_buyers_on_the_demand_curve_fill_baskets() -> None:
    config, rng = replace(MARKET, basket=3), np.random.default_rng(0)
    asks = [Ask("a", f"good{place}", 10, 9, endless=True) for place in range(3)]
    deals = MATCHERS["posted"](asks, [Want("b", 100, 1, 100), *wants(100)], config, None, rng)
    assert Counter(deal.want for deal in deals) == {0: 1, 1: 3}
