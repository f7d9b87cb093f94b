"""Markets read back from the database: for pages, exports and the experimenter. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from otree.database import dbq

from market.events import LogLine
from market.exchange import Exchange
from market.tables import MarketRecord, Seat
from otree_app.host import restored
from otree_app.live import HOSTS
from otree_app.models import Group, MarketEvent, MarketHead, Player
from otree_app.store import Head, Stored


def record_of(group: Group) -> MarketRecord:
    """A market with all that happened in it, from its rows alone."""
    head = head_of(group)
    stored = _stored(head)
    players: list[Player] = group.get_players()
    return MarketRecord(
        session=group.session.code,
        market=f"{group.round_number}-{group.id_in_subsession}",
        seed=head.seed,
        exchange=restored(Head(head.document, head.roles, head.dividends), stored),
        seats=tuple(Seat(player.participant.code, player.trader, player.kind, player.model) for player in players),
        utc=[datetime.fromtimestamp(one.utc, UTC).isoformat(timespec="milliseconds") for one in stored],
    )


def exchange_of(group: Group) -> Exchange:
    """The market of a group as it stands: the live one, or the one its rows lead to."""
    host = HOSTS.peek(head_of(group).id)
    return host.exchange if host else record_of(group).exchange


def _stored(head: MarketHead) -> list[Stored]:
    columns = [getattr(MarketEvent, name) for name in (*LogLine._fields, "utc", "client")]
    rows = dbq(MarketEvent).filter_by(head_id=head.id).order_by(MarketEvent.seq).with_entities(*columns)
    return [Stored(LogLine(*row[:-2]), row[-2], row[-1]) for row in rows]


def head_of(group: Group) -> MarketHead:
    head: MarketHead = MarketHead.objects_get(group_id=group.id)
    return head


def groups_of(players: Iterable[Player]) -> list[Group]:
    """The groups of some players, each once, in order."""
    return list({player.group.id: player.group for player in players if player.field_maybe_none("trader")}.values())
