"""What one session on a server notices of another: waits of a small market while a large one does what is costly.

    .venv/bin/python -m benchmarks.neighbours [--database sqlite|postgres] [--seats 200]

Two seats of the small market send 50 orders a second each, from a process of their own: alone, while the phases of the
large market change, while its pages all come anew, while it trades, and while a seat of a third market floods it with
as much as it takes. Processor: seconds that the server worked meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

from benchmarks.live import served
from benchmarks.seats import Openpit, Seat, Tape, new_session, open_seats, processor
from otree_app.seats import MOST_PAGES
from pit import Server

ORDERS_BEFORE = 6000
QUIET_SECONDS = 5.0
CHANGES = 6
EVERY = 0.02
LIMIT = 5
Span = tuple[str, float, float]


class Crowd:
    """The large market's seats, in a process of their own; `spans` says what happened from when to when."""

    def __init__(self, server: Server, session: str, codes: Sequence[str], third: Sequence[str]) -> None:
        self._server, self._session, self._codes, self._third = server, session, codes, third
        self.spans: list[Span] = []

    async def play(self) -> None:
        async with AsyncExitStack() as stack:
            seats = await open_seats(stack, Openpit(), self._server, self._codes, Tape())
            await asyncio.gather(*(seat.closed_loop(ORDERS_BEFORE // len(seats)) for seat in seats))
            await asyncio.sleep(1)
            await self._note("alone", asyncio.sleep(QUIET_SECONDS))
            await self._note("phases change", self._change())
            await self._note("pages come anew", self._again())
            await self._note("all trade", self._trade(seats))
            await self._note("a flood", self._flood())

    async def _note(self, what: str, happens: Awaitable[object]) -> None:
        start, worked = time.perf_counter(), processor(self._server)
        await happens
        await asyncio.sleep(0.5)
        worked = processor(self._server) - worked
        self.spans.append((f"{what:<16} {worked:>9.2f}", start, time.perf_counter()))

    async def _change(self) -> None:
        for number in range(CHANGES):
            wish = {"do": "resume"} if number % 2 else {"do": "pause", "reason": "a moment"}
            await asyncio.to_thread(self._server.ask, f"/api/openpit/operate/{self._session}", wish)
            await asyncio.sleep(1)

    async def _flood(self) -> None:
        """Over as many pages as a seat may have open, as fast as the server takes it."""
        codes = [self._third[0]] * MOST_PAGES + [self._third[1]]
        async with AsyncExitStack() as stack:
            pages = await open_seats(stack, Openpit(), self._server, codes, Tape())
            until = time.perf_counter() + QUIET_SECONDS
            await asyncio.gather(*(self._shout(page, until) for page in pages[:MOST_PAGES]))

    async def _shout(self, page: Seat, until: float) -> None:
        text = json.dumps({"id": "flood", "do": "cancel", "order_id": 0})
        with suppress(TimeoutError, ConnectionError):
            while (left := until - time.perf_counter()) > 0:
                await asyncio.wait_for(page.shout(text), left)

    async def _again(self) -> None:
        async with AsyncExitStack() as stack:
            await open_seats(stack, Openpit(), self._server, self._codes, Tape())

    async def _trade(self, seats: Sequence[Seat]) -> None:
        start = time.perf_counter()
        await asyncio.gather(*(seat.open_loop(5, start + n / len(seats), 1.0) for n, seat in enumerate(seats)))


@contextmanager
def beside(crowd: Crowd) -> Iterator[multiprocessing.SimpleQueue[list[Span]]]:
    """The crowd at work in another process, which says at last what it did."""
    said: multiprocessing.SimpleQueue[list[Span]] = multiprocessing.SimpleQueue()

    def work() -> None:
        asyncio.run(crowd.play())
        said.put(crowd.spans)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    try:
        yield said
    finally:
        process.kill()
        process.join()


async def trade(server: Server, codes: Sequence[str], said: multiprocessing.SimpleQueue[list[Span]]) -> list[Span]:
    """Until the crowd is done: each order of the small market, when it was sent and when it was answered."""
    async with AsyncExitStack() as stack:
        seats = await open_seats(stack, Openpit(), server, codes, Tape())
        orders: list[Span] = []
        trading = [asyncio.create_task(_trade(seat, orders)) for seat in seats]
        while said.empty():
            await asyncio.sleep(0.1)
        for task in trading:
            task.cancel()
    return orders


async def _trade(seat: Seat, orders: list[Span]) -> None:
    while True:
        start = time.perf_counter()
        await (await seat.send(start)).wait()
        orders.append(("", start, time.perf_counter()))
        await asyncio.sleep(EVERY)


def row(span: Span, orders: Sequence[Span]) -> str:
    what, begin, end = span
    waits = sorted(1000 * (answered - sent) for _, sent, answered in orders if begin <= sent <= end)
    figures = [waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.99, 1)]
    return f"{what} {end - begin:>7.1f} {len(waits):>6} " + " ".join(f"{one:>10.1f}" for one in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seats", type=int, default=200)
    wish = parser.parse_args()
    market = Openpit()
    with tempfile.TemporaryDirectory() as name, served(market, Path(name) / "server", wish.database) as server:
        (session, large), (_, small) = (new_session(market, server, seats) for seats in (wish.seats, 2))
        _, third = new_session(Openpit(LIMIT), server, 2)
        with beside(Crowd(server, session, large, third)) as said:
            orders = asyncio.run(trade(server, small, said))
            spans = said.get()
    print("meanwhile        processor seconds orders     p50 ms     p99 ms longest ms")
    print("\n".join(row(span, orders) for span in spans))


if __name__ == "__main__":
    main()
