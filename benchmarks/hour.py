"""A long market on a real server: its memory, how soon who comes late sees it, how soon it stands after a crash.

    .venv/bin/python -m benchmarks.hour [--database sqlite|postgres] [--seats 50] [--orders 1800]

As many orders as an hour brings (50 seats with one in two seconds: 90,000), sent faster than an hour, with the server's
memory after each tenth. Then: from opening a websocket to its whole first document, while nothing happens and while all
others trade. Last, the server is killed with signal 9: from opening a websocket on the next one to its document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from benchmarks.live import served
from benchmarks.seats import Openpit, Seat, Tape, memory, new_session, open_seats
from pit import Server

PARTS = 10
LOOKS = 5
BUSY_ORDERS = 60


async def first_document(server: Server, code: str) -> tuple[float, int]:
    """(seconds from opening a websocket to the parsed view, characters of it)."""
    start = time.perf_counter()
    async with aiohttp.ClientSession() as http:
        socket = await http.ws_connect(f"ws://127.0.0.1:{server.port}/openpit/market/{code}/1", max_msg_size=0)
        while True:
            text = await socket.receive_str()
            if (message := json.loads(text))["type"] == "snapshot":
                assert message["view"]["seq"]
                return time.perf_counter() - start, len(text)


async def look(server: Server, code: str) -> tuple[float, int]:
    """The median of some looks."""
    looks = [await first_document(server, code) for _ in range(LOOKS)]
    return statistics.median(seconds for seconds, _ in looks), looks[-1][1]


async def hour(server: Server, codes: Sequence[str], orders: int) -> None:
    market, tape = Openpit(), Tape()
    async with AsyncExitStack() as stack:
        seats = await open_seats(stack, market, server, codes, tape)
        print(f"{0:>8} orders  {memory(server):>6.0f} MB", flush=True)
        for _ in range(PARTS):
            start = time.perf_counter()
            await asyncio.gather(*(seat.closed_loop(orders // PARTS) for seat in seats))
            rate = len(seats) * (orders // PARTS) / (time.perf_counter() - start)
            print(f"{len(tape.waits):>8} orders  {memory(server):>6.0f} MB  {rate:>6.0f}/s", flush=True)
        await _late(server, codes[-1], seats)


async def _late(server: Server, code: str, seats: Sequence[Seat]) -> None:
    quiet, size = await look(server, code)
    trading = asyncio.gather(*(seat.closed_loop(BUSY_ORDERS) for seat in seats))
    busy, _ = await look(server, code)
    print(f"document of {size / 1000:.0f} kB: {1000 * quiet:.0f} ms, while all trade {1000 * busy:.0f} ms", flush=True)
    await trading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seats", type=int, default=50)
    parser.add_argument("--orders", type=int, default=1800, help="orders a seat")
    wish = parser.parse_args()
    market = Openpit()
    with tempfile.TemporaryDirectory() as name, served(market, Path(name) / "server", wish.database) as server:
        _, codes = new_session(market, server, wish.seats)
        asyncio.run(hour(server, codes, wish.orders))
        server.stop(signal.SIGKILL)
        server.start()
        seconds, _ = asyncio.run(first_document(server, codes[-1]))
        print(f"after a crash: {seconds:.2f} s, {memory(server):.0f} MB", flush=True)


if __name__ == "__main__":
    main()
