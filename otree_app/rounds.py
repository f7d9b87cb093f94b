"""Which rounds a session plays: a market each, practice first. Rounds beyond the treatment's number show no page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from market.treatments import Treatment, treatment_from
from otree_app.models import Group, Player

KEPT = "openpit_treatment"
BOTS = ("model", "rule")


def plan(treatment: Treatment) -> tuple[Treatment, ...]:
    """The treatment of each round that is played, in order: the practice market's, if any, then those that pay."""
    practice = treatment.practice_periods
    first = (treatment.with_changes(periods=practice, practice_periods=0, markets=1),) if practice else ()
    return (*first, *(treatment,) * treatment.markets)


def keep_treatment(session: Any, treatment: Treatment) -> None:
    """Freeze the treatment with its session."""
    session.vars[KEPT] = treatment.canonical()


def session_treatment(session: Any) -> Treatment:
    """The treatment that was frozen when the session was made."""
    return _parsed(session.vars[KEPT])


@lru_cache(maxsize=64)
def _parsed(document: str) -> Treatment:
    return treatment_from(json.loads(document))


def is_played(player: Player) -> bool:
    """Whether the round of this seat has a market."""
    return bool(player.round_number <= rounds_played(session_treatment(player.session)))


def is_first(player: Player) -> bool:
    """Whether this is the round whose pages come before all markets."""
    return bool(player.round_number == 1)


def is_last(player: Player) -> bool:
    """Whether this is the last round with a market: the pages after all markets follow in it."""
    return bool(player.round_number == rounds_played(session_treatment(player.session)))


def is_practice(seat: Player | Group) -> bool:
    """Whether the market of this round does not pay."""
    return bool(seat.round_number == 1 and session_treatment(seat.session).practice_periods)


def rounds_played(treatment: Treatment) -> int:
    """How many markets each seat trades in."""
    return bool(treatment.practice_periods) + treatment.markets


def announced_bots(group: Group) -> tuple[str, ...]:
    """Traders of a market that are bots as far as the lab knows now: announced at first, or marked by their runner."""
    players: list[Player] = group.get_players()
    return bots_among({player.trader: player.kind for player in players})


def bots_among(kinds: Mapping[str, str]) -> tuple[str, ...]:
    """Of traders with their kinds those that are bots: by number, whatever seats they sit on."""
    bots = (trader for trader, kind in kinds.items() if kind in BOTS)
    return tuple(sorted(bots, key=lambda trader: int(trader[1:])))
