"""What people are told of programs stays true: who marks seats later may not contradict it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otree_app.models import Player
from otree_app.rounds import BOTS, is_first, session_treatment

COUNTED = ("how_many", "which")


class NotAnnounced(Exception):
    """Marks that would make what the instructions say of programs false."""


def check_announced(session: Any, players: Sequence[Player], kinds: Mapping[str, str]) -> None:
    """Raises NotAnnounced where `kinds`, by participant code, are other seats' than were announced to people.

    They may be only where the treatment neither counts nor names programs.
    """
    disclosure = session_treatment(session).bot_disclosure
    if disclosure not in COUNTED:
        return
    moved = {
        player.participant.id_in_session
        for player in players
        if is_first(player) and (player.kind in BOTS) != (kinds[player.participant.code] in BOTS)
    }
    if moved:
        seats = ", ".join(f"P{number}" for number in sorted(moved))
        raise NotAnnounced(
            f"{seats}: the instructions say {disclosure.replace('_', ' ')} of the traders are programs, so that is"
            " settled when the session is made. Set `bots` in its configuration: the last seats are theirs."
        )
