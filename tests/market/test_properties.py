"""What holds after every event, whatever traders send, under every treatment of `commands`."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.book import OrderBook
from market.events import Cancelled, Event, Paid, Rested
from market.exchange import Exchange, LogMismatch, fold
from market.orders import Action, CancelOrder, Order, PlaceOrder, Receipt, ReplaceOrder, Side, SubmitSheet, Trade
from tests.market.commands import TREATMENTS, Play, played

EVERY_TREATMENT = pytest.mark.parametrize("name", TREATMENTS)
SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=12, deadline=None)


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_after_every_command_the_market_is_sound(name: str, seed: int) -> None:
    play = Play(TREATMENTS[name], Random(seed))
    for _ in play.moves(40):
        if not play.exchange.hides_book:
            check_no_crossed_book(play.exchange)
        check_reserves(play.exchange)
        check_conservation(play.exchange)
    check_conservation(play.exchange)


def check_no_crossed_book(exchange: Exchange) -> None:
    bid, ask = exchange.book.quote()
    assert bid is None or ask is None or bid < ask


def check_reserves(exchange: Exchange) -> None:
    """Each promise is that of the open orders, these are the orders of the book, and no free balance is negative."""
    book = exchange.book.orders
    assert {number: order for own in exchange.ledger.open_orders.values() for number, order in own.items()} == book
    for trader, account in exchange.accounts.items():
        own = exchange.ledger.open_orders[trader].values()
        bids = [order for order in own if order.side is Side.BUY]
        assert account.cash_reserved == sum(order.price * order.quantity for order in bids)
        assert account.units_bid == sum(order.quantity for order in bids)
        assert account.shares_reserved == sum(order.quantity for order in own if order.side is Side.SELL)
        assert account.shares_free >= 0 or account.values
        assert account.cash_free is None or account.cash_free >= 0 or account.overdrawn
        assert account.bought + account.units_bid <= len(account.values) or not account.induced


def check_conservation(exchange: Exchange) -> None:
    """Cash comes and goes only by declared payments and induced units; shares not at all."""
    accounts = exchange.accounts.values()
    outcomes = [outcome for event in exchange.events for outcome in event.outcomes]
    paid = sum(one.amount for one in outcomes if isinstance(one, Paid))
    gained = sum((trade.buyer_value or 0) - (trade.seller_cost or 0) for trade in exchange.trades)
    assert sum(account.cash - account.endowed_cash for account in accounts) == paid + gained
    assert sum(account.shares - account.endowed_shares for account in accounts) == 0
    assert sum(account.profit for account in accounts) == gained


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_a_refused_command_changes_nothing(name: str, seed: int) -> None:
    play = Play(TREATMENTS[name], Random(seed))
    for trader, action, seconds in play.turns(30):
        before = play.exchange.state_hash(), play.exchange.log(), list(play.exchange.ledger.open_orders[trader])
        receipt = play.exchange.submit(trader, action, seconds)
        after = play.exchange.state_hash(), play.exchange.log(), list(play.exchange.ledger.open_orders[trader])
        assert (before == after) == (not receipt.ok)


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_the_shares_of_every_order_are_all_accounted_for(name: str, seed: int) -> None:
    exchange = played(TREATMENTS[name], seed)
    left: dict[int, int] = {}
    for event in exchange.events:
        asked = event.command.quantity if isinstance(event.command, PlaceOrder | ReplaceOrder) else 0
        if event.order_id is not None and event.order_id not in left:
            left[event.order_id] = asked
        for outcome in event.outcomes:
            _settle(left, outcome, event)
    assert set(left.values()) <= {0}
    assert sum(event_quantity(event) for event in exchange.events) == sum(one.quantity for one in exchange.trades)


def _settle(left: dict[int, int], outcome: object, event: Event) -> None:
    match outcome:
        case Trade():
            left[outcome.bid_id] -= outcome.quantity
            left[outcome.ask_id] -= outcome.quantity
            assert min(left[outcome.bid_id], left[outcome.ask_id]) >= 0
        case Cancelled():
            assert left[outcome.order_id] == outcome.quantity
            left[outcome.order_id] = 0
        case Rested():
            if isinstance(event.command, SubmitSheet) or getattr(event.command, "order_id", None) == outcome.order_id:
                left[outcome.order_id] = outcome.quantity
            assert left[outcome.order_id] == outcome.quantity


def event_quantity(event: Event) -> int:
    return sum(one.quantity for one in event.outcomes if isinstance(one, Trade))


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_receipts_say_what_the_log_says(name: str, seed: int) -> None:
    play = Play(TREATMENTS[name], Random(seed))
    for trader, action, receipt in play.moves(40):
        if receipt.ok:
            _compare(play.exchange.events[-1], trader, action, receipt)


def _compare(event: Event, trader: str, action: Action, receipt: Receipt) -> None:
    assert (event.actor, event.command, event.order_id) == (trader, action, receipt.order_id)
    assert receipt.trades == tuple(one for one in event.outcomes if isinstance(one, Trade))
    assert receipt.status == ("traded" if receipt.trades else "accepted")


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_trades_respect_limits_and_time(name: str, seed: int) -> None:
    exchange = played(TREATMENTS[name], seed)
    rules = exchange.treatment
    for trade in exchange.trades:
        assert rules.price_min <= trade.price <= rules.price_max
        assert trade.buyer != trade.seller or rules.self_trade == "allow"
        assert rules.losses_allowed or (trade.seller_cost or 0) <= trade.price * trade.quantity
    moments = [(event.period, event.seconds) for event in exchange.events]
    assert moments == sorted(moments)


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_the_fold_of_the_log_is_the_market(name: str, seed: int) -> None:
    exchange = played(TREATMENTS[name], seed)
    again = fold(exchange.treatment, exchange.roles, exchange.log())
    assert again.state_hash() == exchange.state_hash()
    assert again.chain_hash() == exchange.chain_hash()
    assert again.trades == exchange.trades


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS, data=st.data())
def test_a_changed_line_of_the_log_is_noticed(name: str, seed: int, data: st.DataObject) -> None:
    exchange = played(TREATMENTS[name], seed, number=15)
    log = exchange.log()
    place = data.draw(st.integers(0, len(log) - 1))
    field = data.draw(st.sampled_from(log[0]._fields))
    other = data.draw(st.sampled_from([getattr(line, field) for line in log] + ["", "[]"]))
    if type(other) is type(getattr(log[place], field)) and other != getattr(log[place], field):
        log[place] = log[place]._replace(**{field: other})
        with pytest.raises(LogMismatch, match="Event"):
            fold(exchange.treatment, exchange.roles, log)


@EVERY_TREATMENT
def test_a_log_with_a_line_left_out_is_noticed(name: str) -> None:
    exchange = played(TREATMENTS[name], seed=1, number=15)
    for place in range(len(exchange.log()) - 1):
        log = exchange.log()
        del log[place]
        with pytest.raises(LogMismatch, match="Event"):
            fold(exchange.treatment, exchange.roles, log)


@given(prices=st.lists(st.integers(1, 20), min_size=1, max_size=30), quantity=st.integers(1, 40))
def test_what_trades_first_has_the_best_price_and_then_the_earliest_time(prices: list[int], quantity: int) -> None:
    book = OrderBook()
    for number, price in enumerate(prices):
        book.place(Order(number, "seller", Side.SELL, price, 1, 1, 0.0))
    placement = book.place(Order(99, "buyer", Side.BUY, 20, quantity, quantity, 0.0))
    in_priority = sorted(range(len(prices)), key=lambda number: (prices[number], number))
    assert [fill.maker.id for fill in placement.fills] == in_priority[:quantity]


@EVERY_TREATMENT
@FEW
@given(seed=SEEDS)
def test_to_replace_at_another_price_is_to_cancel_and_place_anew(name: str, seed: int) -> None:
    """In one step, and refused whole where the new order would be."""
    play = Play(TREATMENTS[name], Random(seed))
    for _ in play.moves(20):
        exchange = play.exchange
        for order in list(exchange.book.orders.values())[:1]:
            price = max(1, order.price - 1)
            twice = fold(exchange.treatment, exchange.roles, exchange.log())
            twice.submit(order.trader, CancelOrder(order.id), exchange.seconds)
            placed = twice.submit(order.trader, PlaceOrder(order.side, price, order.quantity), exchange.seconds)
            once = fold(exchange.treatment, exchange.roles, exchange.log())
            replaced = once.submit(order.trader, ReplaceOrder(order.id, price, order.quantity), exchange.seconds)
            if price != order.price:
                assert (replaced.status, replaced.code) == (placed.status, placed.code)
                assert not replaced.ok or once.state_hash() == twice.state_hash()
