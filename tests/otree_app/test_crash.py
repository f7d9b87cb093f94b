"""A server killed in the middle of trading comes back with every acknowledged order, and the market goes on."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from market.events import Phase
from pit import Server
from tests.lab import Seat, free_port, new_session, own_treatment, running_lab
from tests.postgres import missing, running_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def own_lab(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A server of the test's own, to be killed, on each kind of database."""
    with ExitStack() as stack:
        url = ""
        if request.param == "postgres":
            if why := missing():
                pytest.skip(why)
            url = stack.enter_context(running_postgres(tmp_path, free_port()))
        yield stack.enter_context(running_lab(tmp_path / "lab", url))


async def trade_until_killed(seat: Seat, acknowledged: list[tuple[str, dict[str, Any]]], rng: random.Random) -> None:
    """Send orders as fast as they are answered; keep those that were."""
    try:
        for number in range(10_000):
            identity = f"{seat.name}-{number}"
            receipt = await seat.place(rng.choice(["buy", "sell"]), rng.randint(90, 110), identity=identity)
            if receipt["order_id"] is not None:
                acknowledged.append((identity, receipt))
    except (ConnectionClosed, ConnectionError):
        return


async def seats_of(server: Server, codes: Sequence[str]) -> list[Seat]:
    return [await Seat(server, code).__aenter__() for code in codes]


def test_every_acknowledged_order_survives_kill_9_and_the_market_goes_on(own_lab: Server) -> None:
    async def story() -> None:
        session, codes = new_session(own_lab, seats=4, period_seconds=60.0)
        seats = await seats_of(own_lab, codes)
        await seats[0].phase("open")
        acknowledged: list[tuple[str, dict[str, Any]]] = []
        traders = [
            asyncio.create_task(trade_until_killed(seat, acknowledged, random.Random(number)))
            for number, seat in enumerate(seats)
        ]
        await asyncio.sleep(1.5)
        own_lab.stop(signal.SIGKILL)
        await asyncio.gather(*traders)
        own_lab.start()
        await check_all_is_there(own_lab, session, codes, acknowledged)

    asyncio.run(asyncio.wait_for(story(), 60))


async def check_all_is_there(
    server: Server, session: str, codes: Sequence[str], acknowledged: list[tuple[str, dict[str, Any]]]
) -> None:
    assert len(acknowledged) > 20
    async with AsyncExitStack() as stack:
        back = [await stack.enter_async_context(Seat(server, code)) for code in codes]
        await compare(back, server, session, acknowledged)


async def compare(
    back: list[Seat], server: Server, session: str, acknowledged: list[tuple[str, dict[str, Any]]]
) -> None:
    by_name = {seat.name: seat for seat in back}
    views = [await seat.view() for seat in back]
    assert all(view.phase is Phase.OPEN for view in views)
    assert sum(view.holdings.cash for view in views) == 2 * (1050 + 450)
    assert sum(view.holdings.shares for view in views) == 2 * (3 + 7)
    events = await asyncio.to_thread(server.ask, f"/api/openpit/session/{session}")
    known = events["markets"][0]["events"]
    for identity, receipt in acknowledged[-20:]:
        again = await by_name[identity.split("-")[0]].command(identity, do="place", side="buy", price=1)
        assert again == receipt, "an acknowledged order is answered as before and not done again"
    assert (await back[0].view()).seq == known
    assert (await back[0].place("buy", 1))["status"] == "accepted"


async def kill_and_start(server: Server) -> None:
    server.stop(signal.SIGKILL)
    await asyncio.to_thread(server.start)


def test_practice_forecasts_and_a_seat_that_was_taken_over_come_back_whole(own_lab: Server) -> None:
    """Killed while forecasts are asked, and again while a rule plays somebody's seat."""

    async def story() -> None:
        codes = new_session(own_lab, seats=3, **own_treatment(own_lab, **FULL))[1]
        async with AsyncExitStack() as stack:
            seats = [await stack.enter_async_context(Seat(own_lab, code)) for code in codes]
            await seats[0].phase("forecast", period=0)
            assert (await seats[0].command("mine", do="forecast", prices=[90]))["status"] == "accepted"
            await kill_and_start(own_lab)
        async with AsyncExitStack() as stack:
            seats = [await stack.enter_async_context(Seat(own_lab, code)) for code in codes]
            assert (await seats[0].view()).forecasts[0].price == 90
            assert (await seats[0].command("mine", do="forecast", prices=[55]))["status"] == "accepted"
            assert (await seats[0].view()).forecasts[0].price == 90, "a command sent again is not done again"
            for seat in seats[1:]:
                await seat.command(do="forecast", prices=[100])
            await seats[0].phase("open")
            await seats[2].socket.close()
            await seats[0].until(has_orders)
            await kill_and_start(own_lab)
        await check_the_seat_is_handed_back(own_lab, codes)

    asyncio.run(asyncio.wait_for(story(), 60))


FULL: dict[str, Any] = {
    "practice_periods": 1,
    "markets": 1,
    "period_seconds": 60,
    "decision_seconds": 1,
    "forecasts": {"horizons": [0], "seconds": 60},
    "absence": {"dropout": "takeover", "dropout_seconds": 0.3},
}


def has_orders(message: dict[str, Any]) -> bool:
    return message["type"] == "update" and any(message["levels"].values())


async def check_the_seat_is_handed_back(server: Server, codes: Sequence[str]) -> None:
    async with Seat(server, codes[0]) as ann, Seat(server, codes[1]) as bob:
        views = [await ann.view(), await bob.view()]
        assert [view.phase for view in views] == [Phase.OPEN, Phase.OPEN]
        assert views[0].facts.periods == 1, "still the practice market"
        await ann.until(has_orders)
        async with Seat(server, codes[2]) as cid:
            await cid.until(lambda one: one.get("host", {}).get("handed_back"))
            assert (await cid.place("buy", 1))["status"] == "accepted"
            holdings = [(await seat.view()).holdings for seat in (ann, bob, cid)]
    assert sum(one.shares for one in holdings) in (13, 17)
    assert sum(one.cash for one in holdings) in (2550, 1950)
