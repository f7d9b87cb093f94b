"""One market: a book, a ledger and rules. Its periods open and close as events; its state is the fold of these."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite

from market.accounts import Account
from market.conduct import Conduct
from market.digest import origin_of, state_of
from market.encoding import decode_command, log_line
from market.events import (
    OPERATOR,
    AskForecasts,
    ClosePeriod,
    Command,
    EndMarket,
    Event,
    HandBack,
    LogLine,
    OpenPeriod,
    Operation,
    Outcome,
    Pause,
    Phase,
    Presence,
    Resume,
    TakeOver,
    Told,
)
from market.floor import Floor
from market.forecasts import Forecasts, period_price, targets
from market.orders import (
    Action,
    CancelOrder,
    Forecast,
    Hold,
    PlaceOrder,
    Receipt,
    ReplaceOrder,
    SubmitSheet,
    Trade,
)
from market.rules import shown
from market.sheets import CallFloor
from market.tail import EventTail, Tail
from market.treatments import Role, Treatment

OPEN = Phase.OPEN
FLOORS: Mapping[str, type[Floor]] = {"continuous": Floor, "call": CallFloor}
# the latest events and trades that `forget` leaves; pages are told as many
REMEMBERED = 2000
RUNNING = tuple(phase for phase in Phase if phase is not Phase.FINISHED)
# in which phases an operation is possible; all others while the market runs
ALLOWED: Mapping[type, tuple[Phase, ...]] = {
    AskForecasts: (Phase.WAITING, Phase.CLOSED),
    OpenPeriod: (Phase.WAITING, Phase.CLOSED, Phase.FORECAST),
    Pause: (OPEN,),
    Resume: (Phase.PAUSED,),
    ClosePeriod: (OPEN, Phase.PAUSED),
}


class OperationError(Exception):
    """An operation that the phase of the market does not allow: a bug of its host."""


class LogMismatch(Exception):
    """A log that the rules of this version answer differently: it was written by others, or changed."""


class Exchange:
    """The market of one group of traders: a continuous double auction or a call market.

    `roles` gives each trader's role. Commands of traders go through `submit` and are answered by a `Receipt`;
    the host's go through `operate`. Both append an `Event` to `events` when they change anything.
    """

    def __init__(self, treatment: Treatment, roles: Mapping[str, Role]) -> None:
        self.treatment = treatment
        self.roles = dict(roles)
        self.floor = floor = FLOORS[treatment.institution](treatment, roles)
        self.book, self.ledger = floor.book, floor.ledger
        self.trades, self.prints, self.tallies = floor.trades, floor.prints, floor.tallies
        self.phase = Phase.WAITING
        self.events = EventTail()
        self.dividends: list[int] = []
        self.states: list[str] = []
        self.told: dict[str, Told] = {}
        self.conduct = Conduct()
        self.forecasts = Forecasts(treatment, roles)
        self._origin = origin_of(treatment, roles)
        self._lines = Tail[LogLine]()

    # What stands and was traded

    @property
    def period(self) -> int:
        """The current period, from 1; 0 before the first."""
        return self.floor.period

    @property
    def seconds(self) -> float:
        """When the last event was, since the period opened."""
        return self.floor.seconds

    @property
    def accounts(self) -> dict[str, Account]:
        return self.ledger.accounts

    @property
    def hides_book(self) -> bool:
        """Whether nobody sees the orders of others: until a call market clears."""
        return self.treatment.institution == "call"

    @property
    def forecast_targets(self) -> tuple[int, ...]:
        """The periods whose price is asked now."""
        return targets(self.treatment, self.period + 1) if self.phase is Phase.FORECAST else ()

    def period_prices(self) -> dict[int, Fraction | None]:
        """In ticks by period, of those that have ended: what forecasts are measured by."""
        return {period: period_price(self.tallies[period - 1]) for period in range(1, len(self.dividends) + 1)}

    def trades_of(self, period: int) -> list[Trade]:
        """The trades of one period that are in memory, in order; cheap however long the market has run."""
        return self.floor.trades_of(period)

    # What traders do

    def submit(self, trader: str, action: Action, seconds: float) -> Receipt:
        """Carry out one action of a trader at `seconds` since the period opened, or refuse it and change nothing.

        Time does not run backwards: an action that comes with an earlier time than the last gets the last one's.
        Raises ValueError for a time that is no finite number, a bug of the host.
        """
        if trader not in self.accounts:
            return Receipt.refused("unknown_trader", trader=shown(trader))
        if isinstance(action, Hold):
            return Receipt("held")
        if isinstance(action, Forecast):
            return self._forecast(trader, action)
        if self.phase is not OPEN:
            return Receipt.refused(self.phase.value)
        self._advance(seconds)
        receipt, outcomes = self.floor.act(trader, action)
        if receipt.ok:
            self._record(trader, action, receipt.order_id, outcomes)
        return receipt

    def _forecast(self, trader: str, action: Forecast) -> Receipt:
        """The clock stands still meanwhile: the event has the time of the one before."""
        if self.phase is not Phase.FORECAST:
            return Receipt.refused("no_forecasts")
        receipt = self.forecasts.give(trader, action, self.period + 1)
        if receipt.ok:
            self._record(trader, action, None, [])
        return receipt

    def _advance(self, seconds: float) -> None:
        if not isfinite(seconds):
            raise ValueError(f"A time is a finite number of seconds since the period opened, not {seconds!r}.")
        if seconds > self.floor.seconds:
            self.floor.seconds = float(seconds)

    # What the host does

    def operate(self, operation: Operation, seconds: float = 0.0) -> Event:
        """Carry out what the host has decided. Raises OperationError where the phase does not allow it."""
        if self.phase not in ALLOWED.get(type(operation), RUNNING):
            name = type(operation).__name__
            raise OperationError(f"{name} is not possible while the market is {self.phase.value}.")
        if self.phase in (OPEN, Phase.PAUSED) and not isinstance(operation, Resume):
            self._advance(seconds)
        outcomes = self._carry_out(operation)
        self.conduct.note(operation, self.period, self.seconds)
        return self._record(OPERATOR, operation, None, outcomes)

    def _carry_out(self, operation: Operation) -> list[Outcome]:
        match operation:
            case AskForecasts():
                self._ask()
            case OpenPeriod():
                self._open(operation)
            case Pause():
                self.phase = Phase.PAUSED
            case Resume():
                self.phase = OPEN
            case ClosePeriod():
                return self._close(operation)
            case EndMarket():
                return self._end()
            case Presence(trader) | TakeOver(trader) | HandBack(trader):
                self._check_seat(operation, trader)
        return []

    def _check_seat(self, operation: Operation, trader: str) -> None:
        known = self.conduct.taken_over if isinstance(operation, HandBack) else self.accounts
        if trader not in known:
            raise OperationError(f"{operation!r} is not possible in this market.")

    def _ask(self) -> None:
        if not targets(self.treatment, self.period + 1):
            raise OperationError(f"{self.treatment.name} asks for no forecasts before period {self.period + 1}.")
        self.phase = Phase.FORECAST

    def _open(self, operation: OpenPeriod) -> None:
        known = [state.name for state in self.treatment.information.states] or [""]
        if operation.state not in known or {told.trader for told in operation.clues} - set(self.accounts):
            raise OperationError(f"A period of {self.treatment.name} cannot open with {operation!r}.")
        self.phase = Phase.OPEN
        self.floor.renew()
        self.states.append(operation.state)
        self.told = {told.trader: told for told in operation.clues}

    def _close(self, operation: ClosePeriod) -> list[Outcome]:
        if (state := self.states[-1]) and operation.dividend != (due := self.treatment.dividend_in(state)):
            raise OperationError(f"A share pays {due} in state {state}, not {operation.dividend}.")
        last = self.period == self.treatment.periods
        self.phase = Phase.FINISHED if last else Phase.CLOSED
        self.dividends.append(operation.dividend)
        self.told = {}
        traded = self.floor.close()
        return [*traded, *self.floor.clear("period_end"), *self.ledger.pay_period(operation.dividend, last)]

    def _end(self) -> list[Outcome]:
        """End before the time: the running period pays nothing, each share its fundamental value now, or nothing.

        A market that never opened is cancelled: nobody is paid anything.
        """
        period = self.period + (self.phase not in (OPEN, Phase.PAUSED))
        self.phase, self.told = Phase.FINISHED, {}
        value = self.treatment.ended_value(period) if self.period else 0
        return [*self.floor.clear("period_end"), *self.ledger.pay_out(value)]

    def _record(self, actor: str, command: Command, order_id: int | None, outcomes: Iterable[Outcome]) -> Event:
        number, floor = len(self.events) + 1, self.floor
        event = Event(number, floor.period, floor.seconds, actor, command, order_id, tuple(outcomes))
        self.events.append(event)
        return event

    def forget(self, stored: int) -> None:
        """Let go of what nobody who follows the market asks for, once the first `stored` events are on disk.

        The latest events and trades stay, and `EventTail` says what else; all trades where they earn by their values.
        """
        if stored - self.events.forgotten < 2 * REMEMBERED:
            return
        self._lines.forget(min(stored, len(self._lines) - 1))
        self.events.forget(stored - REMEMBERED)
        self.floor.forget(REMEMBERED)

    # Comparing two runs

    def log(self, since: int = 0) -> list[LogLine]:
        """The lines of the events after number `since`, as they are stored."""
        self._write_lines()
        return self._lines[since:]

    def _write_lines(self) -> None:
        for event in self.events[len(self._lines) :]:
            self._lines.append(log_line(self._lines[-1].hash if self._lines else self._origin, event))

    def chain_hash(self) -> str:
        """The hash after the last event: equal for two runs only when every event was the same. 16 hex digits."""
        self._write_lines()
        return self._lines[-1].hash if self._lines else self._origin

    def state_hash(self) -> str:
        """A hash of what stands now: phase, book in priority and accounts. 16 hex digits."""
        return state_of(self)


def fold(treatment: Treatment, roles: Mapping[str, Role], log: Iterable[LogLine]) -> Exchange:
    """The market that a log leads to. Raises LogMismatch where a line comes out differently than it was recorded."""
    exchange = Exchange(treatment, roles)
    follow(exchange, log)
    return exchange


def follow(exchange: Exchange, log: Iterable[LogLine]) -> None:
    """Do the next lines of a market's log again. Raises LogMismatch as `fold` does."""
    for line in log:
        try:
            _redo(exchange, line)
        except (OperationError, ValueError) as error:
            raise LogMismatch(f"Event {line.seq} cannot be done again: {error}") from error
        if len(exchange.events) != line.seq or exchange.log(line.seq - 1) != [line]:
            raise LogMismatch(f"Event {line.seq} came out differently when done again: other rules, or a changed log.")


def _redo(exchange: Exchange, line: LogLine) -> None:
    command = decode_command(json.loads(line.command))
    if isinstance(command, PlaceOrder | CancelOrder | ReplaceOrder | SubmitSheet | Forecast):
        exchange.submit(line.actor, command, line.seconds)
    else:
        exchange.operate(command, line.seconds)
