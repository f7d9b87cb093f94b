"""The pages of a subject: instructions, the market (one page for all its periods), the final result."""

from __future__ import annotations

from typing import Any

from otree.api import Page

from market.instructions import sections
from otree_app.archive import exchange_of
from otree_app.models import Player
from otree_app.results import result_of


class Instructions(Page):
    """What the treatment is about, made from the treatment itself."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return bool(player.round_number == 1)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        exchange = exchange_of(player.group)
        treatment, role = exchange.treatment, exchange.roles[player.trader]
        return {
            "trader": trader_name(player),
            "treatment": treatment.title,
            "sections": sections(treatment, role, seats=len(exchange.accounts)),
        }


class Market(Page):
    """The trading page. It moves from phase to phase by the server's clock and goes on by itself when all is over."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return not player.group.finished

    @staticmethod
    def js_vars(player: Player) -> dict[str, Any]:
        return {
            "socket": f"/openpit/market/{player.participant.code}/{player.round_number}",
            "name": trader_name(player),
            "title": exchange_of(player.group).treatment.title,
        }

    @staticmethod
    def error_message(player: Player, values: dict[str, Any]) -> str | None:
        return (
            None if player.group.finished else "The market is still open. This page goes on by itself when it is over."
        )


class Results(Page):
    """What one earned, and how the market went."""

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        exchange = exchange_of(player.group)
        return {"result": result_of(exchange, player.trader), "treatment": exchange.treatment.title}


def trader_name(player: Player) -> str:
    """How a seat is called on the page: T4 is "Trader 4"."""
    return f"Trader {player.trader.removeprefix('T')}"


page_sequence = [Instructions, Market, Results]
