"""One bot in its seat: goes through the pages, decides when a decision is due, joins again when its tab dies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from logging import LoggerAdapter
from queue import Empty, SimpleQueue
from random import Random
from threading import Event
from time import monotonic, time
from typing import Any

from bots.adapters.errors import BrowserGone, PageLeft
from bots.adapters.forms import for_traders
from bots.adapters.page import Alive, Arrived, Due, Lost, PageEvent, PhaseChanged
from bots.agents.questions import askable
from bots.agents.trader import Decision, Trader, begin, seconds_allowed, settles
from bots.domain.state import SeatState
from bots.domain.thinking import (
    Answered,
    AnswersForms,
    Decided,
    LookedBack,
    LooksBack,
    answer,
    cost_of,
    inform,
    look_back,
    think,
)
from bots.domain.turns import BotPage, Done, SeatName, Timing, carry_out, in_words, newest, turn_line
from market.events import Phase
from market.view import MarketView

# The page says every two seconds that it is alive; loading it may take long while many bots start.
SILENCE_SECONDS = 8.0
# A page silent again after it was replaced is rather slow than dead: it may be so for longer each time, so many times.
MOST_PATIENCE = 5
LOADING_SECONDS = 30.0
TICK_SECONDS = 0.5
PRESS_AGAIN_SECONDS = 5.0
REJOIN_SECONDS = 2.0
MOST_TRIES = 8
# Without news a trader is asked again after so many times the pace.
QUIET_PACES = 4
# A decision that missed its time is put down so much later: with its model calls, where it knows them by then.
LATE_SECONDS = 0.5
# How long a page may wait for a trader's answers, and how often it is asked for them.
FORM_SECONDS = 45.0
FORM_TRIES = 2
ASKING = (Phase.FORECAST, Phase.OPEN)
PAUSES = (Phase.CLOSED, Phase.FINISHED)


class Stop:
    """The run ends."""


SeatEvent = PageEvent | Decided | LookedBack | Answered | Stop
Recorder = Callable[[dict[str, object]], None]
Album = Callable[[str, bytes], None]


class Seat:
    """Plays one participant; `turns` were recorded before. `play` runs in its own thread, all else comes as events."""

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
        turns: int = 0,
    ) -> None:
        self.state = SeatState(name)
        self._trader, self._pace, self._rng = trader, pace, rng
        self._record, self._album, self._log = record, album, log
        self._page: BotPage
        self._events: SimpleQueue[SeatEvent] = SimpleQueue()
        self._stopping = Event()
        self._turn, self._lost_at = turns, 0.0
        self._phase = Phase.WAITING
        self._thinking: Due | None = None
        self._asked, self._late = 0.0, False
        self._view: MarketView | None = None
        self._pause: Phase | None = None
        self._busy = self._form_waits = False
        self._form: Arrived | None = None
        self._press_at, self._tries = 0.0, 0
        self._path = self._market = ""  # of the page; of the market that the trader knows

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

    def _next_event(self) -> SeatEvent | None:
        try:
            return self._events.get(timeout=TICK_SECONDS)
        except Empty:
            return None

    def _handle(self, event: SeatEvent | None) -> None:
        if isinstance(event, Arrived | PhaseChanged | Due | Alive):
            self._lost_at = monotonic() + SILENCE_SECONDS * min(self.state.joined, MOST_PATIENCE)
        match event:
            case Arrived():
                self._arrive(event)
            case PhaseChanged(phase, period, trader):
                self._phase, self.state.place, self.state.period = phase, phase.value, period
                self.state.trader = trader
                self._pause = phase if phase in PAUSES else None
                # Not everybody at the same moment when a period opens.
                self._arm(after=0, least=self._rng.uniform(0, self._pace))
                self._look_back()
            case Due() if not self._occupied:
                self._think(event)
            case Decided():
                self._decided(event)
            case LookedBack():
                self._looked_back(event)
            case Answered():
                self._answered(event)
            case Lost(why):
                raise BrowserGone(why)
        self.state.cost_usd = cost_of(self._trader)
        self._check_time()

    def _check_time(self) -> None:
        now = monotonic()
        if self._thinking:
            self._watch_deadline(self._thinking, time(), grace=LATE_SECONDS)
        if self._form and now > self._press_at:
            self._pass_on(self._form)
        if now > self._lost_at and not self._stopping.is_set():
            raise BrowserGone("nothing was heard of the page for too long")

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
                self._lost_at = monotonic() + LOADING_SECONDS
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
        self._form, self._path = page if page.kind == "form" else None, page.path
        self._phase = Phase.WAITING
        self.state.place = {"market": self._phase.value, "still": "last page"}.get(page.kind, page.kind)
        if self._form and not self._ask_for_answers(page):
            self._pass_on(page)

    def _ask_for_answers(self, page: Arrived) -> bool:
        """Have the trader answer a page, where it can; the page waits for it, for a while."""
        trader = self._trader
        if not isinstance(trader, AnswersForms) or self._tries >= FORM_TRIES or not askable(for_traders(page.fields)):
            return False
        self._press_at, self._form_waits = monotonic() + FORM_SECONDS, self._occupied
        if self._form_waits:
            return True
        self._busy = True
        self.state.action = f"answers {page.title or page.path}"
        answer(trader, page, self.hear)
        return True

    def _answered(self, event: Answered) -> None:
        self._busy = False
        self._log.info("%s", event.in_words)
        self._log_trouble(event.trouble)
        if self._form is event.page:
            self._pass_on(event.page, event.answers.values)

    def _pass_on(self, page: Arrived, given: Mapping[str, list[str]] | None = None) -> None:
        """Answer and press; a page that stays is tried again with other answers, then ever more rarely."""
        self._tries += 1
        self._form_waits = False
        hurdle = self._page.pass_on(page, given)
        self._press_at = monotonic() + PRESS_AGAIN_SECONDS * max(1, self._tries - MOST_TRIES)
        self.state.action = hurdle or f"passed on from {page.title or page.path}"
        if self._tries == MOST_TRIES:
            self._log.error("stuck on %s (%s): %s", page.path, page.title, hurdle or "the answers are not taken")
            self._album(f"seat-{self.state.name.seat}-stuck.png", self._page.screenshot())
        if self._tries >= MOST_TRIES:
            self.state.place = "stuck"

    # The market

    @property
    def _occupied(self) -> bool:
        """A trader does one thing at a time."""
        return self._busy or self._thinking is not None

    def _arm(self, *, after: int, least: float) -> None:
        if self._phase in ASKING and not self._occupied:
            self._page.arm(after=after, least=least, longest=QUIET_PACES * self._pace)

    def _think(self, due: Due) -> None:
        if self._path != self._market:
            self._market = self._path
            begin(self._trader)
        self._thinking, self._view, self._asked, self._late = due, due.view, time(), False
        think(self._trader, due, self.hear)

    def _watch_deadline(self, due: Due, now: float, *, grace: float = 0.0, calls: tuple[str, ...] = ()) -> None:
        """A turn ends with its time, though the trader still thinks; it is asked again when it has answered."""
        allowed = seconds_allowed(due.view)
        if not self._late and now > self._asked + allowed + grace:
            self._late = True
            none = Decision(reason=f"No decision within {allowed:g} s; nothing was sent.", calls=calls)
            self._write(Decided(due, none, self._asked, now), Done("late", none.reason))

    def _decided(self, answer: Decided) -> None:
        self._log_trouble(answer.trouble)
        decision = answer.decision
        self._watch_deadline(answer.due, answer.answered, calls=decision.calls)
        late, self._thinking = self._late, None
        if late or self._path != self._market:
            done = Done("late" if late else "stale", "The market was left.")
        else:
            done = carry_out(self._page, decision, answer.due.view, time)
        if not late:
            self._write(answer, done)
        decision, seen = replace(decision, outcome=done.outcome), answer.due.view
        self._log_trouble(inform(self._trader, decision, done.receipts))
        over = (seen.phase, seen.period) != (self._phase, self.state.period)
        if over or not settles(seen, decision, done.receipts):
            self._arm(after=seen.seq, least=self._pace * self._rng.uniform(1, 1.5))
        self._look_back()
        self._free()

    def _log_trouble(self, trouble: str) -> None:
        if trouble:
            self._log.error("the trader failed:\n%s", trouble)

    def _look_back(self) -> None:
        """In a pause the trader may reflect on what it saw last, once it has decided what it was asked before."""
        trader, view = self._trader, self._view
        if self._pause is None or view is None or self._occupied or not isinstance(trader, LooksBack):
            return
        # The page of a finished market leaves at once: what was seen last has to do.
        now, self._view = newest(self._page, view), None
        self._busy = True
        look_back(trader, replace(now, phase=self._pause), self.hear)

    def _looked_back(self, event: LookedBack) -> None:
        self._busy = False
        if event.decision:
            self._log.info("%s", event.in_words)
        self._log_trouble(event.trouble)
        self._arm(after=0, least=self._pace)
        self._free()

    def _free(self) -> None:
        """A page that came while the trader was occupied is asked now."""
        if self._form and self._form_waits:
            self._ask_for_answers(self._form)

    def _write(self, answer: Decided, done: Done) -> None:
        self._turn += 1
        self.state.outcomes[done.outcome] += 1
        self.state.action = in_words(answer.decision, done)
        due, timing = answer.due, Timing.of(answer.due.at, answer.asked, answer.answered)
        self._record(turn_line(self.state.name, self._turn, due, answer.decision, done, timing))
