"""What a model answers becomes the market's own orders, or is asked for again once and then nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from bots.adapters.llm import RawAnswer, Request
from bots.agents.trader import Decision
from market.designs import design
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder, Side
from tests.bots.agents.models import Asked, crowd, order, orders, trader, turn
from tests.bots.agents.scenes import ask, bid, buyer, do, market, seen, seller, unit_market
from tests.headless import play


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        (order("buy", 120, 2), PlaceOrder(Side.BUY, 120, 2)),
        (order("sell", None, 2), PlaceOrder(Side.SELL, None, 2)),
        ({"do": "cancel", "order": 1}, CancelOrder(1)),
        ({"do": "replace", "order": 1, "price": 130}, ReplaceOrder(1, 130, 2)),
        ({"do": "replace", "order": 1, "quantity": 1}, ReplaceOrder(1, 110, 1)),
    ],
)
def test_each_kind_of_order_becomes_the_markets_own(reply: dict[str, Any], action: object) -> None:
    exchange = do(market(), "me", bid(110, 2))
    assert trader([orders(reply)]).decide(seen(exchange)).actions == (action,)


def test_several_orders_are_sent_in_the_order_given() -> None:
    reply = orders(order("buy", 100), order("sell", 200), {"do": "hold"})
    assert trader([reply]).decide(seen(market())).actions == (bid(100), ask(200))


def test_prices_are_in_the_currency_both_ways() -> None:
    script = Asked(orders(order("buy", 1.5)))
    exchange = do(unit_market(buyer(250, 200)), "b", ask(175))
    decision = trader(script).decide(seen(exchange))
    assert decision.actions == (bid(150),)
    assert "Offers to sell, best first, price x quantity: 1.75 x 1\n" in script.prompt
    assert "by their values: 2.50, 2.00; profit 0.00" in script.prompt
    assert "175" not in script.prompt


# Replies that cannot be used


RUBBISH = [
    "",
    "I would rather not say.",
    "[]",
    "null",
    '{"actions": [{"do": "buy", "quantity": 1, "price": 100}',
    '{"actions": "buy everything"}',
    '{"actions": [{"do": "short"}]}',
    '{"actions": [{"do": "buy", "quantity": -3, "price": 100}]}',
    '{"actions": [{"do": "buy", "quantity": 0.5, "price": 100}]}',
    '{"actions": [{"do": "buy", "quantity": true, "price": 100}]}',
    '{"actions": [{"do": "buy", "quantity": 1, "price": 0}]}',
    '{"actions": [{"do": "buy", "quantity": 1, "price": 1e999}]}',
    '{"actions": [{"do": "buy", "quantity": 1, "price": NaN}]}',
    '{"actions": [{"do": "buy", "quantity": 1, "price": "148,5"}]}',
    '{"actions": [{"do": "buy", "quantity": 1, "price": 148.5}]}',
    '{"actions": [{"do": "buy", "quantity": 1, "price": 1001}]}',
    '{"actions": [{"do": "buy", "price": 100}]}',
    '{"actions": [{"do": "cancel", "order": 99}]}',
    '{"actions": [{"do": "replace", "order": null, "price": 100, "quantity": 1}]}',
    '{"actions": [{"do": "cancel", "order": 1}, {"do": "replace", "order": 1, "price": 90}]}',
    '{"actions": [{"do": "sell", "quantity": 1, "price": 100}], "intent": {"side": "buy", "quantity": 1}}',
    '{"intent": {"side": null, "quantity": 3}}',
    '{"intent": {"target_shares": 7, "worst_price": 0.5}}',
    '{"actions": [' + '{"do": "hold"},' * 5 + '{"do": "hold"}]}',
]


@pytest.mark.parametrize("text", RUBBISH)
def test_a_reply_that_cannot_be_used_is_asked_for_again_and_then_nothing_is_done(text: str) -> None:
    script = Asked(text)
    exchange = do(market(), "me", bid(110))
    decision, receipts = turn(exchange, trader(script))
    assert (decision.actions, decision.outcome, receipts) == ((), "failed", ())
    assert decision.calls == ("seat-1/period-1/turn-1", "seat-1/period-1/turn-1/repair")
    assert decision.reason.startswith(("bad_json", "bad_schema", "empty"))
    assert len(script) == 2


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (orders(order("buy", 148.5)), "prices go in steps of 1 points, 148.5 is between two"),
        (orders(order("buy", 5000)), "prices go from 1 to 1,000 points, not 5000"),
        (orders({"do": "cancel", "order": 7}), "you have no open order 7; yours are 1"),
        (orders({"do": "buy", "price": 10}), "action 1 (buy): say the quantity"),
        ({"intent": {"side": "buy", "quantity": 1, "worst_price": 0.5}}, "steps of 1 points, 0.5 is between two"),
        ({"actions": [{"do": "short"}]}, "actions.0.do: Input should be 'buy', 'sell', 'cancel', 'replace' or 'hold'"),
    ],
)
def test_the_mistake_is_shown_and_a_better_reply_is_taken(bad: dict[str, Any], told: str) -> None:
    script = Asked()
    answers = iter([bad, orders(order("buy", 120))])
    script.line = lambda request: next(answers)
    decision = trader(script).decide(seen(do(market(), "me", bid(110))))
    assert (decision.actions, decision.outcome) == ((bid(120),), "repaired")
    assert told in script.prompt
    assert len(decision.calls) == 2


def test_nobody_is_made_to_trade_on_the_wrong_side() -> None:
    for role, side, word in ((buyer(200), "sell", "buyer"), (seller(200), "buy", "seller")):
        script = Asked(orders(order(side, 1.5)))
        assert trader(script).decide(seen(unit_market(role))).outcome == "failed"
        assert f"you are a {word} in this market" in script.prompt


def test_loose_forms_are_understood_where_only_one_thing_can_be_meant() -> None:
    reply: dict[str, Any] = {
        "reasoning": None,
        "actions": [{"do": " BUY ", "quantity": "2", "price": "1,000"}],
        "intent": {},
    }
    assert trader([reply]).decide(seen(market())).actions == (bid(1000, 2),)
    fenced = RawAnswer(text='Sure!\n```json\n{"actions": [{"do": "sell", "quantity": 1, "price": 150}]}\n```')
    assert trader([fenced]).decide(seen(market())).actions == (ask(150),)
    assert trader([{"actions": None, "intent": None}]).decide(seen(market())) == Decision(
        calls=("seat-1/period-1/turn-1",)
    )


def test_a_crowd_that_talks_rubbish_never_trades_and_the_session_goes_on() -> None:
    def rubbish(request: Request) -> str:
        return RUBBISH[sum(request.key.encode()) % len(RUBBISH)]

    played = play(design("asset_cda"), ["model"] * 6, turns=20, make=crowd(rubbish))
    assert not played.exchange.trades
    assert {turn.decision.outcome for turn in played.turns} == {"failed"}
