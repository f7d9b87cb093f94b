"""Has a hostile page send thousands of messages to a live market and checks that nobody else notices.

python -m tests.hostile --messages 10000 --seed 1 [--design flat_value]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.legacy.client import WebSocketClientProtocol, connect

from market.parts import Forecasts
from pit import Server
from tests.hostile_checks import problems, rows
from tests.hostile_messages import Hostility, Message
from tests.lab import new_session, own_treatment, running_lab

HONEST = 3
PAGES = 6
BETWEEN_SECONDS = 0.02
# Far more than people are allowed, so that much of what is sent is also done.
ORDERS_PER_SECOND = 100.0
QUIET_SECONDS = 8.0
TEXT_FRAME = 1
ANSWER_SECONDS = 60
LAST = "the-last"


@dataclass
class Honest:
    """A seat that places orders, some forty a second. `waits` for answers in seconds, since they were last taken."""

    address: str
    rng: random.Random
    waits: list[float] = field(default_factory=list)
    accepted: int = 0

    async def trade(self, stop: asyncio.Event) -> None:
        async with connect(self.address, max_size=None) as socket:
            answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
            listener = asyncio.create_task(_listen(socket, answers))
            for number in count():
                if stop.is_set():
                    break
                began = time.perf_counter()
                receipt = await self._ask(socket, answers, f"{id(self)}-{number}-{began}")
                self.waits.append(time.perf_counter() - began)
                self.accepted += receipt["status"] in ("accepted", "traded")
                await asyncio.sleep(BETWEEN_SECONDS)
            listener.cancel()

    async def _ask(
        self, socket: WebSocketClientProtocol, answers: dict[str, asyncio.Future[dict[str, Any]]], identity: str
    ) -> dict[str, Any]:
        answers[identity] = asyncio.get_running_loop().create_future()
        side, price = self.rng.choice(["buy", "sell"]), self.rng.randint(90, 110)
        order = {"id": identity, "do": "place", "side": side, "price": price, "time_in_force": "ioc"}
        await socket.send(json.dumps(order if self.rng.random() < 0.5 else {**order, "time_in_force": "period"}))
        return await asyncio.wait_for(answers[identity], 20)


async def _listen(socket: WebSocketClientProtocol, answers: dict[str, asyncio.Future[dict[str, Any]]]) -> None:
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "ack" and message["id"] in answers:
            answers.pop(message["id"]).set_result(message["receipt"])


@dataclass(frozen=True)
class Attack:
    """What an attacker saw: `ids` it gave, connections `closed` by code, `answers` by status or reason of refusal."""

    sent: int
    ids: frozenset[str]
    accepted: frozenset[str]
    answers: Counter[str]
    closed: Counter[int | None]
    seconds: float


@dataclass
class Seen:
    """What the attacker's pages are answered."""

    accepted: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    closed: Counter[int | None] = field(default_factory=Counter)

    def note(self, message: dict[str, Any]) -> None:
        status = message["receipt"]["status"]
        self.answers[message["receipt"]["code"] or status] += 1
        if status in ("accepted", "traded"):
            self.accepted.add(message["id"])


def attack(address: str, others: Sequence[str], messages: int, seed: int) -> Attack:
    """Send all of it over several pages of one seat, as fast as the server takes it. For a process of its own."""
    return asyncio.run(_attack(address, others, messages, seed))


async def _attack(address: str, others: Sequence[str], messages: int, seed: int) -> Attack:
    hostility, seen, began = Hostility(random.Random(seed), others), Seen(), time.perf_counter()
    queue = list(hostility.messages(messages))
    await asyncio.gather(*(_page(address, queue[page::PAGES], seen) for page in range(PAGES)))
    ids = {*hostility.ids, *(_id_of(message) for message in queue)}
    seconds = time.perf_counter() - began
    return Attack(messages, frozenset(ids), frozenset(seen.accepted), seen.answers, seen.closed, seconds)


def _id_of(message: Message) -> str:
    try:
        document = json.loads(message.text or "")
        return str(document["id"]) if isinstance(document, dict) else ""
    except (ValueError, KeyError, RecursionError):
        return ""


async def _page(address: str, messages: Sequence[Message], seen: Seen) -> None:
    """Send in order, over a new connection when one was closed."""
    waiting = list(reversed(messages))
    while waiting:
        async with connect(address, max_size=None, max_queue=None) as socket:
            listener = asyncio.create_task(_note(socket, seen))
            with suppress(ConnectionClosed, InvalidState):
                while waiting:
                    message = waiting.pop()
                    await _send(socket, message)
                    if message.ends:
                        await asyncio.wait_for(socket.wait_closed(), ANSWER_SECONDS)
                # the server takes one page's messages in turn: after this answer it has taken all
                await socket.send(json.dumps({"id": LAST, "do": "cancel", "order_id": 0}))
            await asyncio.wait_for(listener, ANSWER_SECONDS)
            if socket.closed:
                seen.closed[socket.close_code] += 1


async def _note(socket: WebSocketClientProtocol, seen: Seen) -> None:
    """Until the answer to the last message, or the end of the connection."""
    with suppress(ConnectionClosed):
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ack":
                seen.note(message)
            if message.get("id") == LAST:
                return


async def _send(socket: WebSocketClientProtocol, message: Message) -> None:
    if message.broken is not None:
        await socket.write_frame(True, TEXT_FRAME, message.broken)
    else:
        await socket.send(message.text if message.text is not None else message.binary or b"")


@dataclass(frozen=True)
class Outcome:
    """`quiet` and `attacked`: the others' waits in seconds, sorted. `memory`: the server's, before and after, in MB."""

    attack: Attack
    events: int
    quiet: list[float]
    attacked: list[float]
    memory: tuple[float, float]
    problems: tuple[str, ...]


def run(folder: Path, *, messages: int, seed: int, design: str = "asset_cda", quiet: float = QUIET_SECONDS) -> Outcome:
    """One server, one market: honest seats trade, for `quiet` seconds alone and then under the attack of one more."""
    with running_lab(folder) as server:
        changes: dict[str, Any] = {"period_seconds": 3600.0, "orders_per_second": ORDERS_PER_SECOND, "open_orders": 50}
        changes |= {"practice_periods": 0, "markets": 1, "forecasts": Forecasts()}
        _, codes = new_session(server, seats=HONEST + 1, **own_treatment(server, design, **changes))
        addresses = [f"ws://127.0.0.1:{server.port}/openpit/market/{code}/1" for code in codes]
        honest = [Honest(one, random.Random(f"{seed}/{one[-12:]}")) for one in addresses[:HONEST]]
        with ProcessPoolExecutor(1) as pool:
            done, waits, used = asyncio.run(_story(server, addresses, honest, codes, pool, messages, seed, quiet))
        found = problems(server, [one.accepted for one in honest], done.ids, done.accepted)
        return Outcome(done, len(rows(server)), *waits, used, tuple(found))


async def _story(
    server: Server,
    addresses: Sequence[str],
    honest: Sequence[Honest],
    codes: Sequence[str],
    pool: ProcessPoolExecutor,
    messages: int,
    seed: int,
    quiet: float,
) -> tuple[Attack, tuple[list[float], list[float]], tuple[float, float]]:
    stop = asyncio.Event()
    # the attacker's seat, too, must be there before the market opens
    async with connect(addresses[-1], max_size=None):
        trading = [asyncio.create_task(one.trade(stop)) for one in honest]
        await asyncio.sleep(quiet)
        before, alone = memory(server), sorted(_taken(honest))
        wish = (addresses[-1], [*codes[:-1], "T1", "T2"], messages, seed)
        attacked = await asyncio.get_running_loop().run_in_executor(pool, attack, *wish)
        beside = sorted(_taken(honest))
        stop.set()
        await asyncio.gather(*trading)
    return attacked, (alone, beside), (before, memory(server))


def _taken(honest: Sequence[Honest]) -> Iterator[float]:
    for one in honest:
        yield from one.waits
        one.waits.clear()


def memory(server: Server) -> float:
    """What the server's process holds, in MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def p(waits: Sequence[float], share: float) -> float:
    """A quantile in milliseconds."""
    return 1000 * waits[min(len(waits) - 1, int(len(waits) * share))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--design", default="asset_cda")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        outcome = run(Path(name) / "lab", messages=wish.messages, seed=wish.seed, design=wish.design)
    done = outcome.attack
    print(
        f"{done.sent} hostile messages in {done.seconds:.1f} s, {len(done.accepted)} commands accepted, "
        f"connections closed by code: {dict(done.closed)}, {outcome.events} events"
    )
    print("answers: " + ", ".join(f"{number} {what}" for what, number in done.answers.most_common()))
    for when, waits in (("quiet", outcome.quiet), ("under attack", outcome.attacked)):
        print(f"others, {when}: {len(waits)} orders, median {p(waits, 0.5):.1f} ms, p99 {p(waits, 0.99):.1f} ms")
    print("server's memory: {:.0f} MB before, {:.0f} MB after".format(*outcome.memory))
    print("\n".join(outcome.problems) or "Nobody else noticed: no order touched, nothing unhandled.")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
