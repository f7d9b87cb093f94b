"""What the experimenter's side stores of a session: configurations, reports of runners, erasures."""

from __future__ import annotations

from otree.api import ExtraModel, models
from sqlalchemy import Column, ForeignKey, Integer, UniqueConstraint


def session_key() -> Column:
    """A session's id as a plain column, gone with the session."""
    return Column(Integer, ForeignKey("otree_session.id", ondelete="CASCADE"), index=True)


class Registration(ExtraModel):
    """One configuration of a session. `document` is canonical JSON, `after` the events of each market before it."""

    session_id = session_key()
    utc = models.FloatField()
    sha256 = models.StringField()
    document = models.LongStringField()
    after = models.LongStringField()


class RunnerReport(ExtraModel):
    """The last that a runner told of its seats, as it came. `utc` in seconds since 1970."""

    __table_args__ = (UniqueConstraint("session_id", "run"),)

    session_id = session_key()
    run = models.StringField()
    utc = models.FloatField()
    document = models.LongStringField()


class Erasure(ExtraModel):
    """A participant whose identity was removed on request; `removed` lists what, as JSON."""

    session_id = session_key()
    participant = models.StringField()
    utc = models.FloatField()
    removed = models.LongStringField()
