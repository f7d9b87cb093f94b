"""What the lab stores: oTree's own tables, the head of each market and the event log that is the truth."""

from __future__ import annotations

import json

from otree.api import BaseConstants, BaseGroup, BasePlayer, BaseSubsession, ExtraModel, models
from otree.database import engine
from sqlalchemy import Column, ForeignKey, Integer, UniqueConstraint, event

from market.language import say


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
    NUM_ROUNDS = 6


class Subsession(BaseSubsession):
    """One round: every group of it plays one market from its first to its last period."""


class Group(BaseGroup):
    """The traders of one market. `cancelled`: it never began, for not all of them came."""

    finished = models.BooleanField(initial=False)
    cancelled = models.BooleanField(initial=False)


class Player(BasePlayer):
    """One seat: who trades there, and what it ended with."""

    trader = models.StringField()
    kind = models.StringField(initial="human")
    model = models.StringField(initial="")
    final_cash = models.IntegerField()
    final_shares = models.IntegerField()
    # how long a page was there while the market waited for others
    waited_seconds = models.FloatField(initial=0)
    # what the market pays this seat, in ticks: all of it, by period (JSON) where it is induced, and for forecasts
    earned = models.IntegerField()
    period_profits = models.StringField(initial="[]")
    forecast_pay = models.IntegerField()
    # the payment as it was told last, line by line (JSON); only in the round that ends the session
    payment = models.LongStringField(initial="")

    # "yes" or "no", and to which text
    consent = models.StringField(initial="", blank=True)
    consent_version = models.StringField(initial="")
    consent_sha256 = models.StringField(initial="")
    consent_utc = models.StringField(initial="")
    # quiz: the last answer to each question, the first ones and the number of wrong tries by question (JSON)
    quiz_dividend = models.StringField(initial="", blank=True)
    quiz_interest = models.StringField(initial="", blank=True)
    quiz_price = models.StringField(initial="", blank=True)
    quiz_missed = models.StringField(initial="", blank=True)
    quiz_promise = models.StringField(initial="", blank=True)
    quiz_carry = models.StringField(initial="", blank=True)
    quiz_end = models.StringField(initial="", blank=True)
    quiz_earned = models.StringField(initial="", blank=True)
    quiz_gain = models.StringField(initial="", blank=True)
    quiz_idle = models.StringField(initial="", blank=True)
    quiz_again = models.StringField(initial="", blank=True)
    quiz_sum = models.StringField(initial="", blank=True)
    quiz_forecast = models.StringField(initial="", blank=True)
    quiz_practice = models.StringField(initial="", blank=True)
    quiz_paid = models.StringField(initial="", blank=True)
    quiz_first = models.LongStringField(initial="{}")
    quiz_tries = models.StringField(initial="{}")
    # the lottery chosen in each row, A or B; what was drawn (JSON)
    risk_1 = models.StringField(initial="", blank=True)
    risk_2 = models.StringField(initial="", blank=True)
    risk_3 = models.StringField(initial="", blank=True)
    risk_4 = models.StringField(initial="", blank=True)
    risk_5 = models.StringField(initial="", blank=True)
    risk_6 = models.StringField(initial="", blank=True)
    risk_7 = models.StringField(initial="", blank=True)
    risk_8 = models.StringField(initial="", blank=True)
    risk_9 = models.StringField(initial="", blank=True)
    risk_10 = models.StringField(initial="", blank=True)
    risk_played = models.StringField(initial="")
    reflection_weight = models.StringField(initial="", blank=True)
    reflection_printers = models.StringField(initial="", blank=True)
    reflection_rumour = models.StringField(initial="", blank=True)
    reflection_queue = models.StringField(initial="", blank=True)
    reflection_right = models.IntegerField()
    age = models.StringField(initial="", blank=True)
    gender = models.StringField(initial="", blank=True)
    gender_own = models.StringField(initial="", blank=True)
    field_of_study = models.StringField(initial="", blank=True)
    trading_experience = models.StringField(initial="", blank=True)
    comments = models.LongStringField(initial="", blank=True)
    # how many of the others are taken for programs; which, such as "T2, T5" or "none"
    guess_number = models.StringField(initial="", blank=True)
    guess_bots = models.StringField(initial="", blank=True)
    guess_sure = models.StringField(initial="", blank=True)

    @property
    def language(self) -> str:
        """The language of this seat's session."""
        return str(json.loads(self.session.vars["openpit_treatment"])["language"])

    def say(self, key: str, **facts: object) -> str:
        """A sentence in the language of this seat's session; templates call it, too."""
        return say(self.language, key, **facts)


def group_key() -> Column:
    """A group's id as a plain column: oTree's own links come too late to be part of a key."""
    return Column(Integer, ForeignKey("otree_app_group.id", ondelete="CASCADE"), index=True)


class MarketHead(ExtraModel):
    """What a market starts from: the frozen treatment, roles by trader, what chance decided by period; all as JSON."""

    # a number is never given out again, so that what is left of a deleted session cannot be taken for a new one's
    __table_args__ = {"sqlite_autoincrement": True}

    group_id = group_key()
    document = models.LongStringField()
    roles = models.LongStringField()
    draws = models.LongStringField()
    seed = models.IntegerField()


class MarketEvent(ExtraModel):
    """One accepted command. `utc` in seconds since 1970; `client` the id that the page gave the command.

    `held`: seconds that a bot's command was held back.
    """

    __table_args__ = (UniqueConstraint("head_id", "seq"),)

    head_id = Column(Integer, ForeignKey("otree_app_markethead.id", ondelete="CASCADE"), index=True)
    seq = models.IntegerField()
    period = models.IntegerField()
    seconds = models.FloatField()
    utc = models.FloatField()
    actor = models.StringField()
    client = models.StringField()
    held = models.FloatField(initial=0)
    command = models.LongStringField()
    outcomes = models.LongStringField()
    hash = models.StringField()
