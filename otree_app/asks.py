"""What waits to be done in a market: commands of seats, wishes of the lab."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from market.events import Event, Operation
from market.orders import Receipt
from otree_app.protocol import Request

NOT_SAVED = Receipt.refused("not_saved")


@dataclass(slots=True)
class Ask:
    """A command on its way: who asks, what, when it came, from when on it may be done, where the answer goes."""

    trader: str
    request: Request
    came: float
    due: float
    answer: asyncio.Future[Receipt]

    def reply(self, receipt: Receipt) -> None:
        if not self.answer.done():
            self.answer.set_result(receipt)


@dataclass(slots=True)
class Wish:
    """An operation that the lab wants, made when its turn comes; the answer is its event, or why there is none."""

    make: Callable[[], Operation]
    answer: asyncio.Future[Event]
    event: Event | None = None

    def grant(self) -> None:
        if self.event and not self.answer.done():
            self.answer.set_result(self.event)

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
