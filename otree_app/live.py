"""The websocket of the trading page: who a page belongs to, commands in, receipts and news out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from otree.channels.routing import websocket_routes
from otree.channels.utils import wrap_websocket_send
from otree.database import dbq, session_scope
from otree.middleware import lock2
from otree.models import Participant
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import NoResultFound
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from otree_app.host import MarketHost
from otree_app.models import Group, MarketHead, Player
from otree_app.protocol import acknowledgement, parse
from otree_app.seats import Connection
from otree_app.store import Store, StoreError

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.05
UNKNOWN_SEAT = 4404
SERVICE_RESTART = 1012


class Hosts:
    """The markets that live in this process, by number; each is rebuilt from its rows when it is first asked for."""

    def __init__(self) -> None:
        self._hosts: dict[int, MarketHost] = {}
        self._store: Store | None = None
        self._lock = asyncio.Lock()

    async def get(self, head_id: int) -> MarketHost:
        """The host of a market. Raises StoreError, MarketGone."""
        async with self._lock:
            host = self._hosts.get(head_id)
            if host is None or host.stopped:
                self._store = self._store or Store()
                host = MarketHost(head_id, self._store, save_results)
                await host.start()
                self._hosts[head_id] = host
        return host

    def peek(self, head_id: int) -> MarketHost | None:
        """The host of a market if it lives already."""
        return self._hosts.get(head_id)


HOSTS = Hosts()


async def save_results(host: MarketHost) -> None:
    """Note on oTree's own rows what each seat ended with, whatever page its participant is on."""
    async with lock2:
        with database_troubles(), session_scope():
            group = Group.objects_get(id=MarketHead.objects_get(id=host.head_id).group_id)
            group.finished = True
            for player in Player.objects_filter(group=group):
                account = host.exchange.accounts[player.trader]
                player.final_cash, player.final_shares = account.cash, account.shares
                player.payoff = account.earnings * Decimal(host.exchange.treatment.tick)


@contextmanager
def database_troubles() -> Iterator[None]:
    """As StoreError, so that the host tries again; a session that was deleted meanwhile needs no results."""
    try:
        yield
    except NoResultFound:
        logger.warning("A market that finished is in the database no more: its session was deleted.")
    except SQLAlchemyError as error:
        raise StoreError(str(error)) from error


class MarketSocket(WebSocketEndpoint):
    """One page's connection. The seat comes from the address of the page, never from a message."""

    encoding = "text"

    async def on_connect(self, websocket: WebSocket) -> None:
        # oTree's own wrapper: a page that went away is no error
        websocket.send = wrap_websocket_send(websocket.send)  # type: ignore[method-assign]
        await websocket.accept()
        seat = await find_seat(**websocket.path_params)
        if seat is None:
            await websocket.close(code=UNKNOWN_SEAT)
            return
        self.host = await HOSTS.get(seat[0])
        self.connection = self.host.join(seat[1])
        self.pump = asyncio.create_task(tell_news(websocket, self.host, self.connection))

    async def on_receive(self, websocket: WebSocket, text: str) -> None:
        request = parse(text)
        if request.action is None and request.refusal is None:
            self.connection.seen = -1
            self.connection.news.set()
            return
        receipt = await self.host.ask(self.connection.trader, request)
        await websocket.send_text(acknowledgement(request.id, receipt))

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:
        if hasattr(self, "connection"):
            self.pump.cancel()
            self.host.leave(self.connection)


async def tell_news(websocket: WebSocket, host: MarketHost, connection: Connection) -> None:
    """Send news at once while the market is quiet, and at most every `COALESCE_SECONDS` while it is busy."""
    while not host.stopped:
        await connection.news.wait()
        connection.news.clear()
        while message := host.news(connection):
            await websocket.send_text(message)
        await asyncio.sleep(COALESCE_SECONDS)
    await websocket.close(code=SERVICE_RESTART)


async def find_seat(participant_code: str, round_number: str) -> tuple[int, str] | None:
    """(number of the market, trader) of a participant in a round, None where there is none."""
    if not (round_number.isascii() and round_number.isdecimal() and len(round_number) < 6):
        return None
    async with lock2:
        with session_scope():
            found = (
                dbq(Player)
                .join(Participant)
                .join(MarketHead, MarketHead.group_id == Player.group_id)
                .filter(Participant.code == participant_code, Player.round_number == int(round_number))
                .with_entities(MarketHead.id, Player.trader)
            )
            return found.first()  # type: ignore[no-any-return]


websocket_routes.append(WebSocketRoute("/openpit/market/{participant_code}/{round_number}", MarketSocket))
