"""A market that forgets its past goes on as one that does not, and never passes a part of it off as the whole."""

from __future__ import annotations

import random

import pytest

from market.designs import design
from market.events import OPERATOR, ClosePeriod, OpenPeriod
from market.exchange import REMEMBERED, Exchange, fold
from market.orders import CancelOrder, PlaceOrder, Side
from market.tail import Forgotten, Tail

DESIGN = design("asset_cda").with_changes(periods=2, open_orders=20)
ROLES = dict.fromkeys(("T1", "T2", "T3"), DESIGN.roles[0])


def traded(*, forgetting: bool) -> Exchange:
    """A period of random trade, at whose beginning alone T3 acts, and the start of the next."""
    exchange, rng = Exchange(DESIGN, ROLES), random.Random(4)
    exchange.operate(OpenPeriod())
    exchange.submit("T3", PlaceOrder(Side.BUY, 1), 0.0)
    for number in range(3 * REMEMBERED):
        act(exchange, rng, number / 1000)
        if forgetting and number % 100 == 0:
            exchange.log(len(exchange.events) - 1)
            exchange.forget(len(exchange.events))
    exchange.operate(ClosePeriod(20), 20.0)
    exchange.operate(OpenPeriod())
    return exchange


def act(exchange: Exchange, rng: random.Random, seconds: float) -> None:
    trader = rng.choice(("T1", "T2"))
    if (own := exchange.ledger.open_orders[trader]) and rng.random() < 0.3:
        exchange.submit(trader, CancelOrder(next(iter(own))), seconds)
    else:
        exchange.submit(trader, PlaceOrder(rng.choice((Side.BUY, Side.SELL)), rng.randint(95, 105)), seconds)


def test_a_market_that_forgets_comes_to_the_same_state() -> None:
    whole, short = traded(forgetting=False), traded(forgetting=True)
    assert short.events.forgotten > REMEMBERED
    assert (short.chain_hash(), short.state_hash()) == (whole.chain_hash(), whole.state_hash())
    assert short.events[-REMEMBERED:] == whole.events[-REMEMBERED:]
    assert short.trades[-100:] == whole.trades[-100:]
    assert (short.ledger.bought, short.ledger.sold) == (whole.ledger.bought, whole.ledger.sold)
    assert fold(DESIGN, ROLES, whole.log()).ledger.bought == whole.ledger.bought


def test_what_the_host_did_and_each_traders_last_act_are_never_forgotten() -> None:
    whole, short = traded(forgetting=False), traded(forgetting=True)
    known = short.events.known()
    assert [one for one in known if one.actor == OPERATOR] == [one for one in whole.events if one.actor == OPERATOR]
    last = {one.actor: one for one in whole.events}
    assert {one.actor: one for one in known} == last
    assert known == sorted(known)
    assert short.events[last["T3"].seq - 1] == last["T3"]
    assert short.events.known(len(whole.events) - 3) == whole.events[-3:]


def test_what_is_forgotten_is_never_taken_for_nothing() -> None:
    short = traded(forgetting=True)
    for ask in (lambda: list(short.events), lambda: short.events[5], lambda: short.events[:], lambda: short.log(0)):
        with pytest.raises(Forgotten, match=r"of \d+ the last \d+ are in memory"):
            ask()


def test_trades_that_earn_by_their_values_are_all_kept() -> None:
    exchange = Exchange(design("gode_sunder_1993"), {"T1": design("gode_sunder_1993").roles[0]})
    exchange.floor.trades.append("a trade")  # type: ignore[arg-type]
    exchange.floor.forget(0)
    assert len(list(exchange.trades)) == 1


def test_a_tail_counts_from_the_beginning() -> None:
    tail = Tail[str]()
    for letter in "abcdef":
        tail.append(letter)
    tail.forget(2)
    tail.forget(1)
    assert (len(tail), tail[2], tail[-1], tail[3:5], tail[-2:], tail[6:]) == (6, "c", "f", ["d", "e"], ["e", "f"], [])
    with pytest.raises(Forgotten):
        tail[-6:]
