"""The event log: what happened, in order; encoded as plain JSON, hashed as a chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from market.orders import Action, CancelOrder, Hold, PlaceOrder, ReplaceOrder, Side, TimeInForce, Trade

OPERATOR = "market"
RULES_VERSION = 1


class Phase(StrEnum):
    """Where a market is: before or between periods, trading, halted, or over."""

    WAITING = "waiting"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """The next period opens; the clock of the period starts at 0."""


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """The period ends: orders lapse; interest, the dividend (ticks a share) and, at the end, the buyback are paid."""

    dividend: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """Nobody may trade and the clock stands still, for a `reason` shown to all."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """Trading goes on; the clock runs from where it stood."""


Operation = OpenPeriod | ClosePeriod | Pause | Resume
Command = PlaceOrder | CancelOrder | ReplaceOrder | OpenPeriod | ClosePeriod | Pause | Resume


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


Outcome = Trade | Rested | Cancelled | Paid


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


OUTCOMES = {"trade": Trade, "rested": Rested, "cancelled": Cancelled, "paid": Paid}
OUTCOME_NAMES = {kind: name for name, kind in OUTCOMES.items()}


_json = json.JSONEncoder(separators=(",", ":")).encode


def encode_command(command: Action | Operation) -> list[object]:
    """A command as a JSON list that starts with its name."""
    match command:
        case PlaceOrder(side, price, quantity, time_in_force):
            return ["place", side, price, quantity, time_in_force]
        case CancelOrder(order_id):
            return ["cancel", order_id]
        case ReplaceOrder(order_id, price, quantity):
            return ["replace", order_id, price, quantity]
        case ClosePeriod(dividend):
            return ["close", dividend]
        case Pause(reason):
            return ["pause", reason]
        case OpenPeriod():
            return ["open"]
        case Resume():
            return ["resume"]
        case Hold():
            return ["hold"]


def decode_command(document: object) -> Command:
    """The inverse of `encode_command`. Raises ValueError for an unknown name."""
    match document:
        case ["place", str(side), int() | None as price, int(quantity), str(time_in_force)]:
            return PlaceOrder(Side(side), price, quantity, TimeInForce(time_in_force))
        case ["cancel", int(order_id)]:
            return CancelOrder(order_id)
        case ["replace", int(order_id), int(price), int(quantity)]:
            return ReplaceOrder(order_id, price, quantity)
        case ["close", int(dividend)]:
            return ClosePeriod(dividend)
        case ["pause", str(reason)]:
            return Pause(reason)
        case ["open"]:
            return OpenPeriod()
        case ["resume"]:
            return Resume()
    raise ValueError(f"Unknown command {document!r}.")


def log_line(previous: str, event: Event) -> LogLine:
    """The line of an event; its hash covers the hash before it and everything the event says (16 hex digits)."""
    command = _json(encode_command(event.command))
    outcomes = _json([[OUTCOME_NAMES[type(one)], *one] for one in event.outcomes])
    body = f"{previous}|{event.seq}|{event.period}|{event.seconds!r}|{event.actor}|{command}|{outcomes}"
    digest = blake2b(body.encode(), digest_size=8).hexdigest()
    return LogLine(event.seq, event.period, event.seconds, event.actor, command, outcomes, digest)
