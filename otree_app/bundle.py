"""All tables of a session in one archive, from one reading of the database, with what is needed to understand them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from market.records import TABLES
from market.session_records import SESSION_TABLES, data_dictionary
from otree_app.archive import groups_of
from otree_app.cells import as_csv
from otree_app.export import Line, market_lines, session_lines
from otree_app.freeze import registrations
from otree_app.models import Player
from otree_app.snapshot import Material, made, materials

ABOUT = """Session {code}

One file a table; dictionary.md says what each column means. People are called P1, P2 ...; who they are is in
identities.csv, which is only here where it was asked for.

freezes/ has the configurations of the session as they were registered: the SHA-256 of each file is the
freeze_sha256 of markets.csv and freezes.csv. markets.csv says under which one a market opened (freeze_sha256) and
how many others were registered while it ran (freeze_changes); events with a number above after_seq in freezes.csv
came after a change.
"""


@dataclass(frozen=True)
class Reading:
    """What the database said at one moment. `tables` are the session's own, without headers."""

    code: str
    materials: Sequence[Material]
    tables: Mapping[str, Sequence[Line]]
    freezes: Sequence[str]


def read(session: Any, *, identities: bool) -> Reading:
    """Everything of a session that goes into its archive."""
    players: list[Player] = Player.objects_filter(session=session).order_by("id").all()
    wanted = [table for table in SESSION_TABLES if identities or table != "identities"]
    return Reading(
        code=session.code,
        materials=materials(groups_of(players)),
        tables={table: list(session_lines(table, session, players)) for table in wanted},
        freezes=[one.document for one in registrations(session)],
    )


def archive(reading: Reading) -> bytes:
    """The archive as bytes. Reads no database, so that it can be made beside a running market."""
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as files:
        for name, text in _files(reading).items():
            files.writestr(f"{reading.code}/{name}", text)
    return data.getvalue()


def _files(reading: Reading) -> dict[str, str]:
    markets = [made(one) for one in reading.materials]
    own: dict[str, list[Line]] = {
        table: [[column.name for column in SESSION_TABLES[table]], *rows] for table, rows in reading.tables.items()
    }
    return {
        "about.txt": ABOUT.format(code=reading.code),
        "dictionary.md": data_dictionary(),
        **{f"{table}.csv": as_csv(market_lines(table, markets)) for table in TABLES},
        **{f"{table}.csv": as_csv(rows) for table, rows in own.items()},
        **{f"freezes/{number}.json": text for number, text in enumerate(reading.freezes, start=1)},
    }
