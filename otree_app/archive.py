"""Markets read back from the database: for pages, exports and the experimenter. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from otree.database import dbq

from market.exchange import Exchange
from otree_app.hosts import HOSTS
from otree_app.models import Group, MarketHead, Player
from otree_app.snapshot import made, materials


def exchange_of(group: Group) -> Exchange:
    """The market of a group as it stands: the live one, or the one its rows lead to.

    Raises ValueError where the rows cannot be done again.
    """
    host = HOSTS.peek(head_of(group).id)
    if host:
        return host.exchange
    [material] = materials([group])
    found = made(material)
    if found.exchange is None:
        raise ValueError(f"Market {material.market} of session {material.session}: {found.error}")
    return found.exchange


def head_of(group: Group) -> MarketHead:
    head: MarketHead = MarketHead.objects_get(group_id=group.id)
    return head


def markets_of(session: Any) -> list[tuple[Group, MarketHead]]:
    """The groups of a session that have a market, with what it starts from; in order of rounds and groups."""
    found = dbq(Group).filter_by(session=session).join(MarketHead, MarketHead.group_id == Group.id)
    ordered = found.order_by(Group.round_number, Group.id_in_subsession)
    return [(group, head) for group, head in ordered.add_entity(MarketHead)]


def groups_of(players: Iterable[Player]) -> list[Group]:
    """The groups of some players, each once, in order."""
    return list({player.group.id: player.group for player in players if player.field_maybe_none("trader")}.values())
