"""The event log: what the host does, what comes of commands, and the events that say so, in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from market.orders import (
    CancelOrder,
    Forecast,
    PlaceOrder,
    ReplaceOrder,
    Side,
    SubmitSheet,
    Trade,
)

OPERATOR = "market"
RULES_VERSION = 1


class Phase(StrEnum):
    """Where a market is: before or between periods, asking for forecasts of the next, trading, halted, or over."""

    WAITING = "waiting"
    FORECAST = "forecast"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    FINISHED = "finished"


class Told(NamedTuple):
    """What one trader alone is told when a period opens: its `state` (kind "state") or one that it is not."""

    trader: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class AskForecasts:
    """Forecasts are asked before the next period opens; the market's clock stands still.

    `reason` where that is before the market would have started by itself.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """The next period opens; its clock starts at 0. `state` and `clues` were drawn before, where there are states.

    `reason` where that is before the market would have started by itself.
    """

    state: str = ""
    clues: tuple[Told, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """The period ends: a call market clears and orders lapse; interest, the dividend (ticks a share) and, at the end,
    the buyback are paid.

    `reason` where it ends before its time.
    """

    dividend: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nobody may trade and the clock stands still, for a `reason` shown to all; `waits_for` a trader who is away."""

    reason: str = ""
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """Trading goes on; the clock runs from where it stood."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Extend:
    """The phase that runs by the clock now lasts `seconds` longer."""

    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """The experimenter's words to all traders."""

    text: str


@dataclass(frozen=True, slots=True)
class EndMarket:
    """The market ends before its time, whatever its phase: orders lapse, and shares pay as `pay.ended` says."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """The first page of a trader has come, or its last one has gone."""

    trader: str
    present: bool


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A rule trader, `by` its name, plays the seat of a trader who is away."""

    trader: str
    by: str


@dataclass(frozen=True, slots=True)
class HandBack:
    """The trader is there again and plays on."""

    trader: str


Operation = (
    AskForecasts
    | OpenPeriod
    | ClosePeriod
    | Pause
    | Resume
    | Extend
    | Tell
    | EndMarket
    | Presence
    | TakeOver
    | HandBack
)
Command = PlaceOrder | CancelOrder | ReplaceOrder | SubmitSheet | Forecast | Operation


class Rested(NamedTuple):
    """An order, or what is left of it, stands in the book."""

    order_id: int
    side: Side
    price: int
    quantity: int


class Cancelled(NamedTuple):
    """What was left of an order was taken out: by its owner, a rule of the market or the end of the period."""

    order_id: int
    trader: str
    side: Side
    price: int
    quantity: int
    reason: str


class Paid(NamedTuple):
    """Cash from outside the market (negative: to outside), in ticks, for dividend, interest or buyback."""

    trader: str
    amount: int
    reason: str


class Bankrupt(NamedTuple):
    """A trader owes more than its credit limit after a period's payments: its rule holds until the next ones."""

    trader: str


Outcome = Trade | Rested | Cancelled | Paid | Bankrupt


class Event(NamedTuple):
    """One accepted command and all that it did. `seconds` since the period opened; `order_id` of a new order."""

    seq: int
    period: int
    seconds: float
    actor: str
    command: Command
    order_id: int | None
    outcomes: tuple[Outcome, ...]


class LogLine(NamedTuple):
    """One line of the stored log: `command` and `outcomes` as JSON, `hash` the chain after the event."""

    seq: int
    period: int
    seconds: float
    actor: str
    command: str
    outcomes: str
    hash: str
