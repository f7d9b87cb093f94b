"""One bot in its seat: goes through the pages, decides when a decision is due, joins again when its tab dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging import LoggerAdapter
from queue import Empty, SimpleQueue
from random import Random
from threading import Event
from time import monotonic, time
from typing import Any, Protocol

from market.events import Phase

from bots.adapters.errors import BrowserGone, PageLeft
from bots.adapters.page import Alive, Arrived, Due, Lost, PageEvent, PhaseChanged
from bots.agents.trader import Trader
from bots.domain.thinking import Decided, think
from bots.domain.turns import ActingPage, Done, SeatName, Timing, carry_out, turn_line

# The page says every two seconds that it is alive.
SILENCE_SECONDS = 8.0
TICK_SECONDS = 0.5
PRESS_AGAIN_SECONDS = 5.0
REJOIN_SECONDS = 2.0
MOST_TRIES = 8
# Without news a trader is asked again after so many times the pace.
QUIET_PACES = 4


class BotPage(ActingPage, Protocol):
    """What a seat needs of its page."""

    def join(self) -> None: ...

    def arm(self, *, after: int, least: float, longest: float) -> None: ...

    def pass_on(self, page: Arrived) -> str: ...

    def screenshot(self) -> bytes: ...


class Stop:
    """The run ends."""


SeatEvent = PageEvent | Decided | Stop
Recorder = Callable[[dict[str, object]], None]
Album = Callable[[str, bytes], None]


@dataclass(slots=True)
class SeatState:
    """What the terminal shows of a seat. `place` is a phase of the market or a kind of page."""

    name: SeatName
    trader: str = ""
    place: str = "joining"
    period: int = 0
    action: str = ""
    joined: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def resting(self) -> bool:
        """Nothing more can be done here, unless the page changes by itself."""
        return self.place in ("last page", "stuck", "ended")


class Seat:
    """Plays one participant. `play` runs in a thread of its own; everything else comes in as events."""

    def __init__(
        self,
        name: SeatName,
        trader: Trader,
        *,
        pace: float,
        rng: Random,
        record: Recorder,
        album: Album,
        log: LoggerAdapter[Any],
    ) -> None:
        self.state = SeatState(name)
        self._trader, self._pace, self._rng = trader, pace, rng
        self._record, self._album, self._log = record, album, log
        self._page: BotPage
        self._events: SimpleQueue[SeatEvent] = SimpleQueue()
        self._stopping = Event()
        self._heard = 0.0
        self._phase = Phase.WAITING
        self._turn = 0
        self._thinking: Due | None = None
        self._deadline = 0.0
        self._form: Arrived | None = None
        self._press_at = 0.0
        self._tries = 0

    def sit(self, page: BotPage) -> None:
        """Give the seat its page, whose events go to `hear`."""
        self._page = page

    def hear(self, event: SeatEvent) -> None:
        self._events.put(event)

    def stop(self) -> None:
        """End `play` soon."""
        self._stopping.set()
        self._events.put(Stop())

    def play(self) -> None:
        self._join()
        while not self._stopping.is_set():
            try:
                self._handle(self._next_event())
            except PageLeft as error:
                self._log.info("the page was left: %s", error)
            except BrowserGone as error:
                self._log.warning("joins again: %s", error)
                self._join()
        self.state.place = "ended"

    def _next_event(self) -> SeatEvent | None:
        try:
            return self._events.get(timeout=TICK_SECONDS)
        except Empty:
            return None

    def _handle(self, event: SeatEvent | None) -> None:
        if isinstance(event, Arrived | PhaseChanged | Due | Alive):
            self._heard = monotonic()
        match event:
            case Arrived():
                self._arrive(event)
            case PhaseChanged(phase, period, trader):
                self._phase, self.state.place, self.state.period = phase, phase.value, period
                self.state.trader = trader
                # Not everybody at the same moment when a period opens.
                self._arm(after=0, least=self._rng.uniform(0, self._pace))
            case Due():
                self._think(event)
            case Decided():
                self._decided(event)
            case Lost(why):
                raise BrowserGone(why)
        self._check_time()

    def _check_time(self) -> None:
        now = monotonic()
        if self._thinking and now > self._deadline:
            self._too_late()
        if self._form and now > self._press_at:
            self._pass_on(self._form)
        if now > self._heard + SILENCE_SECONDS and not self._stopping.is_set():
            raise BrowserGone(f"nothing was heard of the page for {SILENCE_SECONDS:.0f} s")

    # Pages

    def _join(self) -> None:
        self._form = None
        while not self._stopping.is_set():
            try:
                self._page.join()
            except BrowserGone as error:
                self._log.warning("could not join: %s", error)
                self._stopping.wait(REJOIN_SECONDS)
            else:
                self._heard = monotonic()
                self.state.joined += 1
                return

    def _arrive(self, page: Arrived) -> None:
        if page.status >= 400 or page.url.startswith("chrome-error:"):
            self._log.warning("the server answered %s with status %s", page.url, page.status or "none")
            self._stopping.wait(REJOIN_SECONDS)
            raise BrowserGone("the page could not be loaded")
        if self._form is None or self._form.path != page.path:
            self._log.info("page %s (%s)", page.path, page.kind)
            self._tries = 0
        self._form = page if page.kind == "form" else None
        self.state.place = {"market": self._phase.value, "still": "last page"}.get(page.kind, page.kind)
        if self._form:
            self._pass_on(page)

    def _pass_on(self, page: Arrived) -> None:
        """Answer and press; a page that stays is tried again with other answers, then ever more rarely."""
        self._tries += 1
        hurdle = self._page.pass_on(page)
        self._press_at = monotonic() + PRESS_AGAIN_SECONDS * max(1, self._tries - MOST_TRIES)
        self.state.action = f"passed on from {page.title or page.path}" if not hurdle else hurdle
        if self._tries == MOST_TRIES:
            self._log.error("stuck on %s (%s): %s", page.path, page.title, hurdle or "the answers are not taken")
            self._album(f"seat-{self.state.name.seat}-stuck.png", self._page.screenshot())
        if self._tries >= MOST_TRIES:
            self.state.place = "stuck"

    # The market

    def _arm(self, *, after: int, least: float) -> None:
        if self._phase is Phase.OPEN and not self._thinking:
            self._page.arm(after=after, least=least, longest=QUIET_PACES * self._pace)

    def _think(self, due: Due) -> None:
        self._thinking = due
        self._deadline = monotonic() + due.view.facts.decision_seconds
        think(self._trader, due, self.hear)

    def _too_late(self) -> None:
        """The turn is over, though the trader still thinks; it is asked again when it has answered."""
        assert self._thinking
        seconds = self._thinking.view.facts.decision_seconds
        done = Done("late", f"No decision within {seconds:g} s; nothing was sent.")
        now = time()
        self._write(Decided(self._thinking, HOLD, now - seconds, now), done)
        self._deadline = float("inf")

    def _decided(self, answer: Decided) -> None:
        if answer.trouble:
            self._log.error("the trader failed:\n%s", answer.trouble)
        late, self._thinking = self._deadline == float("inf"), None
        if not late:
            done = carry_out(self._page, answer.decision, answer.due.view, time)
            self._write(answer, done)
        self._arm(after=answer.due.view.seq, least=self._pace * self._rng.uniform(1, 1.5))

    def _write(self, answer: Decided, done: Done) -> None:
        self._turn += 1
        self.state.outcomes[done.outcome] += 1
        self.state.action = words_for(answer, done)
        moment = datetime.fromtimestamp(answer.answered, UTC).isoformat(timespec="milliseconds")
        timing = Timing(
            utc=moment,
            event=round((answer.asked - answer.due.at) * 1000, 1),
            decide=round((answer.answered - answer.asked) * 1000, 1),
        )
        seen, actions = answer.due.view, answer.decision.actions
        self._record(turn_line(self.state.name, self._turn, answer.due.why, seen, actions, done, timing))
