"""The websocket of the trading page: who a page belongs to, commands in, receipts and news out."""

from __future__ import annotations

import asyncio
import logging
import time

from otree.channels.routing import websocket_routes
from otree.channels.utils import wrap_websocket_send
from otree.database import dbq, session_scope
from otree.middleware import lock2
from otree.models import Participant
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from otree_app.host import MarketHost
from otree_app.hosts import HOSTS
from otree_app.journal import told
from otree_app.models import MarketHead, Player
from otree_app.protocol import acknowledgement, parse
from otree_app.seats import Connection
from otree_app.store import MarketGone, StoreError

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.05
UNKNOWN_SEAT = 4404
TOO_MANY_PAGES = 4429
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013


class MarketSocket(WebSocketEndpoint):
    """One page's connection. The seat comes from the address of the page, never from a message."""

    async def decode(self, websocket: WebSocket, message: Message) -> str:
        """The text of a message; a binary one, which is none of ours, is refused like an empty one."""
        return str(message.get("text") or "")

    async def on_connect(self, websocket: WebSocket) -> None:
        # oTree's own wrapper: a page that went away is no error
        websocket.send = wrap_websocket_send(websocket.send)  # type: ignore[method-assign]
        await websocket.accept()
        seat = await find_seat(**websocket.path_params)
        if seat is None:
            await websocket.close(code=UNKNOWN_SEAT)
            return
        try:
            self.host = await HOSTS.get(seat[0])
        except (StoreError, MarketGone) as error:
            about = {"session": seat[2], **websocket.path_params, "market": seat[0]}
            logger.error("%s", told("page_refused", **about, why=error))
            await websocket.close(code=TRY_AGAIN_LATER)
            return
        self.connection = self.host.join(seat[1])
        self.about = {"session": seat[2], **websocket.path_params, "market": seat[0], "trader": seat[1]}
        logger.info("%s", told("page_opened", **self.about))
        self.pump = asyncio.create_task(tell_news(websocket, self.host, self.connection))

    async def on_receive(self, websocket: WebSocket, text: str) -> None:
        if wait := self.host.market.inflow.wait(self.connection.trader, time.monotonic()):
            await asyncio.sleep(wait)
        request = parse(text)
        if request.action is None and request.refusal is None:
            self.connection.seen = -1
            self.connection.news.set()
            return
        receipt = await self.host.ask(self.connection.trader, request)
        await websocket.send_text(acknowledgement(request.id, receipt, self.host.exchange.treatment.language))

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:
        if hasattr(self, "connection"):
            self.pump.cancel()
            self.host.leave(self.connection)
            logger.info("%s", told("page_closed", **self.about, code=close_code))
            HOSTS.let_go(self.host)


async def tell_news(websocket: WebSocket, host: MarketHost, connection: Connection) -> None:
    """Send news at once while the market is quiet, and at most every `COALESCE_SECONDS` while it is busy."""
    while not (host.stopped or connection.closed):
        await connection.news.wait()
        connection.news.clear()
        while message := host.news(connection):
            await websocket.send_text(message)
        await asyncio.sleep(COALESCE_SECONDS)
    await websocket.close(code=TOO_MANY_PAGES if connection.closed else SERVICE_RESTART)


async def find_seat(participant_code: str, round_number: str) -> tuple[int, str, str] | None:
    """(number of the market, trader, session) of a participant in a round, None where there is none."""
    if not (round_number.isascii() and round_number.isdecimal() and len(round_number) < 6):
        return None
    async with lock2:
        with session_scope():
            found = (
                dbq(Player)
                .join(Participant)
                .join(MarketHead, MarketHead.group_id == Player.group_id)
                .filter(Participant.code == participant_code, Player.round_number == int(round_number))
                .with_entities(MarketHead.id, Player.trader, Participant._session_code)
            )
            return found.first()  # type: ignore[no-any-return]


websocket_routes.append(WebSocketRoute("/openpit/market/{participant_code}/{round_number}", MarketSocket))
