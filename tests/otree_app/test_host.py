"""A market's host when its disk fails it: nothing half done, nothing acknowledged that is not stored."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict

import pytest

from market.designs import design
from market.events import OPERATOR, OpenPeriod, Pause, Phase, Resume, TakeOver, Tell
from market.exchange import Exchange, OperationError
from market.orders import PlaceOrder, Receipt, Side
from otree_app.host import MarketHost
from otree_app.protocol import Request
from otree_app.seats import Pace
from otree_app.stand_ins import StandIns
from otree_app.store import Head, Stored, StoreError

ROLES = design("asset_cda").roles


class FailingStore:
    """Keeps a log in memory; refuses to write while `full`."""

    def __init__(self) -> None:
        treatment = design("asset_cda")
        roles = {"T1": asdict(treatment.roles[0]), "T2": asdict(treatment.roles[1])}
        self.start = Head(treatment.canonical(), json.dumps(roles), json.dumps([(20,)] * 3))
        self.log: list[Stored] = []
        self.full = False

    async def append(self, head_id: int, stored: Sequence[Stored]) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise StoreError("disk full")
        self.log += stored

    async def head(self, head_id: int) -> Head:
        return self.start

    async def read(self, head_id: int, since: int) -> list[Stored]:
        return self.log[since : since + 2]  # a long log comes in parts

    async def kinds(self, head_id: int) -> dict[str, str]:
        return {"T1": "human", "T2": "human"}


async def never(host: MarketHost) -> None:
    raise AssertionError("the market did not finish")


async def open_host(store: FailingStore) -> MarketHost:
    host = MarketHost(1, store, never)  # type: ignore[arg-type]
    await host.start()
    host.join("T1")
    host.join("T2")
    while host.exchange.phase is not Phase.OPEN:
        await asyncio.sleep(0.01)
    return host


async def bid(host: MarketHost, identity: str, price: int = 50) -> Receipt:
    return await host.ask("T1", Request(identity, PlaceOrder(Side.BUY, price)))


def test_an_order_that_cannot_be_stored_is_refused_and_gone() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        assert (await bid(host, "a")).ok
        store.full = True
        refused = await bid(host, "b")
        assert refused.code == "not_saved"
        store.full = False
        while not (await bid(host, "c", price=60)).ok:
            await asyncio.sleep(0.05)
        assert sorted(order.price for order in host.exchange.book.orders.values()) == [50, 60]
        assert [one.client for one in store.log if one.line.actor != OPERATOR] == ["a", "c"]

    asyncio.run(asyncio.wait_for(story(), 20))


def test_pages_are_told_nothing_that_is_not_on_disk() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        page = host.connections.add("T2")
        assert host.news(page) is not None
        store.full = True
        await bid(host, "a", price=77)
        news = host.news(page)
        assert news is None or '"bids":[]' in news

    asyncio.run(asyncio.wait_for(story(), 20))


def test_orders_that_wait_together_are_stored_in_one_transaction() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        receipts = await asyncio.gather(*(bid(host, f"n{number}", price=10 + number) for number in range(8)))
        assert all(receipt.ok for receipt in receipts)
        assert len({one.utc for one in store.log if one.client}) <= 2

    asyncio.run(asyncio.wait_for(story(), 20))


def test_a_failed_save_is_not_called_a_restart() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        store.full = True
        await bid(host, "a")
        store.full = False
        while not (await bid(host, "b")).ok:
            await asyncio.sleep(0.05)
        reasons = [event.command.reason for event in host.exchange.events if isinstance(event.command, Pause)]
        assert reasons == ["The market was interrupted for a moment."]

    asyncio.run(asyncio.wait_for(story(), 20))


def test_the_wait_for_the_others_goes_on_after_a_restart() -> None:
    async def story() -> None:
        store = FailingStore()
        host = MarketHost(1, store, never)  # type: ignore[arg-type]
        await host.start()
        host.join("T1")
        while not store.log:
            await asyncio.sleep(0.01)
        again = MarketHost(1, store, never)  # type: ignore[arg-type]
        await again.start()
        first = again.schedule.attendance.first
        assert first == store.log[0].utc
        again.join("T1")
        again.connections.add("T1")
        await asyncio.sleep(0.05)
        assert again.schedule.attendance.first == first

    asyncio.run(asyncio.wait_for(story(), 20))


def test_a_wish_that_cannot_be_stored_is_not_granted() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        store.full = True
        wish = asyncio.create_task(host.wish(lambda: Tell("hello")))
        await asyncio.sleep(0.1)
        store.full = False
        with pytest.raises(StoreError):
            await wish
        assert host.state().messages == ()
        assert (await host.wish(lambda: Tell("hello"))).command == Tell("hello")
        with pytest.raises(OperationError):
            await host.wish(Resume)

    asyncio.run(asyncio.wait_for(story(), 20))


def test_the_stand_in_of_a_seat_draws_from_the_markets_seed_alone() -> None:
    def play() -> list[object]:
        exchange = Exchange(design("asset_cda"), {"T1": ROLES[0], "T2": ROLES[1]})
        exchange.operate(OpenPeriod())
        exchange.operate(TakeOver("T2", "zero_intelligence"))
        stand_ins = StandIns(exchange, seed=7)
        for second in range(20):
            stand_ins.follow(float(second))
            stand_ins.play(float(second), float(second))
        return [event.command for event in exchange.events]

    assert play() == play()
    assert len(play()) > 5


def test_a_market_read_again_gives_back_the_time_in_which_nobody_ran_it() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        await bid(host, "a")
        at = host.exchange.seconds
        store.log = [one._replace(utc=one.utc - 3600) for one in store.log]
        again = MarketHost(1, store, never)  # type: ignore[arg-type]
        await again.start()
        assert again.exchange.phase is Phase.OPEN
        assert again.schedule.seconds(time.time()) - at < 1
        assert await bid(again, "a") == await bid(host, "a"), "and a command sent again is answered as before"

    asyncio.run(asyncio.wait_for(story(), 20))


def test_results_are_noted_after_a_restart_when_the_crash_came_before() -> None:
    async def story() -> None:
        store, noted = FailingStore(), asyncio.Event()
        host = await open_host(store)
        for period in range(1, 4):
            host.schedule.anchor -= 100
            host._wake.set()
            while host.exchange.period == period and host.exchange.phase is Phase.OPEN:
                await asyncio.sleep(0.01)
            host.schedule.anchor -= 100
            host._wake.set()
            await asyncio.sleep(0.05)
        again = MarketHost(1, store, lambda _: note(noted))  # type: ignore[arg-type]
        await again.start()
        await asyncio.wait_for(noted.wait(), 5)

    async def note(noted: asyncio.Event) -> None:
        noted.set()

    asyncio.run(asyncio.wait_for(story(), 20))


def test_a_host_that_was_stopped_by_a_bug_answers_what_waits() -> None:
    async def story() -> None:
        store = FailingStore()
        host = await open_host(store)
        host.exchange.submit = broken  # type: ignore[method-assign, assignment]
        assert (await bid(host, "a")).code == "not_saved"
        assert host.stopped
        assert (await bid(host, "b")).code == "not_saved"

    def broken(*_: object) -> Receipt:
        raise ZeroDivisionError("a bug")

    asyncio.run(asyncio.wait_for(story(), 20))


def test_a_steady_sender_just_above_the_limit_is_slowed_and_not_locked_out() -> None:
    pace = Pace(rate=5)
    granted = sum(not pace.too_fast("T1", number / 6) for number in range(600))
    assert granted > 480
