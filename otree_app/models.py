"""What the lab stores: oTree's own tables, the head of each market and the event log that is the truth."""

from __future__ import annotations

from otree.api import BaseConstants, BaseGroup, BasePlayer, BaseSubsession, ExtraModel, models
from otree.database import engine
from sqlalchemy import Column, ForeignKey, Integer, UniqueConstraint, event


def use_write_ahead_log(connection: object, _record: object) -> None:
    """Readers and the writer of a SQLite file work side by side; what is committed outlives the machine's power."""
    connection.execute("pragma journal_mode=wal")  # type: ignore[attr-defined]
    connection.execute("pragma synchronous=full")  # type: ignore[attr-defined]
    connection.execute("pragma foreign_keys=on")  # type: ignore[attr-defined]


if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", use_write_ahead_log)


class C(BaseConstants):
    NAME_IN_URL = "otree_app"
    PLAYERS_PER_GROUP = None
    NUM_ROUNDS = 1


class Subsession(BaseSubsession):
    """One round: every group of it plays one market from its first to its last period."""


class Group(BaseGroup):
    """The traders of one market."""

    finished = models.BooleanField(initial=False)


class Player(BasePlayer):
    """One seat: who trades there, and what it ended with."""

    trader = models.StringField()
    kind = models.StringField(initial="human")
    model = models.StringField(initial="")
    final_cash = models.IntegerField()
    final_shares = models.IntegerField()


def group_key() -> Column:
    """A group's id as a plain column: oTree's own links come too late to be part of a key."""
    return Column(Integer, ForeignKey("otree_app_group.id", ondelete="CASCADE"), index=True)


class MarketHead(ExtraModel):
    """What a market starts from: the frozen treatment, the roles by trader, the dividends drawn; all as JSON."""

    # a number is never given out again, so that what is left of a deleted session cannot be taken for a new one's
    __table_args__ = {"sqlite_autoincrement": True}

    group_id = group_key()
    document = models.LongStringField()
    roles = models.LongStringField()
    dividends = models.LongStringField()
    seed = models.IntegerField()


class MarketEvent(ExtraModel):
    """One accepted command. `utc` in seconds since 1970; `client` the id that the page gave the command."""

    __table_args__ = (UniqueConstraint("head_id", "seq"),)

    head_id = Column(Integer, ForeignKey("otree_app_markethead.id", ondelete="CASCADE"), index=True)
    seq = models.IntegerField()
    period = models.IntegerField()
    seconds = models.FloatField()
    utc = models.FloatField()
    actor = models.StringField()
    client = models.StringField()
    command = models.LongStringField()
    outcomes = models.LongStringField()
    hash = models.StringField()
