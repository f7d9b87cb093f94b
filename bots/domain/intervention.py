"""Stopping a session for all its bots: once, whoever of them asks, and said aloud. Knows no server."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic

from bots.adapters.errors import SetupError

# Seats of one model find within a decision of each other that it is silent: that is one reason to stop.
AGAIN_SECONDS = 20.0
# Characters that the server takes.
LONGEST_REASON = 500

# What to do ("pause" or "end_and_pay") and why. Raises SetupError where it cannot be done.
Operate = Callable[[str, str], None]


class Intervention:
    """Fills the traders' port `bots.agents.policy.Intervene`. `say` tells a person; `clock` in seconds."""

    def __init__(self, operate: Operate, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._operate, self._say, self._clock = operate, say, clock
        self._lock = Lock()
        self._done: dict[str, float] = {}

    def pause(self, reason: str) -> None:
        """Pause the session's markets; a person lets them go on."""
        self._do("pause", reason, "The session was paused; resume it on the experimenter's page.")

    def end(self, reason: str) -> None:
        """End the session and pay what was earned."""
        self._do("end_and_pay", reason, "The session was ended and is paid.")

    def _do(self, what: str, reason: str, told: str) -> None:
        with self._lock:
            now = self._clock()
            if now < self._done.get(what, -AGAIN_SECONDS) + AGAIN_SECONDS:
                return
            self._done[what] = now
        try:
            self._operate(what, reason[:LONGEST_REASON])
        except SetupError as error:
            told = f"The session could not be stopped ({what}): {error}"
        self._say(f"{told} Reason: {reason}")
