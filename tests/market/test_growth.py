"""What must not slow down as a market grows: times at two sizes, with wide margins between linear and quadratic."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial
from random import Random
from time import process_time

import pytest

from market.designs import deal_roles, design
from market.exchange import Exchange, fold
from market.orders import Order, Side
from market.tables import tables
from market.treatments import Role
from market.view import view_of
from tests.market.builders import ask, bid, book_with, buy, opened, play, sell, treatment
from tests.market.test_tables import record_of

RICH = treatment((Role(name="rich", cash=10**8, shares=10**6),), open_orders=10**6, price_max=10**6)


def fastest(task: Callable[[], object], times: int = 3) -> float:
    """Processor seconds of the best of a few runs, without the garbage collector, whose work is not the market's."""

    def once() -> float:
        start = process_time()
        task()
        return process_time() - start

    gc.disable()
    try:
        return min(once() for _ in range(times))
    finally:
        gc.enable()


def churn(resting: int, levels: int) -> Callable[[], None]:
    """Place, take and cancel at the top of a book with so many orders behind."""
    book = book_with(*(ask("s", 1000 + number % levels) for number in range(resting)))

    def task() -> None:
        for _ in range(1000):
            order = ask("s", 999)
            book.place(order)
            book.place(bid("b", 999))
            last = ask("s", 1000)
            book.place(last)
            book.cancel(last.id)

    return task


@pytest.mark.parametrize("levels", [1, 100, 10_000])
def test_the_book_does_not_slow_down_as_it_deepens(levels: int) -> None:
    assert fastest(churn(20_000, levels)) < 4 * fastest(churn(20, min(levels, 20)))


def used_up(orders: int) -> Callable[[], None]:
    """Fill a level and trade it away order by order."""

    def task() -> None:
        book = book_with(*(ask("s", 100) for _ in range(orders)))
        for _ in range(orders):
            book.place(bid("b", 100))
        assert not book.orders

    return task


def test_a_long_queue_is_traded_away_in_linear_time() -> None:
    assert fastest(used_up(100_000), times=1) < 70 * fastest(used_up(5000))


def deserted(orders: int) -> Callable[[], None]:
    """The front half of a long queue is cancelled; then each trade finds the first order that is left."""

    def task() -> None:
        book = book_with(*(Order(number, "s", Side.SELL, 100, 1, 1, 0.0) for number in range(orders)))
        for number in range(orders // 2):
            book.cancel(number)
        for _ in range(orders // 2):
            book.place(bid("b", 100))
        assert not book.orders

    return task


def test_cancelled_orders_leave_nothing_to_step_over() -> None:
    assert fastest(deserted(100_000), times=1) < 70 * fastest(deserted(5000))


def busy(rounds: int) -> Exchange:
    """A market after so many rounds of an offer and a bid, some of which trade."""
    market = opened(RICH)
    for number in range(rounds):
        play(market, ("T1", sell(100 + number % 50)), ("T2", buy(90 + number % 50)))
    return market


def take(market: Exchange) -> None:
    for _ in range(200):
        play(market, ("T2", buy(None)), ("T1", sell(100)))


def look(market: Exchange) -> None:
    for _ in range(50):
        view_of(market, "T1", 1.0)


def do_again(market: Exchange) -> None:
    fold(market.treatment, market.roles, market.log())


def write_tables(market: Exchange) -> None:
    tables(record_of(market))


def deal(seats: int) -> None:
    deal_roles(design("smith_1962"), ["human", "model"] * (seats // 2), Random(1))


def test_a_small_order_in_a_book_of_many_levels_looks_at_few_of_them() -> None:
    few, many = (opened(RICH) for _ in range(2))
    for market, levels in ((few, 10), (many, 20_000)):
        play(market, *(("T1", sell(100 + number)) for number in range(levels)))
    assert fastest(partial(take, many)) < 4 * fastest(partial(take, few))


def test_a_view_costs_the_same_however_many_trades_there_were() -> None:
    few, many = (opened(RICH) for _ in range(2))
    for market, trades in ((few, 2000), (many, 20_000)):
        play(market, *(turn for _ in range(trades) for turn in (("T1", sell(50)), ("T2", buy(50)))))
    assert fastest(partial(look, many)) < 3 * fastest(partial(look, few))


@pytest.mark.parametrize("task", [do_again, write_tables])
def test_ten_times_the_log_takes_ten_times_as_long_to_read(task: Callable[[Exchange], None]) -> None:
    small, large = busy(250), busy(2500)
    assert fastest(partial(task, large)) < 30 * fastest(partial(task, small))


def test_twenty_times_the_seats_take_twenty_times_as_long_to_deal() -> None:
    assert fastest(partial(deal, 8800)) < 60 * fastest(partial(deal, 440))
