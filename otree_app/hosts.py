"""The markets that live in this process, and what is noted on oTree's own rows when one has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from otree.database import db, dbq, session_scope
from otree.middleware import lock2
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import NoResultFound

from market.events import EndMarket
from market.exchange import OperationError
from otree_app.host import MarketHost
from otree_app.models import Group, MarketHead, Player
from otree_app.payment import note_earnings, note_payment
from otree_app.presence import waited
from otree_app.rounds import session_treatment
from otree_app.store import MarketGone, Store, StoreError

logger = logging.getLogger(__name__)


class Hosts:
    """By number of a market; each is rebuilt from its rows when it is first asked for, and dropped when all is done."""

    def __init__(self) -> None:
        self._hosts: dict[int, MarketHost] = {}
        self._store: Store | None = None
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def get(self, head_id: int) -> MarketHost:
        """The host of a market; while one is built, others do not wait for it. Raises StoreError, MarketGone."""
        lock = self._locks.setdefault(head_id, asyncio.Lock())
        async with lock:
            host = self._hosts.get(head_id)
            if host is None or host.stopped:
                self._store = self._store or Store()
                again = MarketHost(head_id, self._store, self._finish)
                await again.start("host.interrupted" if host else "host.restarted")
                self._hosts[head_id] = host = again
        return host

    def peek(self, head_id: int) -> MarketHost | None:
        """The host of a market if it lives already."""
        return self._hosts.get(head_id)

    def present(self, head_id: int) -> frozenset[str]:
        """The traders of a market with at least one open page."""
        host = self.peek(head_id)
        return host.connections.present() if host else frozenset()

    def live(self) -> tuple[int, int]:
        """How many markets are in memory, and how many pages of theirs are open."""
        return len(self._hosts), sum(len(host.connections) for host in self._hosts.values())

    def kinds_changed(self, session: Any) -> None:
        """Seats of a session were marked: commit that, and have its markets look again by their own connection."""
        db.commit()
        for head in _heads(session).all():
            if host := self.peek(head.id):
                host.kinds_changed()

    def let_go(self, host: MarketHost) -> None:
        """Drop a market that has ended once its last page has gone."""
        if host.finished and not len(host.connections) and self._hosts.get(host.head_id) is host:
            del self._hosts[host.head_id]
            host.close()

    async def _finish(self, host: MarketHost) -> None:
        """Raises StoreError, to be called again."""
        later, last = await save_results(host), host.exchange.events[-1].command
        for head_id in later:
            if isinstance(last, EndMarket):
                await self._end(head_id, last)
        asyncio.get_running_loop().call_soon(self.let_go, host)

    async def _end(self, head_id: int, operation: EndMarket) -> None:
        """End a market that is not to begin; one that has ended or is gone needs nothing. Raises StoreError."""
        with suppress(OperationError, MarketGone):
            host = await self.get(head_id)
            await host.wish(lambda: operation)


HOSTS = Hosts()


async def save_results(host: MarketHost) -> list[int]:
    """Note on oTree's own rows what each seat ended with, whatever page its participant is on.

    Returns the markets that will not be held either: all later ones of the same traders where this one was cancelled.
    """
    async with lock2:
        with database_troubles(), session_scope():
            group = Group.objects_get(id=MarketHead.objects_get(id=host.head_id).group_id)
            _note_end(group, host)
            return _later(group) if group.cancelled else []
    return []


def _note_end(group: Group, host: MarketHost) -> None:
    group.finished, group.cancelled = True, not host.exchange.period
    seconds = waited(host.exchange.events, host.stamps)
    for player in Player.objects_filter(group=group):
        player.waited_seconds = round(seconds.get(player.trader, 0.0), 1)
        if not group.cancelled:
            note_earnings(player, host.exchange)
        note_payment(player)


def _later(group: Group) -> list[int]:
    """Strangers may yet meet others who have come; partners would wait for the same ones again."""
    if session_treatment(group.session).matching == "stranger":
        return []
    rounds = _heads(group.session).filter(Group.round_number > group.round_number, ~Group.finished)
    return [head.id for head in rounds.filter(Group.id_in_subsession == group.id_in_subsession)]


def _heads(session: Any) -> Any:
    return dbq(MarketHead).join(Group, Group.id == MarketHead.group_id).filter(Group.session_id == session.id)


@contextmanager
def database_troubles() -> Iterator[None]:
    """As StoreError, so that the host tries again; a session that was deleted meanwhile needs no results."""
    try:
        yield
    except NoResultFound:
        logger.warning("A market that finished is in the database no more: its session was deleted.")
    except SQLAlchemyError as error:
        raise StoreError(str(error)) from error
