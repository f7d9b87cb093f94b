"""How an intent becomes orders: at once or in slices, never beyond its worst price, its account or its quantity."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from bots.agents.execution import Execution, Immediate, Intent, Policy, Thought, Twap, price_now
from bots.agents.trader import Decision
from market.designs import design
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.orders import PlaceOrder, ReplaceOrder, Side
from market.treatments import Role
from tests.bots.agents.models import HOLD, Asked, crowd, intends, order, orders, trader, turn
from tests.bots.agents.scenes import ask, bid, buyer, do, market, seen, traded_at, unit_market
from tests.headless import play, refusals

BUY, SELL = Side.BUY, Side.SELL


def wants(*intents: Intent | None, policy: Policy | None = None) -> Execution:
    """A trader with these wishes, one each time it is asked; then none."""
    waiting = iter(intents)
    return Execution(
        lambda view: Thought(Decision(reason="I want it", calls=("call",)), next(waiting, None)), policy or Twap()
    )


def buys(quantity: int, **terms: Any) -> Intent:
    return Intent(side=BUY, quantity=quantity, **terms)


def quoted() -> Exchange:
    """Others bid 100 and offer 110."""
    return do(market(), "a", bid(100, 20), ask(110, 20))


def bought(exchange: Exchange) -> int:
    return exchange.accounts["me"].shares - 5


# Prices


@pytest.mark.parametrize(("urgency", "price"), [("low", 100), ("medium", 105), ("high", 110)])
def test_urgency_says_how_far_one_goes_towards_the_others(urgency: Any, price: int) -> None:
    assert price_now(buys(1, urgency=urgency), seen(quoted())) == price


@pytest.mark.parametrize("urgency", ["low", "medium", "high"])
@pytest.mark.parametrize("side", [BUY, SELL])
def test_nothing_is_traded_beyond_the_worst_price(urgency: Any, side: Side) -> None:
    worst = 95 if side is BUY else 115
    assert price_now(Intent(side=side, quantity=1, urgency=urgency, worst=worst), seen(quoted())) == worst


def test_an_urgent_order_reaches_as_far_as_it_may_and_trades_at_the_prices_of_others() -> None:
    exchange = do(market(), "a", ask(110), ask(115), ask(140))
    _, receipts = turn(exchange, wants(buys(3, urgency="high", worst=120), policy=Immediate()))
    assert [trade.price for trade in receipts[0].trades] == [110, 115]


def test_where_nobody_quotes_the_last_price_counts_then_the_own_limit_and_without_either_nothing_is_done() -> None:
    """What a share will pay is not for an execution to know."""
    assert price_now(buys(1), seen(market())) is None
    assert turn(market(), wants(buys(1), policy=Immediate()))[0].actions == ()
    assert price_now(buys(1, worst=90), seen(market())) == 90
    assert price_now(buys(1, worst=130), seen(traded_at(market(), [120]))) == 120


# Immediate


def test_an_immediate_intent_is_one_order_and_its_trader_is_asked_again_next_time() -> None:
    exchange, one = quoted(), wants(buys(3, urgency="high"), policy=Immediate())
    decision, _ = turn(exchange, one)
    assert decision.actions == (PlaceOrder(BUY, 110, 3),)
    assert decision.calls == ("call",)
    assert turn(exchange, one, 2.0)[0] == Decision(reason="I want it", calls=("call",))
    assert bought(exchange) == 3


def test_an_order_that_stands_already_is_moved_and_not_doubled() -> None:
    exchange = do(quoted(), "me", bid(90, 1))
    decision, _ = turn(exchange, wants(buys(2), policy=Immediate()))
    assert decision.actions == (ReplaceOrder(3, 105, 2),)


def test_no_more_is_ordered_than_the_account_affords() -> None:
    exchange = do(market(me=Role(name="poor", cash=250, shares=1)), "a", ask(110, 20))
    assert turn(exchange, wants(buys(9, urgency="high"), policy=Immediate()))[0].actions == (PlaceOrder(BUY, 110, 2),)
    broke = market(me=Role(name="broke", cash=0, shares=1))
    assert turn(broke, wants(buys(9), policy=Immediate()))[0].actions == ()


def test_units_are_bought_as_far_as_they_gain() -> None:
    exchange = do(unit_market(buyer(300, 200, 150), single_unit=False), "b", ask(180, 5))
    decision, receipts = turn(exchange, wants(buys(3, urgency="high", worst=400), policy=Immediate()))
    assert decision.actions == (PlaceOrder(BUY, 300, 1),)
    assert receipts[0].quantity == 1


# Twap


def test_slices_are_evenly_spread_over_the_horizon() -> None:
    exchange, one = quoted(), wants(buys(5, urgency="high", horizon=10))
    path = []
    for second in range(14):
        turn(exchange, one, float(second))
        path.append(bought(exchange))
    assert path == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5]


def test_a_large_intent_has_a_few_large_slices_that_add_up() -> None:
    exchange, one = (
        do(market(me=Role(name="rich", cash=9000, shares=5)), "a", ask(110, 20)),
        wants(buys(13, urgency="high", horizon=10)),
    )
    path = []
    for second in range(0, 10, 2):
        turn(exchange, one, float(second))
        path.append(bought(exchange))
    assert path == [3, 6, 8, 11, 13]


def test_what_did_not_trade_is_carried_on_within_one_order() -> None:
    exchange, one = quoted(), wants(buys(4, urgency="low", horizon=8))
    for second in (0.0, 2.0, 4.0):
        turn(exchange, one, second)
        assert [(order.price, order.quantity) for order in seen(exchange).orders] == [(100, 1 + int(second / 2))]
    do(exchange, "b", ask(100, 22), seconds=5.0)
    assert bought(exchange) == 2
    turn(exchange, one, 6.0)
    assert [order.quantity for order in seen(exchange).orders] == [2]


def test_no_slice_goes_beyond_the_worst_price_when_the_market_runs_away() -> None:
    exchange = do(market(), "a", ask(110, 2), ask(150, 20))
    one = wants(buys(4, urgency="high", worst=120, horizon=8))
    for second in (0.0, 2.0, 4.0, 6.0):
        turn(exchange, one, second)
    assert bought(exchange) == 2
    assert [order.price for order in seen(exchange).orders] == [120]


def test_the_trader_is_asked_again_when_it_is_done_when_time_is_over_and_in_another_period() -> None:
    asked: list[float] = []

    def think(view: Any) -> Thought:
        asked.append(view.seconds + 100 * view.period)
        return Thought(Decision(), buys(2, urgency="high", horizon=6))

    exchange, one = quoted(), Execution(think, Twap())
    for second in (0.0, 1.0, 3.0, 4.0):
        turn(exchange, one, second)
    assert asked == [100, 104]
    exchange.operate(ClosePeriod(20), 20)
    exchange.operate(OpenPeriod())
    turn(exchange, one, 5.0)
    assert asked[-1] == 205
    one.stop()
    turn(exchange, one, 6.0)
    assert asked[-1] == 206


def test_an_order_to_the_other_side_is_made_up_for() -> None:
    exchange, one = quoted(), wants(buys(4, urgency="high", horizon=8))
    turn(exchange, one, 0.0)
    do(exchange, "me", ask(100, 1), seconds=1.0)
    turn(exchange, one, 2.0)
    assert bought(exchange) == 2


# With a model


def test_a_model_is_not_asked_while_its_intent_is_worked_off_and_its_call_stands_behind_every_slice() -> None:
    script = Asked(intends(side="buy", quantity=4, urgency="high", horizon_seconds=8, note="slowly"))
    exchange, one = quoted(), trader(script, execution="twap")
    decisions = [turn(exchange, one, second)[0] for second in (0.0, 2.0, 4.0, 6.0)]
    assert len(script) == 1
    assert {decision.calls for decision in decisions} == {("seat-1/period-1/turn-1",)}
    assert decisions[2].reason == "I wait [twap: buy 4, 2 done]"
    assert bought(exchange) == 4
    assert "in equal slices" in script.system


def test_a_target_is_reached_from_either_side_and_a_target_that_is_reached_asks_for_nothing() -> None:
    for target, traded in ((7, 2), (3, -2), (5, 0)):
        exchange = quoted()
        one = trader([intends(target_shares=target, urgency="high"), HOLD])
        assert turn(exchange, one)[0].outcome == "valid"
        assert bought(exchange) == traded


def test_a_repaired_reply_counts_once_however_many_slices_it_makes() -> None:
    answers = iter(["nonsense", intends(side="buy", quantity=2, urgency="high", horizon_seconds=8)])
    exchange, one = quoted(), trader(Asked(lambda request: next(answers)), execution="twap")
    assert [turn(exchange, one, second)[0].outcome for second in (0.0, 4.0)] == ["repaired", "valid"]


def test_an_intent_that_came_too_late_is_not_worked_off() -> None:
    script = Asked(intends(side="buy", quantity=4, urgency="high", horizon_seconds=8))
    exchange, one = quoted(), trader(script, execution="twap")
    late = one.decide(seen(exchange, 0.0))
    one.told(Decision(actions=late.actions, outcome="late"), ())
    script.line = HOLD
    turn(exchange, one, 2.0)
    assert len(script) == 2
    assert bought(exchange) == 0


def test_new_orders_take_the_place_of_an_intent_that_is_over() -> None:
    answers = iter([intends(side="buy", quantity=2, urgency="high", horizon_seconds=4), orders(order("sell", 200))])
    exchange, one = quoted(), trader(Asked(lambda request: next(answers)), execution="twap")
    for second in (0.0, 2.0, 4.0):
        decision, _ = turn(exchange, one, second)
    assert decision.actions == (ask(200),)


@pytest.mark.parametrize("execution", ["immediate", "twap"])
@pytest.mark.parametrize(("name", "seats"), [("asset_cda", 6), ("gode_sunder_1993", 12), ("smith_1962", 22)])
def test_no_order_of_an_intent_is_refused_in_any_design(execution: str, name: str, seats: int) -> None:
    worst = {"smith_1962": 2.0, "gode_sunder_1993": 70}.get(name, 100)

    def script(request: Any) -> Any:
        rng, role = Random(request.key), request.facts["view"].role
        side = "buy" if role.values else "sell" if role.costs else rng.choice(("buy", "sell"))
        terms = {"urgency": rng.choice(("low", "medium", "high")), "worst_price": rng.choice((worst, None))}
        return intends(side=side, quantity=4, horizon_seconds=5, **terms)

    played = play(design(name), ["model"] * seats, turns=40, make=crowd(script, execution=execution))
    assert list(refusals(played)) == []
    assert played.exchange.trades
