"""One live market: takes commands in turn, stores what they did, answers after the commit, tells the others."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from market.events import OPERATOR, Operation, Pause, Phase, Resume
from market.exchange import Exchange, fold
from market.orders import Receipt
from market.treatments import roles_from, treatment_from
from otree_app.feed import Feed
from otree_app.protocol import HostState, Request, host_document, receipt_of
from otree_app.schedule import Schedule
from otree_app.seats import Answers, Connection, Connections, Pace
from otree_app.store import Head, Store, Stored, StoreError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


@dataclass(slots=True)
class Ask:
    """A command on its way: who asks, what, and where the answer goes."""

    trader: str
    request: Request
    answer: asyncio.Future[Receipt]


class MarketHost:
    """Owns the exchange of one group. One task works through commands and the clock; nothing else changes the market.

    `on_finish` is awaited once the last period has closed and is on disk.
    """

    exchange: Exchange
    schedule: Schedule

    def __init__(self, head_id: int, store: Store, on_finish: Callable[[MarketHost], Awaitable[None]]) -> None:
        self.head_id = head_id
        self.connections = Connections()
        self._store = store
        self._on_finish = on_finish
        self._asks: list[Ask] = []
        self._batch: list[Ask] = []
        self._wake = asyncio.Event()
        self._saving = False
        self._results_noted = False
        self.stopped = False

    async def start(self) -> None:
        """Rebuild the market from its rows and begin to work. Raises StoreError."""
        await self._load()
        self._task = asyncio.create_task(self._work())
        self._task.add_done_callback(self._stop)

    def _stop(self, task: asyncio.Task[None]) -> None:
        """Only a bug ends the work. Let go of all pages: they come back to a host that is built anew from the rows."""
        self.stopped = True
        for ask in (*self._batch, *self._asks):
            _answer(ask, NOT_SAVED)
        self.connections.tell()
        if not task.cancelled():
            logger.critical("Market %s stopped", self.head_id, exc_info=task.exception())

    async def _load(self) -> None:
        head, stored = await self._store.read(self.head_id)
        self.exchange = restored(head, stored)
        self.schedule = Schedule(self.exchange, tuple(json.loads(head.dividends)))
        self.feed = Feed(self.exchange)
        self._stored = self._phase_began = len(stored)
        self._clients: list[str] = [one.client for one in stored]
        self._answers = Answers()
        self._pace = Pace(self.exchange.treatment.orders_per_second)
        for one, event in zip(stored, self.exchange.events, strict=True):
            if event.actor == OPERATOR:
                self.schedule.moved(event.command, one.utc)  # type: ignore[arg-type]
            elif one.client:
                self._answers.put(event.actor, one.client, receipt_of(event))
        self._give_back_lost_time(stored)

    def _give_back_lost_time(self, stored: Sequence[Stored]) -> None:
        """Take the clock up where the log left it, so that nobody pays for the time in which no server ran."""
        now = time.time()
        if stored:
            self.schedule.first_seat = stored[0].utc
        if self.exchange.phase is Phase.OPEN:
            self.schedule.anchor, self.schedule.anchor_seconds = now, self.exchange.seconds
            self.operate(Pause("The server was restarted."), now)
            self.operate(Resume(), now)
        elif self.exchange.phase is Phase.CLOSED:
            self.schedule.anchor = now

    # What pages and operators ask for

    def join(self, trader: str) -> Connection:
        if self.schedule.first_seat is None:
            self.schedule.first_seat = time.time()
        connection = self.connections.add(trader)
        self._wake.set()
        return connection

    def leave(self, connection: Connection) -> None:
        self.connections.remove(connection)
        if self.exchange.phase is Phase.WAITING and not self.connections.ready():
            self.schedule.first_seat = None  # who has gone again does not start the market for nobody

    async def ask(self, trader: str, request: Request) -> Receipt:
        """Have a command carried out; the receipt comes when it is on disk."""
        if self.stopped:
            return NOT_SAVED
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._asks.append(Ask(trader, request, answer))
        self._wake.set()
        return await answer

    @property
    def on_disk(self) -> int:
        """How many events are stored."""
        return self._stored

    def state(self) -> HostState:
        """The clock and who is there, now."""
        exchange, ready = self.exchange, self.connections.ready()
        change = self.schedule.next_change(ready == len(exchange.accounts))
        timed = change is not None and exchange.phase is not Phase.WAITING
        remaining = round(max(0.0, change - time.time()), 3) if timed and change else None
        return HostState(remaining, exchange.phase is Phase.OPEN, ready, len(exchange.accounts), self._note())

    def _note(self) -> str:
        """Why the market is paused, for all to read."""
        last = self.exchange.events[-1].command if self.exchange.events else None
        return last.reason if isinstance(last, Pause) else ""

    def news(self, connection: Connection) -> str | None:
        """The next message for a page; None when it knows everything that is on disk."""
        if self._saving:
            return None
        if connection.seen < self._stored:
            return self._market_news(connection)
        state = self.state()
        if connection.told and connection.told.ready == state.ready:
            return None
        connection.told = state
        return json.dumps({"type": "host", "host": host_document(state)})

    def _market_news(self, connection: Connection) -> str:
        since, connection.seen = connection.seen, self._stored
        seconds = self.schedule.seconds(time.time())
        update = self.feed.update(connection.trader, since, seconds) if since >= self._phase_began else None
        if update is None:
            connection.told = self.state()
            return self.feed.snapshot(connection.trader, seconds, host_document(connection.told))
        return update

    # Work

    async def _work(self) -> None:
        while True:
            await self._note_results()
            await self._sleep()
            self._batch, self._asks = self._asks, []
            self._run_clock(time.time())
            receipts = [self._carry_out(ask, time.time()) for ask in self._batch]
            await self._save(receipts)

    async def _note_results(self) -> None:
        """Once the last period is on disk; again after a restart or a failure, until it has been done."""
        while self.exchange.phase is Phase.FINISHED and not self._results_noted:
            try:
                await self._on_finish(self)
                self._results_noted = True
            except StoreError:
                logger.exception("Market %s: could not note the results, trying again", self.head_id)
                await asyncio.sleep(RETRY_SECONDS)

    async def _sleep(self) -> None:
        """Until somebody asks or the clock has something to do."""
        change = self.schedule.next_change(self._all_ready())
        seconds = None if change is None else max(0.0, change - time.time())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    def _all_ready(self) -> bool:
        return self.connections.ready() == len(self.exchange.accounts)

    def _run_clock(self, now: float) -> None:
        while operation := self.schedule.due(now, self._all_ready()):
            self.operate(operation, now)

    def operate(self, operation: Operation, now: float) -> None:
        self.schedule.operate(operation, now)
        self._clients.append("")
        self._phase_began = len(self.exchange.events)

    def _carry_out(self, ask: Ask, now: float) -> Receipt:
        request, trader = ask.request, ask.trader
        known = self._answers.get(trader, request.id)
        if known or request.refusal or request.action is None:
            return known or request.refusal or Receipt("held")
        rate = self.exchange.treatment.orders_per_second
        if self._pace.too_fast(trader, now):
            return Receipt.refused("too_fast", limit=f"{rate:g}")
        receipt = self.exchange.submit(trader, request.action, self.schedule.seconds(now))
        self._clients += [request.id] * (len(self.exchange.events) - len(self._clients))
        self._answers.put(trader, request.id, receipt)
        return receipt

    async def _save(self, receipts: Sequence[Receipt]) -> None:
        """Commit what is new, then answer and tell; where it cannot be saved, go back to what is on disk and refuse."""
        self._saving, before = True, self._stored
        saved = await self._commit()
        if not saved:
            await self._go_back()
        self._saving = False
        for ask, receipt in zip(self._batch, receipts, strict=True):
            # a commit may have arrived though its answer did not: then the log knows the command
            known = receipt if saved or not receipt.ok else self._answers.get(ask.trader, ask.request.id)
            _answer(ask, known or NOT_SAVED)
        self._batch = []
        if not saved or self._stored > before:
            self.connections.tell()

    async def _commit(self) -> bool:
        now, new = time.time(), self.exchange.log(self._stored)
        if not new:
            return True
        try:
            rows = [Stored(line, now, client) for line, client in zip(new, self._clients[self._stored :], strict=True)]
            await self._store.append(self.head_id, rows)
        except StoreError:
            logger.exception("Market %s: could not save %s events", self.head_id, len(new))
            return False
        self._stored += len(new)
        return True

    async def _go_back(self) -> None:
        while True:
            try:
                await self._load()
            except StoreError:
                logger.exception("Market %s: could not read the log, trying again", self.head_id)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self.connections.forget()
                self._wake.set()
                return


NOT_SAVED = Receipt.refused("not_saved")


def _answer(ask: Ask, receipt: Receipt) -> None:
    if not ask.answer.done():
        ask.answer.set_result(receipt)


def restored(head: Head, stored: Sequence[Stored]) -> Exchange:
    """The exchange that a stored log leads to. Raises LogMismatch where the rules answer it differently now."""
    treatment = treatment_from(json.loads(head.document))
    return fold(treatment, roles_from(head.roles), [one.line for one in stored])
