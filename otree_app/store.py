"""The event log on disk: a connection and thread of its own, so that writes and pages do not wait for each other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from otree.database import DB_FILE, IN_MEMORY
from otree.database import engine as otree_engine
from otree.middleware import lock2
from sqlalchemy import and_, create_engine, event, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from market.events import LogLine
from otree_app.models import MarketEvent, MarketHead, Player, use_write_ahead_log
from otree_app.owner import Taken, hold_file, hold_session
from otree_app.presence import DECLINED

BUSY_SECONDS = 30
# events; a long log is never in memory as a whole
READ_AT_ONCE = 2000
Result = TypeVar("Result")


class StoreError(Exception):
    """The database did not take or give the log: a full disk, a lost connection."""


class NotOwner(StoreError):
    """Another process hosts the markets of this database."""


class MarketGone(Exception):
    """The market's session was deleted."""


class Stored(NamedTuple):
    """A line of the log with the time it was accepted (seconds since 1970) and the page's id of the command.

    `held`: seconds that a bot's command was held back.
    """

    line: LogLine
    utc: float
    client: str
    held: float = 0.0


class Head(NamedTuple):
    """What a market starts from, as JSON texts; `seed` of all that is drawn while it runs."""

    document: str
    roles: str
    draws: str
    seed: int = 0


class Store:
    """Appends to and reads the event log. Every append is one transaction: whole, or not at all.

    Only one process at a time may have one on a database.
    """

    def __init__(self) -> None:
        """Raises NotOwner."""
        self._held = None if IN_MEMORY or not _url().startswith("sqlite") else _hold()
        self._engine = otree_engine if IN_MEMORY else _own_engine(_url())
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="event-log")

    async def append(self, head_id: int, stored: Sequence[Stored]) -> None:
        """Write and commit. Raises StoreError, and then nothing was written."""
        rows = [{**one.line._asdict(), "head_id": head_id, **_beside(one)} for one in stored]
        await self._run(lambda: self._insert(rows))

    async def head(self, head_id: int) -> Head:
        """What a market starts from. Raises StoreError, MarketGone where there is none."""
        return await self._run(lambda: self._select_head(head_id))

    async def read(self, head_id: int, since: int) -> list[Stored]:
        """The next lines of a market's log after event `since`, in order; none at its end. Raises StoreError."""
        return await self._run(lambda: self._select(head_id, since))

    async def kinds(self, head_id: int) -> dict[str, str]:
        """By trader: human, model or rule, or declined for a person who will not take part. Raises StoreError."""
        return await self._run(lambda: self._select_kinds(head_id))

    async def _run(self, work: Callable[[], Result]) -> Result:
        """In the log's thread; in memory (`otree devserver`) oTree's one connection must be shared under its lock."""
        try:
            if IN_MEMORY:
                async with lock2:
                    return work()
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except SQLAlchemyError as error:
            raise StoreError(str(error)) from error
        except Taken as error:
            raise NotOwner(str(error)) from error

    # Not `engine.begin()`: where the commit fails it keeps the connection, and there is but one.

    def _insert(self, rows: list[dict[str, object]]) -> None:
        with self._engine.connect() as connection, connection.begin():
            connection.execute(MarketEvent.__table__.insert(), rows)

    def _select_head(self, head_id: int) -> Head:
        heads = MarketHead.__table__.c
        wanted = select([heads.document, heads.roles, heads.draws, heads.seed]).where(heads.id == head_id)
        with self._engine.connect() as connection, connection.begin():
            found = connection.execute(wanted).fetchone()
        if found is None:
            raise MarketGone(f"Market {head_id} is in the database no more: its session was deleted.")
        return Head(*found)

    def _select(self, head_id: int, since: int) -> list[Stored]:
        events = MarketEvent.__table__.c
        columns = [events[name] for name in (*LogLine._fields, "utc", "client", "held")]
        wanted = select(columns).where(and_(events.head_id == head_id, events.seq > since))
        with self._engine.connect() as connection, connection.begin():
            rows = connection.execute(wanted.order_by(events.seq).limit(READ_AT_ONCE)).fetchall()
        return [Stored(LogLine(*row[:-3]), *row[-3:]) for row in rows]

    def _select_kinds(self, head_id: int) -> dict[str, str]:
        players, first, heads = Player.__table__.c, Player.__table__.alias().c, MarketHead.__table__.c
        wanted = select([players.trader, players.kind, first.consent]).where(
            and_(
                heads.id == head_id,
                players.group_id == heads.group_id,
                first.participant_id == players.participant_id,
                first.round_number == 1,
            )
        )
        with self._engine.connect() as connection, connection.begin():
            rows = connection.execute(wanted).fetchall()
        return {trader: DECLINED if consent == "no" else kind for trader, kind, consent in rows}


def _beside(stored: Stored) -> dict[str, object]:
    """The columns that the log itself does not know."""
    return {"utc": stored.utc, "client": stored.client, "held": stored.held}


def _url() -> str:
    return os.environ.get("DATABASE_URL") or f"sqlite:///{DB_FILE}"


def _hold() -> IO[bytes]:
    """Be the owner of the SQLite file while what is returned is open. Raises NotOwner."""
    try:
        return hold_file(Path(f"{DB_FILE}.owner"))
    except Taken as error:
        raise NotOwner(str(error)) from error


def _own_engine(url: str) -> Engine:
    """A second door to oTree's database: one connection, kept open."""
    pool = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True, **pool)
        event.listen(engine, "connect", hold_session)
        return engine
    # oTree opens ./db.sqlite3 whatever the path of a sqlite URL says.
    engine = create_engine(
        f"sqlite:///{DB_FILE}", connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, **pool
    )
    event.listen(engine, "connect", use_write_ahead_log)
    return engine
