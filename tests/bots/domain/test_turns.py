"""A decision meets the market as it is now, not as it was when it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

import pytest

from bots.adapters.errors import BrowserGone, PageLeft
from bots.adapters.page import Due, PageReceipt
from bots.agents.trader import Decision
from bots.domain.turns import Done, SeatName, Timing, carry_out, in_words, turn_line
from market.events import ClosePeriod
from market.exchange import Exchange
from market.orders import Action, CancelOrder, Hold, PlaceOrder, ReplaceOrder, Side, TimeInForce
from market.records import DECISION_OUTCOMES
from market.view import view_of
from tests.bots.fake_page import FakePage
from tests.market.builders import opened


def decide_on(exchange: Exchange, *actions: Action, meanwhile: Callable[[], object] = lambda: None) -> Done:
    """What becomes of T1's actions when `meanwhile` happens between decision and sending."""
    page = FakePage(exchange, hear=lambda event: None, before_submit=lambda: (meanwhile(), None)[1])
    ticks = count()
    return carry_out(page, Decision(actions=actions), view_of(exchange, "T1", 1.0), lambda: next(ticks) / 10)


def resting(exchange: Exchange, trader: str, side: Side, price: int, quantity: int = 1) -> int:
    number = exchange.submit(trader, PlaceOrder(side, price, quantity), 0.5).order_id
    assert number
    return number


def test_actions_are_carried_out_in_order_and_each_is_timed() -> None:
    exchange = opened()
    old = resting(exchange, "T1", Side.BUY, 90)
    done = decide_on(exchange, CancelOrder(old), PlaceOrder(Side.BUY, 95))
    assert [receipt.status for receipt in done.receipts] == ["accepted", "accepted"]
    assert [order.price for order in exchange.ledger.open_orders["T1"].values()] == [95]
    assert done.outcome == "valid"
    assert done.act == [100.0, 100.0]


def test_a_decision_to_hold_sends_nothing_and_is_valid() -> None:
    assert decide_on(opened()).receipts == []
    assert [receipt.status for receipt in decide_on(opened(), Hold()).receipts] == ["held"]


def test_an_order_is_not_sent_into_a_period_that_has_ended() -> None:
    exchange = opened()
    done = decide_on(exchange, PlaceOrder(Side.BUY, 95), meanwhile=lambda: exchange.operate(ClosePeriod(), 60.0))
    assert done.outcome == "stale"
    assert [receipt.status for receipt in done.receipts] == ["held"]


def test_an_own_order_that_traded_meanwhile_is_left_alone() -> None:
    exchange = opened()
    old = resting(exchange, "T1", Side.SELL, 100, 3)

    def bought() -> None:
        if old in exchange.ledger.open_orders["T1"]:
            exchange.submit("T2", PlaceOrder(Side.BUY, 100, 1), 1.5)

    done = decide_on(exchange, ReplaceOrder(old, 105, 3), meanwhile=bought)
    assert done.outcome == "stale"
    assert exchange.ledger.open_orders["T1"][old].price == 100


def test_a_refusal_that_a_moved_book_explains_is_stale() -> None:
    exchange = opened()
    offer = resting(exchange, "T2", Side.SELL, 100)
    immediate = PlaceOrder(Side.BUY, 100, 1, TimeInForce.IOC)
    page = FakePage(exchange, hear=lambda event: None)
    seen = view_of(exchange, "T1", 1.0)
    page.before_submit = lambda: (exchange.submit("T2", CancelOrder(offer), 1.5), None)[1]
    done = carry_out(page, Decision(actions=(immediate,)), seen, lambda: 0.0)
    assert done.outcome == "stale"
    assert done.receipts[0].code == "nothing_to_trade_with"


def test_a_refusal_that_only_the_trader_explains_keeps_its_outcome() -> None:
    done = decide_on(opened(), PlaceOrder(Side.SELL, 100, 99))
    assert (done.outcome, done.receipts[0].code) == ("valid", "no_shares")


@pytest.mark.parametrize(
    ("trouble", "outcome"), [(PageLeft("left"), "stale"), (TimeoutError(), "failed"), (BrowserGone("dead"), "failed")]
)
def test_trouble_on_the_way_is_an_outcome(trouble: Exception, outcome: str) -> None:
    class Trouble(FakePage):
        def submit(self, action: Action) -> PageReceipt:
            raise trouble

    exchange = opened()
    page = Trouble(exchange, hear=lambda event: None)
    done = carry_out(page, Decision(actions=(PlaceOrder(Side.BUY, 1),)), view_of(exchange, "T1", 1.0), lambda: 0.0)
    assert done.outcome == outcome
    assert done.outcome in DECISION_OUTCOMES
    assert done.reason


def test_a_line_says_what_was_seen_done_and_answered() -> None:
    exchange = opened()
    resting(exchange, "T2", Side.SELL, 100)
    seen, order = view_of(exchange, "T1", 1.0), PlaceOrder(Side.BUY, 100)
    done = decide_on(exchange, order)
    who = SeatName(seat=3, participant="abc", model="noise")
    timing = Timing(utc="2026-01-01T00:00:00+00:00", event=1.0, decide=2.0)
    decision = Decision(actions=(order,), calls=("seat-3/turn-7",))
    line = json.loads(json.dumps(turn_line(who, 7, Due(seen, "event", 0.0, 2), decision, done, timing)))
    assert line == {
        "version": 3,
        "seat": 3,
        "participant": "abc",
        "model": "noise",
        "trader": "T1",
        "turn": 7,
        "period": 1,
        "round": 2,
        "asked": "trade",
        "seconds": 1.0,
        "utc": "2026-01-01T00:00:00+00:00",
        "view_seq": 2,
        "trigger": "event",
        "outcome": "valid",
        "reason": "",
        "substitute": "",
        "calls": ["seat-3/turn-7"],
        "actions": [["place", "buy", 100, 1, "period"]],
        "receipts": [
            {"status": "traded", "order_id": 2, "quantity": 1, "trades": [[100, 1]], "code": "", "reason": ""}
        ],
        "quote": [None, 100],
        "last_price": None,
        "cash": 1000,
        "shares": 10,
        "ms": {"event": 1.0, "decide": 2.0, "act": 100.0},
    }


def test_decisions_read_as_words() -> None:
    actions = (PlaceOrder(Side.SELL, None, 2), CancelOrder(4), ReplaceOrder(5, 99, 1), Hold())
    assert (
        in_words(Decision(actions=actions), Done("valid", ""))
        == "sell 2 at any price, cancel 4, change 5 to 1 at 99, hold"
    )
    assert in_words(Decision(), Done("late", "")) == "hold (late)"
    stood_in = Decision(actions=actions[:1], outcome="failed", substitute="noise")
    assert in_words(stood_in, Done("failed", "")) == "sell 2 at any price (noise for the model)"


@pytest.mark.parametrize("price", [95, 10_000])
def test_what_a_substitute_does_is_carried_out_and_the_decision_remains_failed(price: int) -> None:
    exchange = opened()
    page = FakePage(exchange, hear=lambda event: None, before_submit=lambda: None)
    decision = Decision(actions=(CancelOrder(77), PlaceOrder(Side.BUY, price)), outcome="failed", substitute="noise")
    done = carry_out(page, decision, view_of(exchange, "T1", 1.0), lambda: 0.0)
    assert done.outcome == "failed"
    assert [receipt.status for receipt in done.receipts] == ["refused", "accepted" if price == 95 else "refused"]
    seen, timing = view_of(exchange, "T1", 1.0), Timing(utc="", event=0.0, decide=0.0)
    line = turn_line(
        SeatName(seat=1, participant="p", model="gpt-4o"), 1, Due(seen, "event", 0.0), decision, done, timing
    )
    assert (line["model"], line["substitute"], line["outcome"]) == ("gpt-4o", "noise", "failed")
