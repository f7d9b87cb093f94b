"""Seats that send orders to a server over its websockets and time the answers; knows both protocols it compares."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from pit import ROOT, SERVED, Server

# an order that is not answered so long after the last one was due was not served
GRACE_SECONDS = 1.0
# then the answers that are still to come are waited for, so that waits are known
DRAIN_SECONDS = 90.0
# a flood in a market that knows no limit is trade
UNLIMITED = 100_000
TREATMENT = """
name = "load"
title = "Load"
periods = 1
period_seconds = 36000
price_max = 1000
orders_per_second = {limit}
open_orders = 100000
dividends = [10]
[[roles]]
name = "rich"
cash = 100000000
shares = 1000000
"""


class Naive:
    """The baseline: an oTree live method that sends the whole book to everybody on every order."""

    name, config = "baseline", "naive_live"
    served = tuple(
        (ROOT / "benchmarks" / "naive_live" / name, name) for name in ("settings.py", "naive_live", "_static")
    )

    def changes(self, server: Server) -> dict[str, Any]:
        return {}

    def order(self, identity: str, side: str, price: int) -> dict[str, Any]:
        return {"side": side, "price": price, "client": identity}

    def answered(self, message: dict[str, Any]) -> tuple[str, bool]:
        """(id of the order, whether it was accepted)."""
        return message["live_method_payload"]["client"], True

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

    def __init__(self, limit: int = UNLIMITED) -> None:
        """`limit`: orders a second and seat."""
        self._limit = limit

    def changes(self, server: Server) -> dict[str, Any]:
        file = Path(server.folder) / f"load-{self._limit}.toml"
        file.write_text(TREATMENT.format(limit=self._limit))
        return {"treatment_file": str(file)}

    def order(self, identity: str, side: str, price: int) -> dict[str, Any]:
        return {"id": identity, "do": "place", "side": side, "price": price, "quantity": 1}

    def answered(self, message: dict[str, Any]) -> tuple[str, bool]:
        return message["id"], message["receipt"]["status"] in ("accepted", "traded")

    async def address(self, http: aiohttp.ClientSession, server: Server, code: str) -> str:
        return f"/openpit/market/{code}/1"


Market = Naive | Openpit


@dataclass
class Tape:
    """What the seats of one measurement saw. Waits in seconds, from when an order was due; `due` in all."""

    due: int = 0
    received: int = 0
    refused: int = 0
    waits: list[float] = field(default_factory=list)
    in_time: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Durable orders a second."""
        return self.in_time / self.seconds

    @property
    def served(self) -> float:
        """The share of the orders that was accepted in time."""
        return self.in_time / self.due

    def wait(self, share: float) -> float:
        """A quantile of the waits in milliseconds; infinite where so many were never answered."""
        waits = sorted(self.waits) + [float("inf")] * (self.due - len(self.waits))
        return waits[min(len(waits) - 1, int(len(waits) * share))] * 1000


class Seat:
    """One seat of a market that is open. `start` of all seats; `rate` orders a second, or 0: each after an answer."""

    def __init__(self, market: Market, socket: aiohttp.ClientWebSocketResponse, number: int, tape: Tape) -> None:
        self._market, self._socket, self._number, self._tape = market, socket, number, tape
        self._waiting: dict[str, tuple[float, asyncio.Event]] = {}
        self._rng = random.Random(number)
        self._mark = f'"{number}-'
        self._sent = 0
        self.listener = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self._socket:
            self._tape.received += 1
            # the client must not be what is slow: only what answers this seat is read
            if isinstance(message.data, str) and self._mark in message.data:
                self._take(*self._market.answered(json.loads(message.data)))

    def _take(self, identity: str, accepted: bool) -> None:
        due, answered = self._waiting.pop(identity)
        if accepted:
            self._tape.waits.append(time.perf_counter() - due)
        else:
            self._tape.refused += 1
        answered.set()

    async def send(self, due: float) -> asyncio.Event:
        """Place one order; what is returned is set when it is answered."""
        self._sent += 1
        identity = f"{self._number}-{self._sent}"
        self._waiting[identity] = due, asyncio.Event()
        answered = self._waiting[identity][1]
        side, price = self._rng.choice(["buy", "sell"]), self._rng.randint(90, 110)
        await self._socket.send_str(json.dumps(self._market.order(identity, side, price)))
        return answered

    async def shout(self, text: str) -> None:
        """Send anything, and take no answer to it for one of an order."""
        await self._socket.send_str(text)

    async def closed_loop(self, orders: int) -> None:
        for _ in range(orders):
            await (await self.send(time.perf_counter())).wait()

    async def open_loop(self, orders: int, start: float, every: float) -> None:
        """An order each `every` seconds, answered or not."""
        for number in range(orders):
            due = start + number * every
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await self.send(due)

    async def drained(self) -> None:
        for _, answered in list(self._waiting.values()):
            await answered.wait()


def memory(server: Server) -> float:
    """What the server's process holds, in MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor(server: Server) -> float:
    """Seconds of processor time that the server's process has taken."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def new_session(market: Market, server: Server, seats: int) -> tuple[str, list[str]]:
    """(code of the session, codes of its participants)."""
    body = {"session_config_name": market.config, "num_participants": seats}
    body["modified_session_config_fields"] = market.changes(server)
    code = server.ask("/api/sessions", body)["code"]
    return code, [str(seat["code"]) for seat in server.ask(f"/api/get_session/{code}", {})["participants"]]


async def open_seats(
    stack: AsyncExitStack, market: Market, server: Server, codes: Sequence[str], tape: Tape
) -> list[Seat]:
    """All seats of a session at their market, which is open."""
    http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    addresses = [await market.address(http, server, code) for code in codes]
    ways: dict[str, Any] = {"max_msg_size": 0, "compress": 15, "timeout": aiohttp.ClientWSTimeout(ws_close=1.0)}
    sockets = [await http.ws_connect(f"ws://127.0.0.1:{server.port}{one}", **ways) for one in addresses]
    seats = [Seat(market, socket, number, tape) for number, socket in enumerate(sockets)]
    stack.callback(lambda: [seat.listener.cancel() for seat in seats])
    await asyncio.sleep(1 + len(codes) / 100)
    tape.received = 0
    return seats


async def measure(market: Market, server: Server, codes: Sequence[str], orders: int, rate: float) -> Tape:
    """Open the seats of a session and play the orders: `rate` a second and seat, or 0: each after an answer."""
    tape = Tape(due=len(codes) * orders)
    async with AsyncExitStack() as stack:
        seats = await open_seats(stack, market, server, codes, tape)
        await (_open_loop(seats, tape, orders, rate) if rate else _closed_loop(seats, tape, orders))
    return tape


async def _closed_loop(seats: Sequence[Seat], tape: Tape, orders: int) -> None:
    start = time.perf_counter()
    await asyncio.gather(*(seat.closed_loop(orders) for seat in seats))
    tape.seconds, tape.in_time = time.perf_counter() - start, len(tape.waits)


async def _open_loop(seats: Sequence[Seat], tape: Tape, orders: int, rate: float) -> None:
    start, every = time.perf_counter() + 0.1, 1 / rate
    plays = (seat.open_loop(orders, start + every * n / len(seats), every) for n, seat in enumerate(seats))
    await asyncio.gather(*plays)
    drained = asyncio.create_task(_drain(seats))
    await asyncio.wait([drained], timeout=GRACE_SECONDS)
    tape.seconds, tape.in_time = orders / rate, len(tape.waits)
    await asyncio.wait([drained], timeout=DRAIN_SECONDS)
    drained.cancel()


async def _drain(seats: Sequence[Seat]) -> None:
    for seat in seats:
        await seat.drained()
