"""The live market against the plainest oTree live page, in one run: orders a second, acknowledgement, messages.

    .venv/bin/python -m benchmarks.live [--seats 8 24 50] [--orders 40] [--rate 0] [--repeat 3]

Both run oTree's production server on SQLite in WAL mode, take turns, and get the same orders from the same client.
Closed loop: a seat sends its next order when its last one is acknowledged. With `--rate R` each seat sends R orders a
second, measured from the moment an order was due. Medians over the repetitions; the ratio is pair by pair.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from pit import ROOT, SERVED, Server

KEY = "benchmark"
TREATMENT = """
name = "load"
title = "Load"
periods = 1
period_seconds = 3600
price_max = 1000
orders_per_second = 100000
open_orders = 100000
dividends = [10]
[[roles]]
name = "rich"
cash = 100000000
shares = 100000
"""


@dataclass(frozen=True)
class Figures:
    """One measurement: seconds for all orders, sorted waits in seconds, messages that came to the seats."""

    seconds: float
    waits: list[float]
    received: int

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    def wait(self, share: float) -> float:
        """A quantile of the waits in milliseconds."""
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))] * 1000


class Naive:
    """The baseline: an oTree live method that sends the whole book to everybody on every order."""

    name, config = "baseline", "naive_live"
    changes: dict[str, Any] = {}
    served = tuple(
        (ROOT / "benchmarks" / "naive_live" / name, name) for name in ("settings.py", "naive_live", "_static")
    )

    def order(self, identity: str, side: str, price: int) -> dict[str, Any]:
        return {"side": side, "price": price, "client": identity}

    def answered(self, message: dict[str, Any]) -> str | None:
        payload = message.get("live_method_payload") or {}
        return payload.get("client")

    async def address(self, http: aiohttp.ClientSession, server: Server, code: str) -> str:
        async with http.get(f"{server.address}/InitializeParticipant/{code}") as reply:
            page = await reply.text()
        found = re.search(r'/live\?[^"\']+', page)
        assert found
        return found.group(0).replace("&amp;", "&").replace("\\u0026", "&")


class Openpit:
    """The market's own socket."""

    name, config = "openpit", "custom"
    served = tuple((ROOT / name, name) for name in SERVED)

    def __init__(self, folder: Path) -> None:
        file = folder / "load.toml"
        file.write_text(TREATMENT)
        self.changes = {"treatment_file": str(file)}

    def order(self, identity: str, side: str, price: int) -> dict[str, Any]:
        return {"id": identity, "do": "place", "side": side, "price": price, "quantity": 1}

    def answered(self, message: dict[str, Any]) -> str | None:
        return message["id"] if message["type"] == "ack" else None

    async def address(self, http: aiohttp.ClientSession, server: Server, code: str) -> str:
        return f"/openpit/market/{code}/1"


@contextmanager
def served(market: Naive | Openpit, folder: Path, port: int) -> Iterator[Server]:
    folder.mkdir(parents=True)
    for source, name in market.served:
        (folder / name).symlink_to(source)
    server = Server(folder, port, KEY)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def measure(market: Naive | Openpit, server: Server, seats: int, orders: int, rate: float) -> Figures:
    """Open the seats of a new session and play the orders."""
    body = {"session_config_name": market.config, "num_participants": seats}
    body["modified_session_config_fields"] = market.changes
    code = server.ask("/api/sessions", body)["code"]
    people = [seat["code"] for seat in server.ask(f"/api/get_session/{code}", {})["participants"]]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        addresses = [await market.address(http, server, person) for person in people]
        sockets = [await http.ws_connect(f"ws://127.0.0.1:{server.port}{address}") for address in addresses]
        await asyncio.sleep(1)
        waits: list[float] = []
        received = [0]
        start = time.perf_counter()
        plays = (
            play(market, socket, seat, seats, orders, rate, waits, received) for seat, socket in enumerate(sockets)
        )
        await asyncio.gather(*plays)
        return Figures(time.perf_counter() - start, sorted(waits), received[0])


async def play(
    market: Naive | Openpit,
    socket: aiohttp.ClientWebSocketResponse,
    seat: int,
    seats: int,
    orders: int,
    rate: float,
    waits: list[float],
    received: list[int],
) -> None:
    """One seat: its orders, one at a time."""
    pending: dict[str, asyncio.Event] = {}

    async def listen() -> None:
        async for message in socket:
            received[0] += 1
            event = pending.pop(market.answered(json.loads(message.data)) or "", None)
            if event:
                event.set()

    listener = asyncio.create_task(listen())
    rng, start = random.Random(seat), time.perf_counter()
    for number in range(orders):
        due = start + (number + seat / seats) / rate if rate else time.perf_counter()
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        identity = f"{seat}-{number}"
        pending[identity] = done = asyncio.Event()
        await socket.send_json(market.order(identity, rng.choice(["buy", "sell"]), rng.randint(90, 110)))
        await done.wait()
        waits.append(time.perf_counter() - due)
    listener.cancel()


def row(seats: int, pairs: list[tuple[Figures, Figures]]) -> str:
    def median(pick: Any, which: int) -> float:
        return float(statistics.median(pick(pair[which]) for pair in pairs))

    ratio = statistics.median(ours.rate / theirs.rate for theirs, ours in pairs)
    cells = [f"{seats:>5}"]
    for which in (0, 1):
        cells += [f"{median(lambda one: one.rate, which):>9.0f}"]
        cells += [f"{median(lambda one, q=share: one.wait(q), which):>8.1f}" for share in (0.5, 0.99)]
        cells += [f"{median(lambda one: one.received, which):>8.0f}"]
    return " ".join([*cells, f"{ratio:>7.2f}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seats", type=int, nargs="+", default=[8, 24, 50])
    parser.add_argument("--orders", type=int, default=40, help="orders a seat")
    parser.add_argument("--rate", type=float, default=0, help="orders a second and seat; 0: closed loop")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--port", type=int, default=8471)
    wish = parser.parse_args()
    print("seats  baseline    p50ms    p99ms messages   openpit    p50ms    p99ms messages   ratio")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        naive, ours = Naive(), Openpit(folder)
        with (
            served(naive, folder / "naive", wish.port) as plain,
            served(ours, folder / "ours", wish.port + 1) as server,
        ):
            for seats in wish.seats:
                pairs = []
                for _ in range(wish.repeat):
                    theirs = asyncio.run(measure(naive, plain, seats, wish.orders, wish.rate))
                    pairs.append((theirs, asyncio.run(measure(ours, server, seats, wish.orders, wish.rate))))
                print(row(seats, pairs), flush=True)


if __name__ == "__main__":
    main()
