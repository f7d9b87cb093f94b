"""Rule traders on seats of a real server, without browsers: company for a person whose browser a test drives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from threading import Thread
from typing import Any

from bots.adapters.page import command_of
from bots.agents.trader import Trader
from bots.agents.trading_agents import make_trader
from market.events import Phase
from market.orders import Hold
from market.view import MarketView
from pit import Server
from tests.lab import Seat


@contextmanager
def company(
    server: Server, session: str, codes: Sequence[str], *, trader: str = "zero_intelligence", rounds: int = 1
) -> Iterator[None]:
    """Has the seats of these participants played, market after market, until the block ends.

    What goes wrong with them fails the block.
    """
    seats = {code: {"kind": "rule", "model": trader} for code in codes}
    server.ask(f"/api/openpit/seats/{session}", {"seats": seats})
    loop = asyncio.new_event_loop()
    playing = loop.create_task(_play(server, codes, trader, rounds))
    thread = Thread(target=_run, args=(loop, playing))
    thread.start()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # they are through with all markets, and their loop has closed
            loop.call_soon_threadsafe(playing.cancel)
        thread.join()
        if not playing.cancelled() and (error := playing.exception()):
            raise error


def _run(loop: asyncio.AbstractEventLoop, playing: asyncio.Task[None]) -> None:
    with suppress(asyncio.CancelledError, Exception):  # kept by the task, for the block
        loop.run_until_complete(playing)
    loop.close()


async def _play(server: Server, codes: Sequence[str], trader: str, rounds: int) -> None:
    async with asyncio.TaskGroup() as seats:
        for code in codes:
            seats.create_task(_sit(server, code, trader, rounds))


async def _sit(server: Server, code: str, name: str, rounds: int) -> None:
    rng = Random(code)
    for number in range(1, rounds + 1):
        async with Seat(server, code, number) as seat:
            await _trade(seat, make_trader(name, rng), rng)


async def _trade(seat: Seat, trader: Trader, rng: Random) -> None:
    while (view := await seat.view()).phase is not Phase.FINISHED:
        if view.phase in (Phase.OPEN, Phase.FORECAST):
            await _decide(seat, trader, view)
        seat.messages.clear()
        await asyncio.sleep(rng.uniform(0.4, 0.8))


async def _decide(seat: Seat, trader: Trader, view: MarketView) -> None:
    for action in trader.decide(view).actions:
        if not isinstance(action, Hold):
            command: dict[str, Any] = command_of(action)
            await seat.command(**command)
