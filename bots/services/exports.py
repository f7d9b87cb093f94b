"""Fetches the session's tables into the run folder, or says what is missing and where to get them."""

from __future__ import annotations

import csv
import io

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import OTreeServer
from bots.services.run_folder import RunFolder
from market.records import TABLES


def export(server: OTreeServer, session: str, folder: RunFolder) -> str:
    """Write `orders.csv` and its like. Returns "" or what is missing, why, and where to get it."""
    if not session:
        return _missing(
            server, "the session's code is not known. Start with its SessionStartLinks page, or set a REST key"
        )
    for name in TABLES:
        try:
            folder.write(f"{name}.csv", server.table(session, name))
        except SetupError as error:
            return _missing(server, str(error))
    return ""


def _missing(server: OTreeServer, why: str) -> str:
    return (
        f"The session's tables are not in the run folder: {why.rstrip('.')}. "
        f"To get them, log in at {server.base}/ExportIndex and download every custom_export of otree_app."
    )


def rows(folder: RunFolder, table: str) -> list[dict[str, str]]:
    """A table of the run folder; empty where it is missing. The line that names a market left out is no row."""
    file = folder.path / f"{table}.csv"
    found = csv.DictReader(io.StringIO(file.read_text("utf-8"))) if file.exists() else ()
    return [row for row in found if not row["session"].startswith("#")]
