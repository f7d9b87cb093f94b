"""Markets as they are on disk, made into tables: read at one moment, folded once for as long as nothing is added."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from otree.database import dbq
from sqlalchemy import func

from market.events import LogLine
from market.exchange import Exchange, LogMismatch
from market.records import TABLES
from market.tables import Freeze, MarketRecord, Row, Seat, tables
from otree_app.freeze import freeze_of, registrations
from otree_app.keeping import Registration
from otree_app.live_market import restored
from otree_app.models import Group, MarketEvent, MarketHead, Player
from otree_app.rounds import is_practice
from otree_app.stamps import stamp
from otree_app.store import Head, Stored

# the tables of so many events are kept in memory, three kilobytes each
EVENTS_KEPT = 30_000


@dataclass(frozen=True)
class Material:
    """Everything that is stored of one market; `stored` is its log in order."""

    head_id: int
    session: str
    market: str
    seed: int
    head: Head
    stored: Sequence[Stored]
    seats: tuple[Seat, ...]
    freeze: Freeze
    practice: bool = False


class Made(NamedTuple):
    """The tables of a market; where its log cannot be done again, what is stored, and the `error`."""

    material: Material
    exchange: Exchange | None
    tables: dict[str, list[Row]]
    error: str = ""


# archives are made in threads of their own
_keeping = Lock()
_kept: OrderedDict[int, Made] = OrderedDict()


def pseudonym(player: Player) -> str:
    """How exports call a participant: people by their number, bots by the code that their runner writes down."""
    participant = player.participant
    return f"P{participant.id_in_session}" if player.kind == "human" else str(participant.code)


def materials(groups: Sequence[Group]) -> list[Material]:
    """What is stored of the markets of some groups; all logs are of one moment."""
    heads = {head.group_id: head for head in MarketHead.objects_filter(MarketHead.group_id.in_(_ids(groups)))}
    played = [group for group in groups if group.id in heads]
    logs = _logs([heads[group.id].id for group in played])
    known = {session.id: registrations(session) for session in {group.session for group in played}}
    return [_material(group, heads[group.id], logs, known[group.session.id]) for group in played]


def _ids(groups: Iterable[Group]) -> list[int]:
    return [group.id for group in groups]


def _material(group: Group, head: MarketHead, logs: dict[int, Sequence[Stored]], known: list[Registration]) -> Material:
    name, stored = f"{group.round_number}-{group.id_in_subsession}", logs[head.id]
    players: list[Player] = group.get_players()
    return Material(
        head_id=head.id,
        session=group.session.code,
        market=name,
        seed=head.seed,
        head=Head(head.document, head.roles, head.draws),
        stored=stored,
        seats=tuple(Seat(pseudonym(player), player.trader, player.kind, player.model) for player in players),
        freeze=freeze_of(known, name, len(stored)),
        practice=is_practice(group),
    )


def _logs(head_ids: Sequence[int]) -> dict[int, Sequence[Stored]]:
    """The log of each market, read only where it has grown since it was read last."""
    length = func.count(MarketEvent.id)
    rows = dbq(MarketEvent).filter(MarketEvent.head_id.in_(head_ids)).group_by(MarketEvent.head_id)
    lengths = dict(rows.with_entities(MarketEvent.head_id, length).all())
    with _keeping:
        kept = {one: _kept[one].material.stored for one in head_ids if one in _kept}
    same = {one: stored for one, stored in kept.items() if len(stored) == lengths.get(one, 0)}
    return {**_read([one for one in head_ids if one not in same]), **same}


def _read(head_ids: Sequence[int]) -> dict[int, Sequence[Stored]]:
    columns = [getattr(MarketEvent, name) for name in ("head_id", *LogLine._fields, "utc", "client", "held")]
    rows = dbq(MarketEvent).filter(MarketEvent.head_id.in_(head_ids)).order_by(MarketEvent.head_id, MarketEvent.seq)
    logs: defaultdict[int, list[Stored]] = defaultdict(list)
    for head_id, *line, utc, client, held in rows.with_entities(*columns) if head_ids else ():
        logs[head_id].append(Stored(LogLine(*line), utc, client, held))
    return {one: logs[one] for one in head_ids}


def made(material: Material) -> Made:
    """A market's tables; the work is kept until its log, its seats or its freeze change. Reads no database."""
    with _keeping:
        known = _kept.get(material.head_id)
    if known is None or known.material != material:
        exchange = known.exchange if known and known.material.stored is material.stored else None
        known = _make(material, exchange)
    with _keeping:
        _keep(known)
    return known


def _keep(latest: Made) -> None:
    """Let go of the markets asked for longest ago when there are too many; the latest stays however long it is."""
    _kept[latest.material.head_id] = latest
    _kept.move_to_end(latest.material.head_id)
    while len(_kept) > 1 and sum(len(one.material.stored) for one in _kept.values()) > EVENTS_KEPT:
        _kept.popitem(last=False)


def _make(material: Material, exchange: Exchange | None) -> Made:
    try:
        exchange = exchange or restored(material.head, material.stored)
    # what is no treatment, no role or no command any more is a ValueError, too
    except (LogMismatch, ValueError) as error:
        return Made(material, None, _as_stored(material, str(error)), str(error))
    record = MarketRecord(
        session=material.session,
        market=material.market,
        seed=material.seed,
        exchange=exchange,
        seats=material.seats,
        utc=[stamp(one.utc) for one in material.stored],
        held=[one.held for one in material.stored],
        freeze=material.freeze,
        practice=material.practice,
    )
    return Made(material, exchange, tables(record))


def _as_stored(material: Material, error: str) -> dict[str, list[Row]]:
    """What can be said of a market whose log cannot be done again: the log, and why."""
    identity: Row = {"session": material.session, "market": material.market}
    events = [{**identity, **one.line._asdict(), "utc": stamp(one.utc), "held": one.held} for one in material.stored]
    market = {
        **identity,
        "treatment_sha256": hashlib.sha256(material.head.document.encode()).hexdigest(),
        "practice": int(material.practice),
        "document": material.head.document,
        "roles": material.head.roles,
        "seed": material.seed,
        "freeze_sha256": material.freeze.sha256,
        "freeze_changes": material.freeze.changes,
        "error": error,
    }
    return {name: [] for name in TABLES} | {
        "events": _in_order("events", events),
        "markets": _in_order("markets", [market]),
    }


def _in_order(table: str, rows: Iterable[Row]) -> list[Row]:
    return [{column.name: row.get(column.name) for column in TABLES[table]} for row in rows]
