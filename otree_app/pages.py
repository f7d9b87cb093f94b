"""The pages of a subject in the order in which they are lived; the market itself, one page for all its periods."""

from __future__ import annotations

from typing import Any

from otree.api import Page

from market.language import texts_of
from otree_app.archive import exchange_of
from otree_app.models import Player
from otree_app.pages_after import Cancelled, Debrief, GuessBots, Payment, Questionnaire, Reflection, Results, RiskTask
from otree_app.pages_before import BeforeMarket, Consent, Declined, Instructions, Quiz, trader_name
from otree_app.rounds import is_played


class Market(Page):
    """The trading page. It moves from phase to phase by the server's clock and goes on by itself when all is over."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_played(player) and not player.group.finished

    @staticmethod
    def js_vars(player: Player) -> dict[str, Any]:
        return {
            "socket": f"/openpit/market/{player.participant.code}/{player.round_number}",
            "name": trader_name(player),
            "title": exchange_of(player.group).treatment.title,
            "institution": exchange_of(player.group).treatment.institution,
            "texts": texts_of(player.language, "screen", "count", "words"),
        }

    @staticmethod
    def error_message(player: Player, values: dict[str, Any]) -> str | None:
        return None if player.group.finished else player.say("screen.still_open")


page_sequence: list[type[Page]] = [
    Consent,
    Declined,
    Instructions,
    Quiz,
    BeforeMarket,
    Market,
    Cancelled,
    Results,
    GuessBots,
    RiskTask,
    Reflection,
    Questionnaire,
    Debrief,
    Payment,
]
