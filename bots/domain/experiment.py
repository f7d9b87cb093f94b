"""A session played by bots: sits them down, watches over them and says when it is over. Writes no files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from time import monotonic, sleep

from bots.domain.seat import Seat

LOOK_SECONDS = 0.5
ASK_SECONDS = 2.0
# After the last market bots still answer the pages that follow it, and a model takes its time for each.
LAST_PAGES_SECONDS = 180.0
# Where the server does not tell, bots that can do nothing more for so long say that it is over.
RESTING_SECONDS = 30.0
STOP_SECONDS = 5.0
# The place of a seat whose thread a bug has ended.
DEAD = "dead"

# Whether the session has finished; None where the server does not tell.
Finished = Callable[[], bool | None]


class Experiment:
    """All bots of a session. `look` is called about twice a second, for the terminal."""

    def __init__(self, seats: Sequence[Seat], finished: Finished, look: Callable[[], None], *, timeout: float) -> None:
        self._seats = seats
        self._finished = finished
        self._look = look
        self._timeout = timeout
        self._threads = [
            Thread(target=seat.play, name=f"seat {number}", daemon=True) for number, seat in enumerate(seats, 1)
        ]
        self._finished_at: float | None = None
        self._resting_since: float | None = None

    def run(self) -> str:
        """Play until the end. Returns how it ended: finished, stuck, timeout. KeyboardInterrupt ends the seats too."""
        try:
            for thread in self._threads:
                thread.start()
            return self._watch()
        finally:
            self._stop()

    def _watch(self) -> str:
        began = asked = monotonic()
        while (now := monotonic()) < began + self._timeout:
            self._look()
            if now > asked + ASK_SECONDS:
                asked = now
                self._ask(now)
            self._resting_since = (self._resting_since or now) if self._all_rest() else None
            if ended := self._ended(now):
                return ended
            sleep(LOOK_SECONDS)
        return "timeout"

    def _ask(self, now: float) -> None:
        if self._finished_at is None and self._finished():
            self._finished_at = now

    def _ended(self, now: float) -> str:
        if self._finished_at and (self._resting_since or now > self._finished_at + LAST_PAGES_SECONDS):
            return "finished"
        if self._resting_since and now > self._resting_since + RESTING_SECONDS:
            return "stuck" if any(seat.state.place == "stuck" for seat in self._seats) else "finished"
        return ""

    def _all_rest(self) -> bool:
        """A thread that ended did so by a bug: its seat plays no more."""
        for seat, thread in zip(self._seats, self._threads, strict=True):
            if not thread.is_alive():
                seat.state.place = DEAD
        return all(seat.state.resting or seat.state.place == DEAD for seat in self._seats)

    def _stop(self) -> None:
        """Seats end at once, or with what they are doing; one that hangs is left behind."""
        for seat in self._seats:
            seat.stop()
        until = monotonic() + STOP_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - monotonic()))
        self._look()
