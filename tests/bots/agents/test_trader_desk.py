"""How wishes become actions: within the account, within the rules, never against oneself."""

from __future__ import annotations

from bots.agents.desk import aim, best_of_others, in_bounds, limit, post, quote, room, sides, spendable, withdraw
from market.designs import design
from market.exchange import Exchange
from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder, Side
from market.treatments import Role
from tests.bots.agents.scenes import ask, bid, buyer, do, market, seen, seller, unit_market


def accepted(exchange: Exchange, actions: tuple[Action, ...]) -> bool:
    return all(exchange.submit("me", action, 1.0).ok for action in actions)


def test_cash_behind_own_bids_can_be_promised_again() -> None:
    exchange = do(market(), "me", bid(400, 2))
    view = seen(exchange)
    assert spendable(view) == 1000
    assert post(view, Side.BUY, 450, 9) == (ReplaceOrder(view.orders[0].id, 450, 2),)
    assert accepted(exchange, post(view, Side.BUY, 450, 9))


def test_what_is_not_affordable_is_not_tried() -> None:
    view = seen(market(me=Role(name="poor", cash=99, shares=0)))
    assert post(view, Side.BUY, 100) == post(view, Side.SELL, 100) == ()
    assert sides(view) == (Side.BUY,)
    assert sides(seen(market(me=Role(name="broke", cash=0, shares=0)))) == ()


def test_an_order_that_stands_already_is_left_alone() -> None:
    view = seen(do(market(), "me", ask(120, 2)))
    assert post(view, Side.SELL, 120, 2) == ()
    assert post(view, Side.SELL, 120, 1) == (ReplaceOrder(view.orders[0].id, 120, 1),)


def test_an_own_ask_in_the_way_of_a_bid_is_taken_back_first() -> None:
    exchange = do(market(), "me", ask(120))
    view = seen(exchange)
    assert aim(view, Side.BUY, 130) == (CancelOrder(view.orders[0].id), bid(130))
    assert accepted(exchange, aim(view, Side.BUY, 130))


def test_surplus_own_orders_of_a_side_are_taken_back() -> None:
    exchange = do(market(), "me", bid(90), bid(95), bid(92))
    actions = post(seen(exchange), Side.BUY, 100)
    assert [type(action) for action in actions] == [CancelOrder, CancelOrder, ReplaceOrder]
    assert accepted(exchange, actions)
    assert [order.price for order in seen(exchange).orders] == [100]


def test_quotes_move_past_their_own_old_places_without_meeting_them() -> None:
    for bids in ((100, 130), (130, 100)):
        exchange = do(market(), "me", bid(bids[0]), ask(bids[0] + 10))
        actions = quote(seen(exchange), {Side.BUY: bids[1], Side.SELL: bids[1] + 10})
        assert accepted(exchange, actions)
        assert {order.price for order in seen(exchange).orders} == {bids[1], bids[1] + 10}


def test_a_new_bid_above_an_own_ask_waits_until_that_has_moved_up() -> None:
    exchange = do(market(), "me", ask(110))
    actions = quote(seen(exchange), {Side.BUY: 120, Side.SELL: 130})
    assert [type(action) for action in actions] == [ReplaceOrder, PlaceOrder]
    assert accepted(exchange, actions)


def test_an_own_bid_that_may_not_move_out_of_the_way_of_a_new_ask_is_taken_back() -> None:
    exchange = do(market(design("asset_cda").with_changes(improvement=True)), "me", bid(120))
    actions = quote(seen(exchange), {Side.BUY: 100, Side.SELL: 110})
    assert actions == (CancelOrder(seen(exchange).orders[0].id), ask(110))
    assert accepted(exchange, actions)


def test_a_side_without_a_price_is_withdrawn_and_a_bid_above_the_ask_gives_way() -> None:
    exchange = do(market(), "me", bid(100), ask(110))
    mine = seen(exchange).orders
    assert quote(seen(exchange), {Side.SELL: 110}) == (CancelOrder(mine[0].id),)
    assert quote(seen(exchange), {Side.BUY: 110, Side.SELL: 110}) == (CancelOrder(mine[0].id),)
    assert withdraw(seen(exchange), *Side) == tuple(CancelOrder(order.id) for order in mine)


def test_where_quotes_must_improve_others_are_not_tried() -> None:
    exchange = unit_market(buyer(250), improvement=True)
    do(exchange, "a", bid(150))
    assert post(seen(exchange), Side.BUY, 150) == ()
    assert post(seen(exchange), Side.BUY, 151) == (bid(151),)
    do(exchange, "me", bid(160))
    assert post(seen(exchange), Side.BUY, 155) == ()


def test_where_losses_are_forbidden_they_are_not_tried() -> None:
    forbidden = seen(unit_market(seller(200), losses_allowed=False))
    assert post(forbidden, Side.SELL, 199) == ()
    assert post(seen(unit_market(seller(200))), Side.SELL, 199) == (ask(199),)


def test_prices_are_rounded_in_the_traders_favour_within_what_is_no_loss() -> None:
    buying, selling = seen(unit_market(buyer(200))), seen(unit_market(seller(200)))
    assert in_bounds(buying, Side.BUY, 150.9) == 150
    assert in_bounds(buying, Side.BUY, 300) == limit(buying, Side.BUY) == 200
    assert in_bounds(selling, Side.SELL, 250.1) == 251
    assert in_bounds(selling, Side.SELL, 10) == limit(selling, Side.SELL) == 200
    assert in_bounds(selling, Side.SELL, 9999) == design("smith_1962").price_max


def test_a_role_of_units_has_one_side() -> None:
    assert sides(seen(unit_market(buyer(200)))) == (Side.BUY,)
    assert sides(seen(unit_market(seller(200)))) == (Side.SELL,)
    assert room(seen(unit_market(seller(200, 210))), Side.SELL, 1) == 2


def test_the_best_of_others_leaves_ones_own_orders_out() -> None:
    exchange = do(market(), "me", ask(100))
    do(exchange, "a", ask(105, 2))
    assert best_of_others(seen(exchange), Side.SELL) == (105, 2, 0)
    assert best_of_others(seen(exchange), Side.BUY) is None


def test_one_share_at_a_time_where_the_rules_say_so() -> None:
    view = seen(market(design("asset_cda").with_changes(single_unit=True)))
    assert post(view, Side.SELL, 100, 3) == (PlaceOrder(Side.SELL, 100, 1),)
