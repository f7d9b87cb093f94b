"""When a market's phases change: the one clock of all seats. Pure; the time of day is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace

from market.events import (
    AskForecasts,
    ClosePeriod,
    EndMarket,
    Event,
    Extend,
    HandBack,
    OpenPeriod,
    Operation,
    Pause,
    Phase,
    Presence,
    Resume,
    TakeOver,
    Tell,
)
from market.exchange import Exchange, OperationError
from market.forecasts import targets
from market.information import Draw
from market.language import say
from otree_app.presence import Attendance

# these leave the clock as it is
TIMELESS = (Presence, Tell, TakeOver, HandBack, Extend)


@dataclass(slots=True)
class Schedule:
    """`anchor` (seconds since 1970) is when the market's clock stood at `anchor_seconds`, or the phase began.

    `draws`: what chance decided of each period.
    """

    exchange: Exchange
    draws: tuple[Draw, ...]
    attendance: Attendance
    anchor: float = 0.0
    anchor_seconds: float = 0.0

    def seconds(self, now: float) -> float:
        """Market time: seconds since the period opened; it stands still unless the market is open."""
        if self.exchange.phase is not Phase.OPEN:
            return self.exchange.seconds
        elapsed = self.anchor_seconds + max(0.0, now - self.anchor)
        return round(min(elapsed, self.period_seconds), 3)

    @property
    def period_seconds(self) -> float:
        """How long the running period lasts, with what it was given."""
        return self.exchange.treatment.period_seconds + self.exchange.conduct.extended

    def next_change(self) -> float | None:
        """When the next operation is due, in seconds since 1970; None while nothing is."""
        treatment, extended = self.exchange.treatment, self.exchange.conduct.extended
        match self.exchange.phase:
            case Phase.OPEN:
                return self.anchor + self.period_seconds - self.anchor_seconds
            case Phase.CLOSED:
                return self.anchor + treatment.result_seconds + extended
            case Phase.FORECAST:
                return self.anchor + (0.0 if self._all_answered() else treatment.forecasts.seconds + extended)
            case Phase.WAITING:
                return self._start()
        return None

    def _start(self) -> float | None:
        """When the wait for the others ends: at once when all are there or have declined; never for nobody."""
        here = self.attendance
        if here.all_declined:
            return self.anchor
        if here.first is None or not here.somebody:
            return None
        waits = self.exchange.treatment.ready_seconds + self.exchange.conduct.extended
        return here.first if here.all_there else here.first + waits

    def due(self, now: float) -> Operation | None:
        """The operation that must happen now, if any."""
        change = self.next_change()
        if change is None or now < change:
            return None
        if self.exchange.phase is Phase.OPEN:
            return self.closing()
        if self.exchange.phase is Phase.WAITING and (reason := self._why_cancelled()):
            return EndMarket(say(self.exchange.treatment.language, reason))
        return self._onward()

    def _onward(self) -> AskForecasts | OpenPeriod:
        """What leads to the next period."""
        coming = self.exchange.period + 1
        if self.exchange.phase is not Phase.FORECAST and targets(self.exchange.treatment, coming):
            return AskForecasts()
        return self.draws[coming - 1].opening

    def _all_answered(self) -> bool:
        coming, given = self.exchange.period + 1, self.exchange.forecasts.given.values()
        return all((coming, target) in one for one in given for target in self.exchange.forecast_targets)

    def _why_cancelled(self) -> str:
        """The key of the reason why a market whose wait is over will not begin; "" where it begins."""
        here = self.attendance
        if here.all_declined:
            return "host.cancelled_declined"
        may_start = here.all_there or (here.can_trade and here.absence.late == "start")
        return "" if may_start else "host.cancelled_late"

    def starting(self, reason: str) -> Operation:
        """What starts a market that waits with those who are there. Raises OperationError where it cannot start."""
        if self.exchange.phase is not Phase.WAITING:
            raise OperationError(f"The market has started: it is {self.exchange.phase.value}.")
        if not (self.attendance.can_trade and self.attendance.somebody):
            raise OperationError("Too few are there: it takes two, a person among them where people are seated.")
        return replace(self._onward(), reason=reason)

    def closing(self, reason: str = "") -> ClosePeriod:
        """What ends the running period. Raises OperationError where none runs."""
        if self.exchange.phase not in (Phase.OPEN, Phase.PAUSED):
            raise OperationError(f"No period is open: the market is {self.exchange.phase.value}.")
        return replace(self.draws[self.exchange.period - 1].closing, reason=reason)

    def operate(self, operation: Operation, now: float) -> None:
        """Carry an operation out and set the clock by it. Raises OperationError."""
        self.moved(self.exchange.operate(operation, self.seconds(now)), now)

    def moved(self, event: Event, now: float) -> None:
        """Set the clock by an operation that happened at `now`; a restored log is told in this way too."""
        match event.command:
            case Presence() as presence:
                self.attendance.note(presence, now)
            case TakeOver(trader):
                self.attendance.excused.add(trader)
            case Pause(waits_for=trader):
                self.attendance.pause_for(trader, now)
            case Resume():
                self.attendance.go_on()
            case AskForecasts() | OpenPeriod():
                self.attendance.market_opens(now)
        if not isinstance(event.command, TIMELESS):
            self.anchor = now
            self.anchor_seconds = event.seconds if isinstance(event.command, Resume | Pause) else 0.0
