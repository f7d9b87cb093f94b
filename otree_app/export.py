"""The tidy tables of markets and sessions, one custom export each, for people and bots alike, pseudonymous but one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from market.records import TABLES
from market.session_records import SESSION_TABLES
from otree_app.answers import answer_rows
from otree_app.archive import groups_of
from otree_app.cells import safe
from otree_app.erasing import erasure_rows, identity_rows
from otree_app.freeze import freeze_rows
from otree_app.models import Player
from otree_app.payment_sheet import payment_rows
from otree_app.reports import bot_rows
from otree_app.snapshot import Made, made, materials

logger = logging.getLogger(__name__)

Line = list[object]
Export = Callable[[Sequence[Player]], Iterator[Line]]
# with the log itself nothing is left out of these
COMPLETE = ("events", "markets")
SESSION_ROWS: dict[str, Callable[[Any, Sequence[Player]], Iterator[dict[str, object]]]] = {
    "answers": lambda session, players: answer_rows(players),
    "bots": lambda session, players: bot_rows(session),
    "freezes": lambda session, players: freeze_rows(session, groups_of(players)),
    "payments": lambda session, players: payment_rows(session),
    "erasures": lambda session, players: erasure_rows(session),
    "identities": lambda session, players: identity_rows(session),
}


def market_export(table: str) -> Export:
    """A function as oTree's export page wants it: the header, then the rows of every market of these players."""

    def custom_export(players: Sequence[Player]) -> Iterator[Line]:
        return market_lines(table, [made(one) for one in materials(groups_of(players))])

    return custom_export


def market_lines(table: str, markets: Sequence[Made]) -> Iterator[Line]:
    """A table with its header. A market that cannot be done again is named in a line of its own, never left out
    in silence."""
    yield [column.name for column in TABLES[table]]
    for market in markets:
        yield from ([safe(cell) for cell in row.values()] for row in market.tables[table])
        if market.error and table not in COMPLETE:
            yield [left_out(market)]


def left_out(market: Made) -> str:
    """The line that stands in the place of a market's rows; it begins with # as comments do."""
    name = f"market {market.material.market} of session {market.material.session}"
    logger.error("Export: %s cannot be done again: %s", name, market.error)
    return f"# {name} is left out: {market.error} Its log is in the table events."


def session_export(table: str) -> Export:
    """As `market_export`, for a table of the session."""

    def custom_export(players: Sequence[Player]) -> Iterator[Line]:
        yield [column.name for column in SESSION_TABLES[table]]
        for session in dict.fromkeys(player.session for player in players):
            own = [player for player in players if player.session is session]
            yield from session_lines(table, session, own)

    return custom_export


def session_lines(table: str, session: Any, players: Sequence[Player]) -> Iterator[Line]:
    """The rows of one session, without the header."""
    return ([safe(cell) for cell in row.values()] for row in SESSION_ROWS[table](session, players))


EXPORTS = {f"custom_export_{table}": market_export(table) for table in TABLES}
EXPORTS |= {f"custom_export_{table}": session_export(table) for table in SESSION_TABLES}
