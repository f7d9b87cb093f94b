"""A market at work in memory: built from its stored log, it applies what is asked and what is due. Does no I/O."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence

from market.events import (
    OPERATOR,
    EndMarket,
    Event,
    HandBack,
    Operation,
    Pause,
    Phase,
    Presence,
    Resume,
    TakeOver,
    Tell,
)
from market.exchange import Exchange, follow
from market.information import draws_from
from market.language import say
from market.orders import Receipt
from market.treatments import roles_from, treatment_from
from otree_app.asks import Ask
from otree_app.feed import Feed
from otree_app.presence import Attendance, due_to_absence, kinds_of, next_absence
from otree_app.protocol import receipt_of
from otree_app.rounds import bots_among
from otree_app.schedule import Schedule
from otree_app.seats import Answers, Inflow, Pace
from otree_app.stand_ins import StandIns
from otree_app.store import Head, Stored

# these change nothing that a page would have to be told in a snapshot
QUIET = (Presence, Tell, TakeOver, HandBack)
# messages a second that are read of a seat at least; clicking is slower
LEAST_INFLOW = 20.0
ACTIVE = (Phase.OPEN, Phase.FORECAST)
# why markets end without anybody's doing
ENDS = ("host.ended_absent", "host.cancelled_late", "host.cancelled_declined")


class LiveMarket:
    """The exchange with its clock, its stand-ins and what its log does not know. Forgets what is old and on disk.

    `stamps`: when each event that is on disk was accepted, in seconds since 1970. Events after number `phase_began`
    can be told in updates. `now` is the time of day in seconds since 1970 in all methods.
    """

    def __init__(self, head: Head, stored: Sequence[Stored], kinds: Mapping[str, str]) -> None:
        self.exchange = _fresh(head)
        attendance = Attendance(kinds_of(self.exchange, kinds), self.exchange.treatment.absence)
        self.schedule = Schedule(self.exchange, draws_from(head.draws), attendance)
        self.feed = Feed(self.exchange, bots_among(kinds))
        self.answers = Answers()
        self.stamps = array("d")
        self.phase_began = 0
        self._beside: list[tuple[str, float]] = []
        self._stand_ins = StandIns(self.exchange, head.seed)
        rate = self.exchange.treatment.orders_per_second
        self.inflow, self._pace = Inflow(max(LEAST_INFLOW, 2 * rate)), Pace(rate)
        self.read_on(stored)

    def read_on(self, stored: Sequence[Stored]) -> None:
        """Do the next events of the stored log again. Raises LogMismatch where the rules answer them differently."""
        follow(self.exchange, [one.line for one in stored])
        for one, event in zip(stored, self.exchange.events[self.on_disk :], strict=True):
            self._remember(one, event)
        self._keep(stored)
        self.phase_began = self.on_disk

    def _remember(self, stored: Stored, event: Event) -> None:
        if event.actor == OPERATOR:
            self.schedule.moved(event, stored.utc)
        elif stored.client:
            self.answers.put(event.actor, stored.client, receipt_of(event))

    def give_back_lost_time(self, now: float, why: str) -> None:
        """Take the clock up where the log left it, so that nobody pays for the time in which no server ran."""
        if self.exchange.phase is Phase.OPEN:
            self.schedule.anchor, self.schedule.anchor_seconds = now, self.exchange.seconds
            self.operate(Pause(say(self.exchange.treatment.language, why)), now)
            self.operate(Resume(), now)
        elif self.exchange.phase in (Phase.CLOSED, Phase.FORECAST):
            self.schedule.anchor = now
        elif self.exchange.phase is Phase.PAUSED:
            self.schedule.attendance.pause_on(now)
        elif self.exchange.phase is Phase.WAITING:
            self.schedule.attendance.wait_on(now, self.exchange.treatment.ready_seconds)

    def know_kinds(self, kinds: Mapping[str, str], now: float) -> None:
        self.schedule.attendance.know(kinds_of(self.exchange, kinds), now)

    def least_reaction(self, trader: str, now: float) -> float:
        """From when on a command may be done: a bot is no faster after the market's last event than it may be."""
        seconds = self.exchange.treatment.bot_reaction_seconds
        human = self.schedule.attendance.kinds[trader] == "human"
        return now if human or not self.stamps else max(now, self.stamps[-1] + seconds)

    def moments(self) -> Iterator[float]:
        """When there will be something to do though nobody asks for anything."""
        stand_ins = self._stand_ins.next_due if self.exchange.phase in ACTIVE else None
        for moment in (self.schedule.next_change(), next_absence(self.exchange, self.schedule.attendance), stand_ins):
            if moment is not None:
                yield moment

    def somebody_missed(self, now: float) -> bool:
        """Whether an absence has become too long."""
        moment = next_absence(self.exchange, self.schedule.attendance)
        return moment is not None and moment <= now

    # What happens

    def run_clock(self, now: float, there: frozenset[str]) -> None:
        """Do all that is due. `there`: the seats with an open page."""
        while self.exchange.phase is not Phase.FINISHED and (operation := self._due(now, there)):
            self.operate(operation, now)
            if isinstance(operation, Resume) and operation.reason:
                self.operate(Tell(operation.reason), now)

    def _due(self, now: float, there: frozenset[str]) -> Operation | None:
        if changed := there ^ self.exchange.conduct.present:
            return Presence(min(changed), min(changed) in there)
        return due_to_absence(self.exchange, self.schedule.attendance, now) or self.schedule.due(now)

    def operate(self, operation: Operation, now: float) -> Event:
        """Raises OperationError where the phase does not allow it."""
        self.schedule.operate(operation, now)
        self._note("", 0.0)
        if not isinstance(operation, QUIET):
            self.phase_began = len(self.exchange.events)
        return self.exchange.events[-1]

    def carry_out(self, ask: Ask, now: float) -> Receipt:
        """Do what a seat asks for, once."""
        request, trader = ask.request, ask.trader
        known = self.answers.get(trader, request.id)
        if known or request.refusal or request.action is None:
            return known or request.refusal or Receipt("held")
        rate = self.exchange.treatment.orders_per_second
        if self._pace.too_fast(trader, now):
            return Receipt.refused("too_fast", limit=f"{rate:g}")
        receipt = self.exchange.submit(trader, request.action, self.schedule.seconds(now))
        self._note(request.id, round(max(0.0, ask.due - ask.came), 3))
        self.answers.put(trader, request.id, receipt)
        return receipt

    def stand_in(self, now: float) -> None:
        """Have rule traders play the seats that were taken over."""
        self._stand_ins.follow(now)
        if self.exchange.phase in ACTIVE:
            self._stand_ins.play(now, self.schedule.seconds(now))
            self._note("", 0.0)

    def _note(self, client: str, held: float) -> None:
        """Keep what the log does not know of the events that are new, until they are stored."""
        self._beside += [(client, held)] * (len(self.exchange.events) - self.on_disk - len(self._beside))

    # What of it is on disk

    @property
    def on_disk(self) -> int:
        return len(self.stamps)

    def unsaved(self, now: float) -> list[Stored]:
        """What has happened since, to be stored at `now`."""
        beside = zip(self.exchange.log(self.on_disk), self._beside, strict=True)
        return [Stored(line, now, *rest) for line, rest in beside]

    def saved(self, stored: Sequence[Stored]) -> None:
        del self._beside[: len(stored)]
        self._keep(stored)

    def _keep(self, stored: Sequence[Stored]) -> None:
        """Of what is on disk, memory keeps when it was, and the latest."""
        self.stamps.extend(one.utc for one in stored)
        self.exchange.forget(self.on_disk)


def note_of(exchange: Exchange) -> str:
    """Why the market is paused, or ended by itself, for all to read; the lab's reason for an end is for the data."""
    paused, last = exchange.conduct.paused, exchange.events[-1].command if exchange.events else None
    if exchange.phase is Phase.FINISHED:
        own = [say(exchange.treatment.language, key) for key in ENDS]
        return last.reason if isinstance(last, EndMarket) and last.reason in own else ""
    return paused.reason if paused else ""


def restored(head: Head, stored: Sequence[Stored]) -> Exchange:
    """The exchange that a stored log leads to. Raises LogMismatch where the rules answer it differently now."""
    exchange = _fresh(head)
    follow(exchange, [one.line for one in stored])
    return exchange


def _fresh(head: Head) -> Exchange:
    """The exchange before its first event."""
    return Exchange(treatment_from(json.loads(head.document)), roles_from(head.roles))
