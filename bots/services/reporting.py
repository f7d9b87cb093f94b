"""Tells the server every few seconds how the bots are, beside the run: it waits for nothing and ends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import AccessDenied, NotThere
from bots.domain.state import SeatState
from market.records import DECISION_OUTCOMES

REPORT_SECONDS = 2.0
# The last report may take so long; then the run ends without it.
LAST_SECONDS = 3.0

Document = dict[str, Any]
# Takes how the run ended, "" while it runs.
Told = Callable[[str], Document]


def unique(folder: str) -> str:
    """The name of a run; folders elsewhere may be called the same."""
    return f"{folder}, {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def report(
    run: str,
    seats: Sequence[SeatState],
    registered: Mapping[str, Mapping[str, str]],
    prompts_sha256: str,
    spent_usd: float,
    limit_usd: float | None,
    ended: str,
) -> Document:
    """What the server is told. `registered` has kind, model and pinned id by participant; money of the whole run."""
    return {
        "run": run,
        "prompts_sha256": prompts_sha256,
        "seats": {seat.name.participant: {**registered[seat.name.participant], **_counts(seat)} for seat in seats},
        "cost_usd": spent_usd,
        "budget_usd": limit_usd,
        "ended": ended,
    }


def _counts(seat: SeatState) -> Document:
    outcomes = {name: seat.outcomes[name] for name in DECISION_OUTCOMES}
    return {"place": seat.place, "due": sum(outcomes.values()), **outcomes, "cost_usd": seat.cost_usd}


class Reporter:
    """Sends what `told` gives, at once and then every `every` seconds, until `end`; `say` gets the first trouble."""

    def __init__(
        self, send: Callable[[Document], None], told: Told, say: Callable[[str], None], *, every: float = REPORT_SECONDS
    ) -> None:
        self._send, self._told, self._say, self._every = send, told, say, every
        self._ending = Event()
        self._how = ""
        self._troubled = False
        self._thread = Thread(target=self._work, name="reports", daemon=True)

    def begin(self) -> None:
        """Register the bots, and go on: all beside the run, which a server that hangs must not delay."""
        self._thread.start()

    def end(self, how: str) -> None:
        """Tell how the run ended, where the server listens."""
        self._how = how
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(LAST_SECONDS)

    def _work(self) -> None:
        go_on = self._report()
        while go_on and not self._ending.wait(self._every):
            go_on = self._report()
        if go_on:
            self._report()

    def _report(self) -> bool:
        """Whether it makes sense to go on: not where the server wants a key, or has no place for reports."""
        try:
            self._send(self._told(self._how))
        except SetupError as error:
            self._tell(error)
            return not isinstance(error, AccessDenied | NotThere)
        return True

    def _tell(self, error: SetupError) -> None:
        if not self._troubled:
            self._troubled = True
            self._say(f"The monitor does not hear of the bots: {error}")
