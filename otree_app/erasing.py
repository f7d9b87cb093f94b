"""Who participants are, kept apart; and how one of them is erased on request without harm to the market's log."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from otree.database import dbq
from otree.models import Participant

from otree_app.answers import forget
from otree_app.keeping import Erasure
from otree_app.models import Player
from otree_app.snapshot import pseudonym
from otree_app.stamps import stamp

# oTree's own columns that may say who a participant is
IDENTIFYING = ("label", "mturk_assignment_id", "mturk_worker_id", "time_started_utc")


def identity_rows(session: Any) -> Iterator[dict[str, object]]:
    """The table `identities`: who was erased is not in it."""
    erased = {one.participant for one in erasures(session)}
    for player in _seats(session):
        participant = player.participant
        if participant.code not in erased:
            yield {
                "session": session.code,
                "participant": pseudonym(player),
                "code": participant.code,
                "label": participant.label,
                "started_utc": participant.time_started_utc,
            }


def erasure_rows(session: Any) -> Iterator[dict[str, object]]:
    """The table `erasures`."""
    names = {player.participant.code: pseudonym(player) for player in _seats(session)}
    for one in erasures(session):
        yield {
            "session": session.code,
            "participant": names[one.participant],
            "utc": stamp(one.utc),
            "removed": one.removed,
        }


def _seats(session: Any) -> list[Player]:
    found: list[Player] = Player.objects_filter(session=session, round_number=1).order_by("id").all()
    return found


def erasures(session: Any) -> list[Erasure]:
    found: list[Erasure] = dbq(Erasure).filter_by(session_id=session.id).order_by(Erasure.id).all()
    return found


def erase(session: Any, participant: Participant) -> list[str]:
    """Remove label, times, kept variables and all written answers of a participant. Returns what was removed.

    What the seat did in the market stays under its pseudonym: the log and its hashes remain as they are. That it was
    done is on record. To be repeated where the participant goes on and writes again.
    """
    removed = [name for name in IDENTIFYING if getattr(participant, name)]
    for name in IDENTIFYING:
        setattr(participant, name, None)
    for player in Player.objects_filter(participant=participant):
        removed += forget(player)
    listed = sorted(set(removed))
    Erasure.create(session_id=session.id, participant=participant.code, utc=time.time(), removed=json.dumps(listed))
    return listed
