"""Who is at a market and since when not, and what follows from it. Pure; the time of day is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from market.events import (
    EndMarket,
    Extend,
    HandBack,
    Operation,
    Pause,
    Phase,
    Presence,
    Resume,
    TakeOver,
    Tell,
)
from market.exchange import Exchange
from market.language import duration, say
from market.parts import Absence
from market.tail import EventTail

# nobody may be there for so long before the wait for the others starts anew with who comes next; so long is there to
# come back when the server was gone
EMPTY_SECONDS = 60
DECLINED = "declined"
PEOPLE = ("human", DECLINED)


@dataclass(slots=True)
class Attendance:
    """Who has a page open. Times in seconds since 1970.

    `kinds` by trader: human, model, rule, or declined for who will not come. `gone` says since when a seat has had no
    page; `excused` are seats that are away and whose absence needs nothing more: it was acted on, or known when the
    market opened. `first`: since when the market has waited; `empty`: since when nobody is there that it waits for.
    `paused`: whom the last pause waits for, and since when; None where it waits for nobody.
    """

    kinds: dict[str, str]
    absence: Absence
    present: set[str] = field(default_factory=set)
    gone: dict[str, float] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    opened: bool = False
    first: float | None = None
    empty: float | None = None
    paused: tuple[str, float] | None = None

    @property
    def all_there(self) -> bool:
        """Whether everybody is there who will come, and they can trade with each other."""
        expected = {trader for trader, kind in self.kinds.items() if kind != DECLINED}
        return expected <= self.present and self.can_trade

    @property
    def can_trade(self) -> bool:
        return len(self.present) >= 2

    @property
    def all_declined(self) -> bool:
        """Whether no person will come, though people were expected and bots are not to start alone."""
        people = [kind for kind in self.kinds.values() if kind in PEOPLE]
        return bool(people) and "human" not in people and not self.absence.bots_alone

    @property
    def somebody(self) -> bool:
        """Whether anybody is there for whom a market may start: a person, where people are expected."""
        return bool(self.present & self._awaited())

    def _awaited(self) -> set[str]:
        people = {trader for trader, kind in self.kinds.items() if kind in PEOPLE}
        return people if people and not self.absence.bots_alone else set(self.kinds)

    def people(self) -> set[str]:
        """The seats of those who take part."""
        return {trader for trader, kind in self.kinds.items() if kind == "human"}

    def note(self, operation: Presence, now: float) -> None:
        """Take in that a seat's page has come or gone."""
        trader = operation.trader
        if operation.present:
            self.present.add(trader)
            self.excused.discard(trader)
            self.gone.pop(trader, None)
        else:
            self.present.discard(trader)
            self.gone[trader] = now
        self._note_wait(now)

    def know(self, kinds: dict[str, str], now: float) -> None:
        """Take in who sits where, which may change for whom the market waits."""
        if kinds != self.kinds:
            self.kinds = kinds
            self._note_wait(now)

    def _note_wait(self, now: float) -> None:
        if not self.somebody:
            self.empty = self.empty or now
            return
        if self.first is None or (self.empty and now - self.empty > EMPTY_SECONDS):
            self.first = now
        self.empty = None

    def wait_on(self, now: float, ready_seconds: float) -> None:
        """No server ran for a while: the wait goes on, but no shorter than people need to come back.

        Otherwise who is back first after a long while would be taken for the only one who came.
        """
        if self.first is not None:
            self.first = max(self.first, now - max(0.0, ready_seconds - EMPTY_SECONDS))

    def market_opens(self, now: float) -> None:
        """The first time: who is not there then is only missed where a rule can play for who never came."""
        if self.opened:
            return
        self.opened = True
        away = self.kinds.keys() - self.present
        self.gone.update(dict.fromkeys(away, now))
        if self.absence.dropout != "takeover":
            self.excused |= away

    def pause_for(self, trader: str, now: float) -> None:
        """A pause has begun, for a trader who is away or, with "", for another reason."""
        self.paused = (trader, now) if trader else None
        self.excused |= {trader} if trader else set()

    def pause_on(self, now: float) -> None:
        """No server ran for a while, so that nobody could come back: the pause begins anew."""
        if self.paused:
            self.paused = (self.paused[0], now)

    def go_on(self) -> None:
        """A pause has ended: where that was without who it was for, nobody else who is away is waited for either."""
        if self.paused and self.paused[0] not in self.present:
            self.excused |= self.gone.keys()
        self.paused = None

    @property
    def patience_ends(self) -> float | None:
        """When the pause that lasts for somebody has lasted long enough."""
        return self.paused and self.paused[1] + self.absence.longest_pause

    def missed(self) -> Iterator[tuple[float, str]]:
        """(when it becomes too long, trader) of each person who is away and not excused."""
        for trader in self.gone.keys() - self.excused:
            if self.kinds[trader] in PEOPLE:
                yield self.gone[trader] + self.absence.dropout_seconds, trader


def next_absence(exchange: Exchange, attendance: Attendance) -> float | None:
    """When something will have to be done about who is away."""
    if exchange.phase is Phase.PAUSED:
        return attendance.patience_ends
    if not _watched(exchange, attendance.absence):
        return None
    return min((moment for moment, _ in attendance.missed()), default=None)


def _watched(exchange: Exchange, absence: Absence) -> bool:
    """Whether an absence matters now. What is to be paused is paused when trading goes on."""
    phases = {"stay": (), "pause": (Phase.OPEN,)}.get(absence.dropout, (Phase.OPEN, Phase.FORECAST))
    return exchange.phase in phases


def due_to_absence(exchange: Exchange, attendance: Attendance, now: float) -> Operation | None:
    """What must happen now because somebody has been away for too long, or is back."""
    conduct = exchange.conduct
    if back := sorted(conduct.taken_over.keys() & attendance.present):
        return HandBack(back[0])
    if conduct.paused and conduct.paused.waits_for in attendance.present:
        return Resume()
    if exchange.phase is Phase.PAUSED and (until := attendance.patience_ends) and until <= now:
        return Resume(say(exchange.treatment.language, "host.went_on"))
    if not _watched(exchange, attendance.absence):
        return None
    late = sorted(trader for moment, trader in attendance.missed() if moment <= now)
    return _answer(exchange, attendance.absence, late[0]) if late else None


def _answer(exchange: Exchange, absence: Absence, trader: str) -> Operation:
    language = exchange.treatment.language
    if absence.dropout == "takeover":
        return TakeOver(trader, absence.dropout_trader)
    if absence.dropout == "end":
        return EndMarket(say(language, "host.ended_absent"))
    return Pause(
        say(language, "host.paused_absent", length=duration(language, absence.longest_pause)), waits_for=trader
    )


def waited(events: EventTail, stamps: Sequence[float]) -> dict[str, float]:
    """Seconds that each trader's page was there before the market began, or was cancelled."""
    came: dict[str, float] = {}
    total: dict[str, float] = {}
    for event in events.known():
        at = stamps[event.seq - 1]
        match event.command:
            case Presence(trader, True):
                came[trader] = at
            case Presence(trader, False):
                _stop(total, came, [trader], at)
            case Tell() | Extend():
                pass
            case _:
                _stop(total, came, list(came), at)
                break
    return total


def _stop(total: dict[str, float], came: dict[str, float], traders: Iterable[str], at: float) -> None:
    for trader in traders:
        total[trader] = total.get(trader, 0.0) + at - came.pop(trader)


def kinds_of(exchange: Exchange, told: Mapping[str, str]) -> dict[str, str]:
    """The kind of each seat; a person's where nothing is known."""
    return {trader: told.get(trader, "human") for trader in exchange.accounts}
