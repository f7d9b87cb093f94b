"""The event log on disk: a connection and thread of its own, so that writes and pages do not wait for each other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from otree.database import DB_FILE, IN_MEMORY
from otree.database import engine as otree_engine
from otree.middleware import lock2
from sqlalchemy import create_engine, event, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from market.events import LogLine
from otree_app.models import MarketEvent, MarketHead, use_write_ahead_log

BUSY_SECONDS = 30
Result = TypeVar("Result")


class StoreError(Exception):
    """The database did not take or give the log: a full disk, a lost connection."""


class MarketGone(Exception):
    """The market's session was deleted."""


class Stored(NamedTuple):
    """A line of the log with the time it was accepted (seconds since 1970) and the page's id of the command."""

    line: LogLine
    utc: float
    client: str


class Head(NamedTuple):
    """What a market starts from, as JSON texts."""

    document: str
    roles: str
    dividends: str


class Store:
    """Appends to and reads the event log. Every append is one transaction: whole, or not at all."""

    def __init__(self) -> None:
        self._engine = otree_engine if IN_MEMORY else _own_engine()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="event-log")

    async def append(self, head_id: int, stored: Sequence[Stored]) -> None:
        """Write and commit. Raises StoreError, and then nothing was written."""
        rows = [dict(one.line._asdict(), head_id=head_id, utc=one.utc, client=one.client) for one in stored]
        await self._run(lambda: self._insert(rows))

    async def read(self, head_id: int) -> tuple[Head, list[Stored]]:
        """The head of a market and all of its log, in order. Raises StoreError, MarketGone where there is none."""
        return await self._run(lambda: self._select(head_id))

    async def _run(self, work: Callable[[], Result]) -> Result:
        """In the log's thread; in memory (`otree devserver`) oTree's one connection must be shared under its lock."""
        try:
            if IN_MEMORY:
                async with lock2:
                    return work()
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except SQLAlchemyError as error:
            raise StoreError(str(error)) from error

    def _insert(self, rows: list[dict[str, object]]) -> None:
        with self._engine.begin() as connection:
            connection.execute(MarketEvent.__table__.insert(), rows)

    def _select(self, head_id: int) -> tuple[Head, list[Stored]]:
        events, heads = MarketEvent.__table__.c, MarketHead.__table__.c
        columns = [events[name] for name in (*LogLine._fields, "utc", "client")]
        with self._engine.begin() as connection:
            found = connection.execute(
                select([heads.document, heads.roles, heads.dividends]).where(heads.id == head_id)
            ).fetchone()
            rows = connection.execute(select(columns).where(events.head_id == head_id).order_by(events.seq)).fetchall()
        if found is None:
            raise MarketGone(f"Market {head_id} is in the database no more: its session was deleted.")
        return Head(*found), [Stored(LogLine(*row[:-2]), row[-2], row[-1]) for row in rows]


def _own_engine() -> Engine:
    """A second door to oTree's database: one connection, kept open."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{DB_FILE}"
    pool = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **pool)
    # oTree opens ./db.sqlite3 whatever the path of a sqlite URL says.
    engine = create_engine(
        f"sqlite:///{DB_FILE}", connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, **pool
    )
    event.listen(engine, "connect", use_write_ahead_log)
    return engine
