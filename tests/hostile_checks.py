"""What must hold after a hostile page was at a market: read from the server's database and its log."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import Any

from market.events import OPERATOR, LogLine
from market.exchange import Exchange, fold
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder
from market.treatments import roles_from, treatment_from
from pit import Server

# What a server's log has of something that nobody expected.
UNHANDLED = ("Traceback", "Exception", "CRITICAL", "ERROR")


def rows(server: Server) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{server.folder / 'db.sqlite3'}?mode=ro", uri=True) as database:
        columns = "seq, period, seconds, actor, command, outcomes, hash, client"
        return database.execute(f"select {columns} from otree_app_marketevent order by seq").fetchall()


def _folded(server: Server) -> Exchange:
    with sqlite3.connect(f"file:{server.folder / 'db.sqlite3'}?mode=ro", uri=True) as database:
        [(document, roles)] = database.execute("select document, roles from otree_app_markethead").fetchall()
    return fold(treatment_from(json.loads(document)), roles_from(roles), [LogLine(*row[:-1]) for row in rows(server)])


def problems(server: Server, acknowledged: Sequence[int], ids: Set[str], accepted: Set[str]) -> Iterator[str]:
    """What should not be. `acknowledged` orders of each honest seat; `ids` the hostile one gave, and `accepted`."""
    exchange, done = _folded(server), Counter(row[3] for row in rows(server))
    *others, hostile = exchange.accounts
    for trader, number in zip(others, acknowledged, strict=True):
        if done[trader] != number:
            yield f"{trader}: {number} orders were acknowledged, {done[trader]} were done."
    clients = {row[7] for row in rows(server) if row[3] == hostile}
    if stray := clients - ids:
        yield f"Done for the hostile seat, which did not ask for it: {sorted(stray)[:5]}"
    if lost := accepted - clients:
        yield f"Acknowledged to the hostile seat and not in the log: {sorted(lost)[:5]}"
    yield from _touched(exchange)
    yield from _unconserved(exchange)
    yield from _said(server)


def _touched(exchange: Exchange) -> Iterator[str]:
    """Orders that somebody else cancelled or changed."""
    owners: dict[int, str] = {}
    for event in exchange.events:
        match event.command:
            case PlaceOrder():
                owners[event.order_id or 0] = event.actor
            case CancelOrder(number) | ReplaceOrder(number) if owners[number] != event.actor:
                yield f"Event {event.seq}: {event.actor} touched an order of {owners[number]}."
            case ReplaceOrder():
                owners[event.order_id or 0] = event.actor


def _unconserved(exchange: Exchange) -> Iterator[str]:
    for name in ("cash", "shares"):
        sides = (exchange.accounts.values(), exchange.roles.values())
        now, dealt = (sum(getattr(one, name) for one in side) for side in sides)
        if now != dealt:
            yield f"{name}: {dealt} was dealt, {now} is there."
    actors = {event.actor for event in exchange.events} - {OPERATOR, *exchange.accounts}
    if actors:
        yield f"Actors that nobody knows: {sorted(actors)}"


def _said(server: Server) -> Iterator[str]:
    lines = (server.folder / "server.log").read_text(errors="replace").splitlines()
    for line in lines:
        if any(word in line for word in UNHANDLED):
            yield f"In the server's log: {line[:200]}"
