"""The live market over real websockets on a real server: what seats are told, and what they cannot do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from market.events import Phase
from pit import Server
from tests.lab import Seat, new_session


@asynccontextmanager
async def open_market(server: Server, seats: int = 3, **changes: Any) -> AsyncIterator[list[Seat]]:
    """Seats of a fresh market, trading since all of them are there."""
    session, codes = new_session(server, seats=seats, **({"period_seconds": 60.0} | changes))
    async with AsyncExitStack() as stack:
        traders = [await stack.enter_async_context(Seat(server, code)) for code in codes]
        for trader in traders:
            trader.session = session
            await trader.phase("open")
        yield traders


def play(story: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 40))


def test_an_order_is_acknowledged_and_shown_to_everybody(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, _):
            receipt = await ann.place("buy", 100, 2)
            assert (receipt["status"], receipt["order_id"]) == ("accepted", 1)
            news = await bob.until(lambda one: one["type"] == "update" and one["levels"]["bids"])
            assert news["levels"]["bids"] == [[100, 2]]

    play(story())


def test_two_seats_trade_and_both_accounts_show_it(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, _):
            before = (await ann.view()).holdings
            await ann.place("buy", 100, 2)
            receipt = await bob.place("sell", None, 1)
            assert (receipt["status"], receipt["trades"]) == ("traded", [[100, 1]])
            after = (await ann.view()).holdings
            assert (after.shares, after.cash, after.cash_reserved) == (before.shares + 1, before.cash - 100, 100)

    play(story())


def test_updates_add_up_to_the_snapshot(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, cid):
            start = (await cid.view()).seq
            cid.messages.clear()
            for price in (90, 95, 99):
                await ann.place("buy", price)
                await bob.place("sell", 200 - price)
            await cid.place("sell", 95)
            await cid.until(lambda one: one["type"] == "update" and one["seq"] == start + 7)
            updates = [one for one in cid.messages if one["type"] == "update"]
            book = {price: quantity for one in updates for price, quantity in one["levels"]["bids"]}
            view = await cid.view()
            assert {price: quantity for price, quantity in book.items() if quantity} == {
                level.price: level.quantity for level in view.bids
            }
            assert [one["from"] for one in updates[1:]] == [one["seq"] for one in updates[:-1]]

    play(story())


def test_a_command_sent_twice_is_done_once(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, _, cid):
            first = await ann.place("buy", 50, identity="same")
            ann.messages.clear()
            assert await ann.place("buy", 50, identity="same") == first
            assert (await cid.view()).bids[0].quantity == 1

    play(story())


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"do": "place", "side": "buy", "price": 0}, "bad_price"),
        ({"do": "place", "side": "buy", "price": 1.5}, "bad_price"),
        ({"do": "place", "side": "buy", "price": "100"}, "bad_price"),
        ({"do": "place", "side": "buy", "price": 10**30}, "bad_price"),
        ({"do": "place", "side": "buy", "price": True}, "bad_price"),
        ({"do": "place", "side": "hold", "price": 5}, "bad_side"),
        ({"do": "place", "side": ["buy"], "price": 5}, "bad_side"),
        ({"do": "place", "side": "buy", "price": 5, "quantity": -1}, "bad_quantity"),
        ({"do": "place", "side": "buy", "price": 5, "time_in_force": "forever"}, "bad_order_type"),
        ({"do": "place", "side": "sell", "price": 100, "quantity": 999}, "no_shares"),
        ({"do": "place", "side": "buy", "price": 1000, "quantity": 99}, "no_cash"),
        ({"do": "cancel", "order_id": 77}, "unknown_order"),
        ({"do": "cancel", "order_id": {"$gt": 0}}, "unknown_order"),
        ({"do": "replace", "order_id": 1, "price": None, "quantity": 1}, "bad_message"),
        ({"do": "shout"}, "bad_message"),
        ({}, "bad_message"),
    ],
)
def test_a_bad_command_is_refused_in_words_and_changes_nothing(lab: Server, command: dict[str, Any], code: str) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            before = (await ann.view()).seq
            receipt = await ann.command(**command)
            assert (receipt["status"], receipt["code"]) == ("refused", code)
            assert receipt["reason"].endswith(".")
            assert (await ann.view()).seq == before

    play(story())


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '"buy"', "[" * 2000, "x" * 5000, '{"id": 5, "do": "cancel"}']
)
def test_a_message_that_is_no_command_is_refused_and_the_line_stays_open(lab: Server, text: str) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            await ann.send(text)
            refusal = await ann.until(lambda one: one["type"] == "ack")
            assert refusal["receipt"]["code"] in ("bad_message", "too_large")
            assert (await ann.place("buy", 10))["status"] == "accepted"

    play(story())


def test_a_seat_cannot_cancel_the_order_of_another(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, _):
            order = (await ann.place("buy", 10))["order_id"]
            assert (await bob.command(do="cancel", order_id=order))["code"] == "unknown_order"
            assert (await ann.command(do="cancel", order_id=order))["status"] == "accepted"

    play(story())


def test_a_seat_that_sends_too_fast_is_told_so(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            codes = [(await ann.command(do="cancel", order_id=1))["code"] for _ in range(30)]
            assert codes[0] == "unknown_order"
            assert codes[-1] == "too_fast"

    play(story())


def test_an_order_after_the_period_is_refused_as_late(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab, period_seconds=0.5, result_seconds=30.0) as (ann, *_):
            await ann.phase("closed")
            assert (await ann.place("buy", 10))["code"] == "closed"

    play(story())


def test_the_market_waits_until_every_seat_is_there(lab: Server) -> None:
    async def story() -> None:
        _, codes = new_session(lab, seats=2, period_seconds=60.0)
        async with Seat(lab, codes[0]) as ann:
            assert (await ann.view()).phase is Phase.WAITING
            assert (await ann.place("buy", 10))["code"] == "waiting"
            async with Seat(lab, codes[1]):
                await ann.phase("open")

    play(story())


def test_all_periods_run_by_the_clock_and_results_are_stored(lab: Server) -> None:
    async def story() -> None:
        code, codes = new_session(lab, seats=2, period_seconds=0.6, result_seconds=0.3)
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]):
            final = await ann.phase("finished", period=3)
            assert [row[0] for row in final["view"]["history"]] == [1, 2, 3]
        state = await asyncio.to_thread(lab.ask, f"/api/openpit/session/{code}")
        assert state["finished"]
        assert state["markets"][0]["phase"] == "finished"

    play(story())


def test_a_page_that_comes_back_gets_the_same_market(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            await ann.place("buy", 33)
            participant = ann.name
            async with Seat(lab, participant) as again:
                assert [order.price for order in (await again.view()).orders] == [33]

    play(story())


def test_a_stranger_gets_no_market(lab: Server) -> None:
    async def story() -> None:
        async with Seat(lab, "nobodyhere") as stranger:
            await asyncio.wait_for(stranger.socket.wait_closed(), 5)
            assert stranger.socket.close_code == 4404
            assert stranger.messages == []

    play(story())


def test_a_snapshot_shows_nothing_of_other_traders(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, _):
            await bob.place("buy", 44)
            await ann.until(lambda one: one["type"] == "update")
            told = json.dumps(ann.messages)
            assert '"T2"' not in told
            assert bob.name not in told

    play(story())


def test_a_market_that_has_ended_leaves_memory_and_is_there_again_for_who_comes_back(lab: Server) -> None:
    def in_memory() -> int:
        return int(lab.ask("/openpit/health")["markets"])

    async def story() -> None:
        before = await asyncio.to_thread(in_memory)
        _, codes = new_session(lab, seats=2, period_seconds=0.3, result_seconds=0.1)
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]):
            await ann.phase("open")
            assert (await ann.place("buy", 10))["status"] == "accepted"
            ended = await ann.phase("finished", period=3)
            assert await asyncio.to_thread(in_memory) > before
        while await asyncio.to_thread(in_memory) > before:
            await asyncio.sleep(0.05)
        async with Seat(lab, codes[0]) as again:
            view = (await again.phase("finished", period=3))["view"]
            assert [row[:5] for row in view["history"]] == [row[:5] for row in ended["view"]["history"]]

    play(story())
