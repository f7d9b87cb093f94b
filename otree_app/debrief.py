"""What people are told afterwards: which seats were played by programs, and which were taken over for a while."""

from __future__ import annotations

from collections.abc import Sequence

from market.events import TakeOver
from market.language import all_of
from market.treatments import Treatment
from otree_app.archive import exchange_of
from otree_app.models import Group, Player
from otree_app.rounds import announced_bots, is_played, is_practice, session_treatment


def debriefed(player: Player) -> list[str]:
    """Sentences on the markets of a seat. A treatment that discloses nothing of programs names none here either."""
    treatment = session_treatment(player.session)
    if treatment.bot_disclosure == "nothing":
        return []
    paying = [one for one in player.participant.get_players() if is_played(one) and not is_practice(one)]
    said = [" ".join(market_lines(one, treatment)) for one in paying]
    numbered = [f"{player.say('debrief.market', number=number)} {words}" for number, words in enumerate(said, 1)]
    lines = numbered if len(set(said)) > 1 else said[:1]
    programs = any(announced_bots(one.group) or taken_over(one.group) for one in paying)
    return [*lines, *([player.say("debrief.programs")] if programs else [])]


def market_lines(player: Player, treatment: Treatment) -> list[str]:
    """Who was who in one market: the number of programs where only that was disclosed, otherwise their seats."""
    bots, taken = announced_bots(player.group), taken_over(player.group)
    number, lines = len(bots), []
    if not bots:
        lines.append(player.say("debrief.people"))
    elif treatment.bot_disclosure == "how_many":
        lines.append(player.say("debrief.how_many", number=number, seats=len(player.group.get_players())))
    else:
        lines.append(player.say("debrief.which", number=number, names=named(player, bots)))
    if taken:
        lines.append(player.say("debrief.taken_over", number=len(taken), names=named(player, taken)))
    return lines


def taken_over(group: Group) -> list[str]:
    """Traders whose seat a rule trader played for a while, in order of seats."""
    took = {event.command.trader for event in exchange_of(group).events.known() if isinstance(event.command, TakeOver)}
    return sorted(took, key=lambda trader: int(trader[1:]))


def named(player: Player, traders: Sequence[str]) -> str:
    names = [player.say("others.trader", number=one.removeprefix("T")) for one in traders]
    return all_of(player.language, names)
