"""What participants answered on the pages, as a tidy table: whatever fields the pages have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from otree.api import BasePlayer
from sqlalchemy import String

from otree_app.models import Player
from otree_app.snapshot import pseudonym

# what the lab itself writes on a seat, and when; everything else that a seat has was asked
WRITTEN_BY_THE_LAB = {"trader", "kind", "model", "final_cash", "final_shares", "earned", "period_profits"}
WRITTEN_BY_THE_LAB |= {"forecast_pay", "payment", "consent_utc", "waited_seconds", "risk_played"}
WRITTEN_BY_THE_LAB |= {"reflection_right"}
OF_OTREE = {"id", "participant_id", "group_id", "subsession_id", "session_id", *vars(BasePlayer)}
# the proof that somebody consented, and to what, outlives an erasure
PROOF = {"consent", "consent_version", "consent_sha256"}
NOTHING = (None, "", "{}", "[]")


def answer_fields() -> list[str]:
    """The names of the fields that pages ask for."""
    columns = Player.__table__.columns
    return [one.name for one in columns if one.name not in OF_OTREE | WRITTEN_BY_THE_LAB]


def given(player: Player) -> dict[str, object]:
    """The answers of a seat by name, without those that it has not been asked for or left empty."""
    found = {name: player.field_maybe_none(name) for name in answer_fields()}
    return {name: value for name, value in found.items() if value not in NOTHING}


def forget(player: Player) -> list[str]:
    """Put every written answer back to what it was before anything was asked. Returns the names of those given."""
    columns = Player.__table__.columns
    written = [name for name in given(player) if name not in PROOF and isinstance(columns[name].type, String)]
    for name in written:
        default = columns[name].default
        setattr(player, name, default.arg if default is not None else None)
    return written


def answer_rows(players: Sequence[Player]) -> Iterator[dict[str, object]]:
    """The table `answers`: each answer that was given."""
    for player in players:
        for name, value in given(player).items():
            yield {
                "session": player.session.code,
                "round": player.round_number,
                "participant": pseudonym(player),
                "trader": player.field_maybe_none("trader"),
                "kind": player.kind,
                "name": name,
                "value": value,
            }
