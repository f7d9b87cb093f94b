"""News for pages: snapshots are the view of the market, and updates lead from one to the next."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from market.designs import deal_roles, design
from market.events import ClosePeriod, OpenPeriod, Told
from market.exchange import Exchange
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder, Side, TimeInForce
from market.view import MarketView, view_of
from otree_app.feed import LONGEST_DELTA, Feed


def trading(seed: int) -> tuple[Exchange, Random]:
    rng = Random(seed)
    treatment = design("asset_cda").with_changes(short_limit=20, credit_limit=5000)
    roles = {f"T{number}": role for number, role in enumerate(deal_roles(treatment, ["human"] * 4, rng), start=1)}
    exchange = Exchange(treatment, roles)
    exchange.operate(OpenPeriod())
    return exchange, rng


def step(exchange: Exchange, rng: Random, seconds: float) -> None:
    trader = rng.choice(list(exchange.accounts))
    own = list(exchange.ledger.open_orders[trader])
    chance = rng.random()
    if own and chance < 0.2:
        exchange.submit(trader, CancelOrder(rng.choice(own)), seconds)
    elif own and chance < 0.4:
        exchange.submit(trader, ReplaceOrder(rng.choice(own), rng.randint(95, 105), rng.randint(1, 4)), seconds)
    else:
        side, lasting = rng.choice(list(Side)), rng.choice(list(TimeInForce))
        exchange.submit(trader, PlaceOrder(side, rng.randint(95, 105), rng.randint(1, 4), lasting), seconds)


def told(feed: Feed, trader: str) -> MarketView:
    return MarketView.from_json(json.dumps(json.loads(feed.snapshot(trader, 1.5, {}))["view"]))


def folded(view: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """What a page makes of an update, in the plainest words."""
    after = dict(view, seq=update["seq"], seconds=update["seconds"])
    after |= update.get("me", {})
    after["trades"] = view["trades"] + update.get("trades", [])
    if "summary" in update:
        after["history"] = [row for row in view["history"] if row[0] != update["summary"][0]] + [update["summary"]]
    for name, side in (("bids", "buy"), ("asks", "sell")):
        book = {price: quantity for price, quantity, _ in view[name]} | dict(update["levels"][name])
        mine = {price: sum(own[3] for own in after["orders"] if own[1:3] == [side, price]) for price in book}
        rows = [[price, quantity, mine[price]] for price, quantity in book.items() if quantity]
        after[name] = sorted(rows, reverse=side == "buy")
    return after


def test_a_snapshot_is_the_traders_view() -> None:
    exchange, rng = trading(1)
    feed = Feed(exchange)
    for number in range(60):
        step(exchange, rng, number / 10)
        for trader in exchange.accounts:
            assert told(feed, trader) == view_of(exchange, trader, 1.5)


def test_a_clue_is_in_the_news_of_its_trader_alone() -> None:
    treatment = design("plott_sunder_1988").with_changes(tell_holding_value=True)
    exchange = Exchange(treatment, dict.fromkeys(("T1", "T2", "T3"), treatment.roles[0]))
    exchange.operate(OpenPeriod("X", (Told("T1", "not_this", "Y"), Told("T2", "not_this", "Z"))))
    feed = Feed(exchange)
    for trader, others in (("T1", "Z"), ("T2", "Y"), ("T3", "YZ")):
        assert told(feed, trader) == view_of(exchange, trader, 1.5)
        assert not [state for state in others if f'"not_this","state":"{state}"' in feed.snapshot(trader, 1.5, {})]
    exchange.submit("T1", PlaceOrder(Side.BUY, 100), 2.0)
    for trader in ("T1", "T2", "T3"):
        update = feed.update(trader, 1, 2.0) or ""
        assert "not_this" not in update
        assert "clue" not in update
    assert told(feed, "T3").holding_value == 223.5


def test_updates_lead_to_the_view_for_every_trader() -> None:
    for seed in range(5):
        exchange, rng = trading(seed)
        feed = Feed(exchange)
        pages = {trader: json.loads(view_of(exchange, trader, 0.0).to_json()) for trader in exchange.accounts}
        for number in range(120):
            step(exchange, rng, number / 10)
            # pages fall behind by different numbers of events
            for trader in rng.sample(list(pages), k=2):
                update = feed.update(trader, pages[trader]["seq"], number / 10)
                assert update is not None
                pages[trader] = folded(pages[trader], json.loads(update))
                assert pages[trader] == json.loads(view_of(exchange, trader, number / 10).to_json())


def test_a_page_far_behind_is_better_served_by_a_snapshot() -> None:
    exchange, rng = trading(3)
    for number in range(3 * LONGEST_DELTA):
        step(exchange, rng, number / 100)
    feed = Feed(exchange)
    assert feed.update("T1", 1, 9.0) is None
    assert feed.update("T1", feed.seq - 5, 9.0) is not None


def test_a_snapshot_leaves_out_the_trades_that_a_page_was_told() -> None:
    exchange, rng = trading(6)
    for number in range(200):
        step(exchange, rng, number / 10)
    message = json.loads(Feed(exchange).snapshot("T1", 1.5, {}, known=3))
    whole = view_of(exchange, "T1", 1.5)
    assert (message["trades_after"], len(whole.trades)) == (3, 3 + len(message["view"]["trades"]))
    message["view"]["trades"][:0] = [list(one) for one in whole.trades[:3]]
    assert MarketView.from_json(json.dumps(message["view"])) == whole


def test_what_seats_share_is_built_once_and_their_own_is_added() -> None:
    exchange, _ = trading(4)
    feed = Feed(exchange)
    exchange.submit("T1", PlaceOrder(Side.BUY, 99), 1.0)
    mine, other = (json.loads(str(feed.update(trader, 1, 1.0))) for trader in ("T1", "T2"))
    assert mine.pop("me")["orders"] == [[1, "buy", 99, 1, 1]]
    assert mine == other


def test_the_period_result_is_in_the_snapshot() -> None:
    exchange, _ = trading(5)
    exchange.operate(ClosePeriod(40), 20.0)
    assert told(Feed(exchange), "T1").history[0].dividend == 40
