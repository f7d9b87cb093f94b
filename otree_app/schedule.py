"""When a market's phases change: the one clock of all seats. Pure; the time of day is an argument."""

from __future__ import annotations

from dataclasses import dataclass

from market.events import ClosePeriod, OpenPeriod, Operation, Pause, Phase, Resume
from market.exchange import Exchange


@dataclass(slots=True)
class Schedule:
    """`anchor` (seconds since 1970) is when the market's clock stood at `anchor_seconds`, or the phase began.

    `first_seat` is when the first seat came, None before. `dividends` were drawn when the market was made.
    """

    exchange: Exchange
    dividends: tuple[int, ...]
    anchor: float = 0.0
    anchor_seconds: float = 0.0
    first_seat: float | None = None

    def seconds(self, now: float) -> float:
        """Market time: seconds since the period opened; it stands still unless the market is open."""
        if self.exchange.phase is not Phase.OPEN:
            return self.exchange.seconds
        elapsed = self.anchor_seconds + max(0.0, now - self.anchor)
        return round(min(elapsed, self.exchange.treatment.period_seconds), 3)

    def next_change(self, all_ready: bool) -> float | None:
        """When the next operation is due, in seconds since 1970; None while nothing is."""
        treatment = self.exchange.treatment
        match self.exchange.phase:
            case Phase.OPEN:
                return self.anchor + treatment.period_seconds - self.anchor_seconds
            case Phase.CLOSED:
                return self.anchor + treatment.result_seconds
            case Phase.WAITING if self.first_seat is not None:
                return self.first_seat if all_ready else self.first_seat + treatment.ready_seconds
        return None

    def due(self, now: float, all_ready: bool) -> Operation | None:
        """The operation that must happen now, if any."""
        change = self.next_change(all_ready)
        if change is None or now < change:
            return None
        if self.exchange.phase is Phase.OPEN:
            return ClosePeriod(self.dividends[self.exchange.period - 1])
        return OpenPeriod()

    def operate(self, operation: Operation, now: float) -> None:
        """Carry an operation out and set the clock by it."""
        self.exchange.operate(operation, self.seconds(now))
        self.moved(operation, now)

    def moved(self, operation: Operation, now: float) -> None:
        """Set the clock by an operation that happened at `now`; a restored log is told in this way too."""
        self.anchor = now
        self.anchor_seconds = self.exchange.seconds if isinstance(operation, Resume | Pause) else 0.0
