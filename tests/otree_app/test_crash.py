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
from tests.lab import Seat, free_port, new_session, running_lab
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
