"""The frozen configuration of a session: what it is, its hash, and whether another one was registered later."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

from otree.database import dbq
from sqlalchemy import func

from market.tables import Freeze
from otree_app.keeping import Registration
from otree_app.models import Group, MarketEvent, MarketHead, Player
from otree_app.reports import registered_seats
from otree_app.stamps import stamp

FREEZE_VERSION = 1
# how a session is called and listed, and what oTree keeps of Mechanical Turk, is no part of its design
NO_DESIGN = ("name", "display_name", "doc", "app_sequence", "num_demo_participants", "mturk_hit_settings")


def canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), default=str)


def configuration(session: Any) -> dict[str, Any]:
    """Everything that decides how a session is played: equal for equal designs, whatever the session's code."""
    return {
        "version": FREEZE_VERSION,
        "treatments": [json.loads(document) for document in _documents(session)],
        "settings": {name: value for name, value in session.config.items() if name not in NO_DESIGN},
        "seats": _seats(session),
    }


def _documents(session: Any) -> list[str]:
    """The treatment of each round that is played, as the markets themselves start from it."""
    rows = dbq(MarketHead).join(Group, Group.id == MarketHead.group_id).filter(Group.session_id == session.id)
    found = rows.order_by(Group.round_number).with_entities(Group.round_number, MarketHead.document)
    return list(dict(found.all()).values())


def _seats(session: Any) -> dict[str, dict[str, str]]:
    """By number of the seat: who decides, and what a runner says of its model and prompts."""
    told = registered_seats(session)
    players = Player.objects_filter(session=session, round_number=1).order_by("id").all()
    return {
        str(player.participant.id_in_session): {
            "kind": player.kind,
            "model": player.model,
            **told.get(player.participant.code, {}),
        }
        for player in players
    }


def register(session: Any) -> None:
    """Write the configuration down where it differs from the last one on record."""
    document = canonical(configuration(session))
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    known = registrations(session)
    if not known or known[-1].sha256 != sha256:
        after = json.dumps(lengths(session))
        Registration.create(session_id=session.id, utc=time.time(), sha256=sha256, document=document, after=after)


def registrations(session: Any) -> list[Registration]:
    """All configurations of a session in the order in which they came."""
    found: list[Registration] = dbq(Registration).filter_by(session_id=session.id).order_by(Registration.id).all()
    return found


def lengths(session: Any) -> dict[str, int]:
    """How many events each market of a session has on disk, by its name."""
    rows = (
        dbq(MarketHead)
        .join(Group, Group.id == MarketHead.group_id)
        .outerjoin(MarketEvent, MarketEvent.head_id == MarketHead.id)
        .filter(Group.session_id == session.id)
        .group_by(Group.round_number, Group.id_in_subsession)
        .with_entities(Group.round_number, Group.id_in_subsession, func.count(MarketEvent.id))
    )
    return {f"{number}-{group}": count for number, group, count in rows}


def freeze_of(known: Sequence[Registration], market: str, events: int) -> Freeze:
    """The configuration of a market that has `events` events, and how many others came while it ran."""
    after = [_after(one, market) for one in known]
    first = [one.sha256 for one, before in zip(known, after, strict=True) if before == 0]
    return Freeze(first[-1] if first else "", sum(0 < before < events for before in after))


def freeze_rows(session: Any, groups: Sequence[Group]) -> Iterator[dict[str, object]]:
    """The table `freezes`: each configuration for each of the markets."""
    known = registrations(session)
    for market in (f"{group.round_number}-{group.id_in_subsession}" for group in groups):
        for number, one in enumerate(known, start=1):
            yield {
                "session": session.code,
                "market": market,
                "number": number,
                "utc": stamp(one.utc),
                "after_seq": _after(one, market),
                "freeze_sha256": one.sha256,
                "document": one.document,
            }


def _after(registration: Registration, market: str) -> int:
    return int(json.loads(registration.after).get(market, 0))
