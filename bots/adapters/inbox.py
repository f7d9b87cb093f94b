"""What a bot's page sends, in the order in which the page sent it. Knows no browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any

from bots.adapters.errors import BrowserGone, PageLeft

Message = dict[str, Any]


class Inbox:
    """Messages of one tab: receipts go to who waits for them, all others to `deliver`.

    The driver hands over every message in a thread of its own, so their order is not given: `document` grows with
    every page that is loaded, `count` from 1 within it. Messages of a page that has been left are dropped.
    """

    def __init__(self, deliver: Callable[[Message], None]) -> None:
        self._deliver = deliver
        self._lock = Lock()
        self._document = 0.0
        self._next = 1
        self._early: dict[int, Message] = {}
        self._waiting: dict[int, Future[Message]] = {}
        self._tickets = 0

    def put(self, text: str) -> None:
        message: Message = json.loads(text)
        with self._lock:
            if message["document"] > self._document:
                self._turn_page(message["document"])
            if message["document"] == self._document:
                self._early[message["count"]] = message
                self._deliver_in_order()

    def ticket(self) -> tuple[int, Future[Message]]:
        """A number for a command, and the promise of its receipt; it fails with PageLeft or BrowserGone."""
        with self._lock:
            self._tickets += 1
            promise = self._waiting[self._tickets] = Future()
            return self._tickets, promise

    def begin(self) -> None:
        """A new tab: its clock may be another machine's, so its pages need not be later than those before."""
        with self._lock:
            self._turn_page(0.0)

    def lost(self, why: str) -> None:
        """The tab is gone: nobody need wait for it any longer."""
        with self._lock:
            self._break_promises(BrowserGone(why))
            self._deliver({"kind": "lost", "why": why})

    def _turn_page(self, document: float) -> None:
        self._document, self._next = document, 1
        self._early.clear()
        self._break_promises(PageLeft("The page was left before its receipt came."))

    def _deliver_in_order(self) -> None:
        while message := self._early.pop(self._next, None):
            self._next += 1
            if message["kind"] == "receipt":
                self._answer(message)
            else:
                self._deliver(message)

    def _answer(self, message: Message) -> None:
        if promise := self._waiting.pop(message["ticket"], None):
            promise.set_result(message)

    def _break_promises(self, reason: Exception) -> None:
        for promise in self._waiting.values():
            promise.set_exception(reason)
        self._waiting.clear()
