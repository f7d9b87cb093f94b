"""The host of one live market: takes commands in turn, stores what they did, answers after the commit, tells all."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress

from market.events import Event, Operation, Phase
from market.exchange import Exchange, OperationError
from market.orders import Receipt
from otree_app.asks import NOT_SAVED, Ask, Wish
from otree_app.live_market import LiveMarket, note_of
from otree_app.protocol import HostState, Request, host_document
from otree_app.schedule import Schedule
from otree_app.seats import Connection, Connections
from otree_app.store import Store, StoreError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
# while a market waits, people may decline and runners may say which seats are theirs
LOOK_SECONDS = 2.0
MESSAGES_SHOWN = 5


class MarketHost:
    """Owns the market of one group. One task works through commands and the clock; nothing else changes the market.

    `on_finish` is awaited once the market has ended and all is on disk, then `finished` is true.
    """

    market: LiveMarket

    def __init__(self, head_id: int, store: Store, on_finish: Callable[[MarketHost], Awaitable[None]]) -> None:
        self.head_id = head_id
        self.connections = Connections()
        self._store = store
        self._on_finish = on_finish
        self._asks: list[Ask] = []
        self._batch: list[Ask] = []
        self._wishes: list[Wish] = []
        self._wake = asyncio.Event()
        self._saving = False
        self._kinds_changed = False
        self.finished = False
        self.stopped = False

    async def start(self, why: str = "host.restarted") -> None:
        """Rebuild the market from its rows and begin to work; `why` it had stopped, if it had. Raises StoreError."""
        await self._load(why)
        self._task = asyncio.create_task(self._work())
        self._task.add_done_callback(self._stop)

    async def _load(self, why: str) -> None:
        head, kinds = await self._store.head(self.head_id), await self._store.kinds(self.head_id)
        market = LiveMarket(head, (), kinds)
        # in a thread, so that other markets go on meanwhile
        while stored := await self._store.read(self.head_id, market.on_disk):
            await asyncio.to_thread(market.read_on, stored)
        market.give_back_lost_time(time.time(), why)
        self.market = market

    def close(self) -> None:
        """Stop working; everything that was acknowledged is on disk."""
        self._task.cancel()

    def _stop(self, task: asyncio.Task[None]) -> None:
        """Closed, or stopped by a bug. Let go of all pages: they come back to a host that is built anew."""
        self.stopped = True
        for ask in (*self._batch, *self._asks):
            ask.reply(NOT_SAVED)
        for wish in self._wishes:
            wish.refuse(StoreError("The market was interrupted."))
        self.connections.tell()
        if not task.cancelled():
            logger.critical("Market %s stopped", self.head_id, exc_info=task.exception())

    # What stands

    @property
    def exchange(self) -> Exchange:
        return self.market.exchange

    @property
    def schedule(self) -> Schedule:
        return self.market.schedule

    @property
    def stamps(self) -> Sequence[float]:
        """When each event that is on disk was accepted, in seconds since 1970."""
        return self.market.stamps

    @property
    def on_disk(self) -> int:
        """How many events are stored."""
        return self.market.on_disk

    # What pages and the lab ask for

    def join(self, trader: str) -> Connection:
        connection = self.connections.add(trader)
        self._wake.set()
        return connection

    def leave(self, connection: Connection) -> None:
        self.connections.remove(connection)
        self._wake.set()

    def kinds_changed(self) -> None:
        """Who sits where is known better than before."""
        self._kinds_changed = True
        self._wake.set()

    async def ask(self, trader: str, request: Request) -> Receipt:
        """Have a command carried out; the receipt comes when it is on disk."""
        if self.stopped:
            return NOT_SAVED
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        now = time.time()
        self._asks.append(Ask(trader, request, now, self.market.least_reaction(trader, now), answer))
        self._wake.set()
        return await answer

    async def wish(self, make: Callable[[], Operation]) -> Event:
        """Have the operation that `make` returns carried out; its event comes when it is on disk.

        Raises OperationError where the market's phase does not allow it, StoreError where it could not be stored.
        """
        if self.stopped:
            raise StoreError("The market was interrupted.")
        answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._wishes.append(Wish(make, answer))
        self._wake.set()
        return await answer

    # What pages are told

    def state(self, trader: str = "") -> HostState:
        """The clock, who is there and what `trader` is told beside the market, now."""
        exchange, conduct, there = self.exchange, self.exchange.conduct, self.connections.present()
        change = None if exchange.phase is Phase.WAITING else self.schedule.next_change()
        return HostState(
            remaining=None if change is None else round(max(0.0, change - time.time()), 3),
            running=exchange.phase is Phase.OPEN,
            ready=len(there),
            seats=len(exchange.accounts),
            note=note_of(exchange),
            away=len(self.schedule.attendance.people() - there),
            messages=tuple((one.seconds, one.text) for one in conduct.messages[-MESSAGES_SHOWN:]),
            taken_over=trader in conduct.taken_over,
            handed_back=conduct.returned.count(trader),
        )

    def news(self, connection: Connection) -> str | None:
        """The next message for a page; None when it knows everything that is on disk."""
        if self._saving:
            return None
        if connection.seen < self.on_disk:
            return self._market_news(connection)
        state = self.state(connection.trader)
        if connection.told and connection.told.same(state):
            return None
        connection.told = state
        return json.dumps({"type": "host", "host": host_document(state)})

    def _market_news(self, connection: Connection) -> str:
        since, connection.seen = connection.seen, self.on_disk
        known, connection.trades = connection.trades if since >= 0 else 0, len(self.exchange.trades)
        seconds, feed = self.schedule.seconds(time.time()), self.market.feed
        update = feed.update(connection.trader, since, seconds) if since >= self.market.phase_began else None
        if update is None:
            connection.told = self.state(connection.trader)
            return feed.snapshot(connection.trader, seconds, host_document(connection.told), known)
        return update

    # Work

    async def _work(self) -> None:
        while True:
            await self._note_results()
            await self._sleep()
            await self._look_who_sits_where()
            now = time.time()
            self._batch = [ask for ask in self._asks if ask.due <= now]
            self._asks = [ask for ask in self._asks if ask.due > now]
            wishes = list(self._wishes)
            self.market.run_clock(now, self.connections.present())
            for wish in wishes:
                self._try(wish, now)
            receipts = [self.market.carry_out(ask, time.time()) for ask in self._batch]
            self.market.stand_in(now)
            await self._save(receipts, wishes)

    def _try(self, wish: Wish, now: float) -> None:
        try:
            wish.event = self.market.operate(wish.make(), now)
        except OperationError as error:
            wish.refuse(error)

    async def _note_results(self) -> None:
        """Once the market has ended and that is on disk; again after a restart or a failure, until it has been done."""
        while self.exchange.phase is Phase.FINISHED and not self.finished:
            try:
                await self._on_finish(self)
                self.finished = True
            except StoreError:
                logger.exception("Market %s: could not note the results, trying again", self.head_id)
                await asyncio.sleep(RETRY_SECONDS)

    async def _sleep(self) -> None:
        """Until somebody asks or the clock has something to do."""
        change = min(self._moments(), default=None)
        seconds = None if change is None else max(0.0, change - time.time())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    def _moments(self) -> Iterator[float]:
        yield from self.market.moments()
        yield from (ask.due for ask in self._asks)
        if self.exchange.phase is Phase.WAITING and len(self.connections):
            yield time.time() + LOOK_SECONDS

    async def _look_who_sits_where(self) -> None:
        """The market goes on with what it knew where the database cannot say."""
        waiting = self.exchange.phase is Phase.WAITING
        if not (waiting or self._kinds_changed or self.market.somebody_missed(time.time())):
            return
        told, self._kinds_changed = self._kinds_changed, False
        try:
            self.market.know_kinds(await self._store.kinds(self.head_id), time.time())
        except StoreError:
            self._kinds_changed = told or self._kinds_changed
            logger.exception("Market %s: could not read who sits where", self.head_id)

    async def _save(self, receipts: Sequence[Receipt], wishes: Sequence[Wish]) -> None:
        """Commit what is new, then answer and tell; where it cannot be saved, go back to what is on disk and refuse."""
        self._saving, before = True, self.on_disk
        saved = await self._commit()
        if not saved:
            await self._go_back()
        self._saving = False
        for ask, receipt in zip(self._batch, receipts, strict=True):
            # a commit may have arrived though its answer did not: then the log knows the command
            known = receipt if saved or not receipt.ok else self.market.answers.get(ask.trader, ask.request.id)
            ask.reply(known or NOT_SAVED)
        for wish in wishes:
            wish.grant() if saved else wish.refuse(StoreError("It could not be stored."))
        self._batch, self._wishes = [], self._wishes[len(wishes) :]
        if not saved or self.on_disk > before:
            self.connections.tell()

    async def _commit(self) -> bool:
        new = self.market.unsaved(time.time())
        if not new:
            return True
        try:
            await self._store.append(self.head_id, new)
        except StoreError:
            logger.exception("Market %s: could not save %s events", self.head_id, len(new))
            return False
        self.market.saved(new)
        return True

    async def _go_back(self) -> None:
        while True:
            try:
                await self._load("host.interrupted")
            except StoreError:
                logger.exception("Market %s: could not read the log, trying again", self.head_id)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self.connections.forget()
                self._wake.set()
                return
