"""Kills a live server at random moments, again and again, and checks that nothing acknowledged was lost or done twice.

python -m tests.chaos --kills 50 --database sqlite|postgres --seats 6 --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import random
import signal
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from market.events import OPERATOR, LogLine
from market.exchange import Exchange, fold
from market.treatments import roles_from, treatment_from
from market.view import view_of
from pit import Server
from tests.lab import Seat, free_port, new_session, running_lab
from tests.postgres import missing, running_postgres

# One long period without the limit of orders a second, which would refuse most of what is sent.
TREATMENT = """
base = "asset_cda"
name = "chaos"
period_seconds = 3600
orders_per_second = 10000
open_orders = 50
"""
LONGEST_LIFE = 1.2  # seconds between a start and the next kill
GONE = (ConnectionClosed, ConnectionError, InvalidHandshake, TimeoutError)


@dataclass
class Client:
    """One seat that trades through all crashes. `answers` has the receipt of each command by its id."""

    server: Server
    code: str
    rng: random.Random
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    open_orders: list[int] = field(default_factory=list)
    stopping: bool = False

    async def trade(self) -> None:
        """Until told to stop. What was not answered is sent again after the crash, with the same id."""
        waiting: tuple[str, dict[str, Any]] | None = None
        while not self.stopping or waiting:
            try:
                async with Seat(self.server, self.code) as seat:
                    await seat.view()
                    while not self.stopping or waiting:
                        waiting = waiting or (f"{self.code}-{len(self.answers)}", self._command())
                        self._answered(waiting[0], await seat.command(waiting[0], **waiting[1]))
                        waiting = None
            except GONE:
                await asyncio.sleep(0.1)

    def _command(self) -> dict[str, Any]:
        if self.open_orders and self.rng.random() < 0.3:
            return {"do": "cancel", "order_id": self.open_orders.pop(self.rng.randrange(len(self.open_orders)))}
        price = self.rng.randint(90, 110)
        return {"do": "place", "side": self.rng.choice(["buy", "sell"]), "price": price, "quantity": 1}

    def _answered(self, identity: str, receipt: dict[str, Any]) -> None:
        self.answers[identity] = receipt
        if receipt["status"] == "accepted" and receipt["order_id"]:
            self.open_orders.append(receipt["order_id"])

    @property
    def accepted(self) -> int:
        return sum(receipt["status"] in ("accepted", "traded") for receipt in self.answers.values())


@dataclass(frozen=True)
class Outcome:
    """What a run of kills left: `problems` is empty where nothing was lost, doubled or out of step."""

    kills: int
    acknowledged: int
    events: int
    problems: tuple[str, ...]


def run(folder: Path, database: str, *, kills: int, seats: int, seed: int) -> Outcome:
    """One server, one market, `kills` crashes. `database` is the URL of a Postgres, or empty for SQLite."""
    with running_lab(folder, database) as server:
        file = folder.with_suffix(".toml")
        file.write_text(TREATMENT)
        session, codes = new_session(server, "custom", seats, treatment_file=str(file), seed=seed)
        clients = [Client(server, code, random.Random(f"{seed}/{code}")) for code in codes]
        return asyncio.run(_story(server, session, clients, kills, random.Random(seed)))


async def _story(server: Server, session: str, clients: Sequence[Client], kills: int, rng: random.Random) -> Outcome:
    tasks = [asyncio.create_task(client.trade()) for client in clients]
    for _ in range(kills):
        await asyncio.sleep(rng.uniform(0.1, LONGEST_LIFE))
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        await asyncio.to_thread(server.start)
    await asyncio.sleep(LONGEST_LIFE)
    for client in clients:
        client.stopping = True
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    market, events = await asyncio.to_thread(_exported, server, session)
    problems = [*_problems(market, events, clients), *await _out_of_step(server, market, events, clients)]
    return Outcome(kills, sum(len(client.answers) for client in clients), len(events), tuple(problems))


def _exported(server: Server, session: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    tables = []
    for table in ("markets", "events"):
        query = f"app=otree_app&function_name=custom_export_{table}&session_code={session}"
        request = urllib.request.Request(
            f"{server.address}/api/export_app_custom?{query}", headers={"otree-rest-key": server.key}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            tables.append(list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig")))))
    return tables[0][0], tables[1]


def _folded(market: dict[str, str], events: Sequence[dict[str, str]]) -> Exchange:
    """The market that the stored log leads to; raises LogMismatch where its chain is broken."""
    columns = [
        (int(row["seq"]), int(row["period"]), float(row["seconds"]), row["actor"], row["command"], row["outcomes"])
        for row in events
    ]
    lines = [LogLine(*line, row["hash"]) for line, row in zip(columns, events, strict=True)]
    return fold(treatment_from(json.loads(market["document"])), roles_from(market["roles"]), lines)


def _problems(market: dict[str, str], events: Sequence[dict[str, str]], clients: Sequence[Client]) -> Iterator[str]:
    exchange = _folded(market, events)
    done = Counter(row["actor"] for row in events)
    traders = dict(zip(exchange.accounts, clients, strict=True))
    for trader, client in traders.items():
        if done[trader] != client.accepted:
            yield f"{trader}: {client.accepted} commands were acknowledged, {done[trader]} were done."
    accounts, roles = exchange.accounts.values(), exchange.roles.values()
    for name in ("cash", "shares"):
        now, dealt = (sum(getattr(one, name) for one in owners) for owners in (accounts, roles))
        if now != dealt:
            yield f"{name}: {dealt} was dealt, {now} is there."
    if not any(row["actor"] not in (OPERATOR, "") for row in events):
        yield "Nobody traded."


async def _out_of_step(
    server: Server, market: dict[str, str], events: Sequence[dict[str, str]], clients: Sequence[Client]
) -> list[str]:
    """Seats whose view of the live market is not that of the folded log."""
    exchange, wrong = _folded(market, events), []
    for trader, client in zip(exchange.accounts, clients, strict=True):
        async with Seat(server, client.code) as seat:
            live = await seat.view()
        stored = view_of(exchange, trader, live.seconds)
        if (live.bids, live.asks, live.orders, live.holdings) != (
            stored.bids,
            stored.asks,
            stored.orders,
            stored.holdings,
        ):
            wrong.append(f"{trader}: its page shows another book, orders or holdings than the log leads to.")
    return wrong


@contextmanager
def some_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a new Postgres, or "" for SQLite."""
    with ExitStack() as stack:
        yield stack.enter_context(running_postgres(folder, free_port())) if kind == "postgres" else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seats", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    if wish.database == "postgres" and (why := missing()):
        parser.error(why)
    with tempfile.TemporaryDirectory() as name, some_database(wish.database, Path(name)) as url:
        outcome = run(Path(name) / "lab", url, kills=wish.kills, seats=wish.seats, seed=wish.seed)
    print(f"{wish.database}: {outcome.kills} kills, {outcome.acknowledged} answers, {outcome.events} events")
    print("\n".join(outcome.problems) or "Nothing was lost, nothing was done twice.")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
