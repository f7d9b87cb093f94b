"""Commands and events as plain JSON, hashed as a chain: how a log is stored and read back."""

from __future__ import annotations

import json
from hashlib import blake2b

from market.events import (
    AskForecasts,
    Bankrupt,
    Cancelled,
    ClosePeriod,
    Command,
    EndMarket,
    Event,
    Extend,
    HandBack,
    LogLine,
    OpenPeriod,
    Operation,
    Paid,
    Pause,
    Presence,
    Rested,
    Resume,
    TakeOver,
    Tell,
    Told,
)
from market.orders import (
    Action,
    CancelOrder,
    Forecast,
    Hold,
    PlaceOrder,
    ReplaceOrder,
    SheetOrder,
    Side,
    SubmitSheet,
    TimeInForce,
    Trade,
)

OUTCOMES = {"trade": Trade, "rested": Rested, "cancelled": Cancelled, "paid": Paid, "bankrupt": Bankrupt}
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
        case SubmitSheet(orders):
            return ["sheet", orders]
        case Forecast(prices):
            return ["forecast", prices]
        case AskForecasts(reason):
            return ["ask_forecasts", reason] if reason else ["ask_forecasts"]
        case ClosePeriod(dividend, reason):
            return ["close", dividend, reason] if reason else ["close", dividend]
        case Pause(reason, waits_for):
            return ["pause", reason, waits_for] if waits_for else ["pause", reason]
        case OpenPeriod(state, clues, reason):
            drawn: list[object] = [state, clues] if state or reason else []
            return ["open", *drawn, reason] if reason else ["open", *drawn]
        case Resume(reason):
            return ["resume", reason] if reason else ["resume"]
        case Extend(seconds, reason):
            return ["extend", seconds, reason]
        case Tell(text):
            return ["tell", text]
        case EndMarket(reason):
            return ["end", reason]
        case Presence(trader, present):
            return ["presence", trader, present]
        case TakeOver(trader, by):
            return ["take_over", trader, by]
        case HandBack(trader):
            return ["hand_back", trader]
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
        case ["sheet", list(orders)] if all(isinstance(one, list) and len(one) == 3 for one in orders):
            return SubmitSheet(tuple(SheetOrder(Side(side), price, quantity) for side, price, quantity in orders))
        case ["forecast", list(prices)]:
            return Forecast(tuple(prices))
        case ["ask_forecasts"]:
            return AskForecasts()
        case ["ask_forecasts", str(reason)]:
            return AskForecasts(reason)
        case ["close", int(dividend)]:
            return ClosePeriod(dividend)
        case ["close", int(dividend), str(reason)]:
            return ClosePeriod(dividend, reason)
        case ["pause", str(reason)]:
            return Pause(reason)
        case ["pause", str(reason), str(waits_for)]:
            return Pause(reason, waits_for)
        case ["open"]:
            return OpenPeriod()
        case ["open", str(state), list(clues)]:
            return OpenPeriod(state, tuple(Told(trader, kind, name) for trader, kind, name in clues))
        case ["open", str(state), list(clues), str(reason)]:
            return OpenPeriod(state, tuple(Told(trader, kind, name) for trader, kind, name in clues), reason)
        case ["resume"]:
            return Resume()
        case ["resume", str(reason)]:
            return Resume(reason)
        case ["extend", int() | float() as seconds, str(reason)]:
            return Extend(seconds, reason)
        case ["tell", str(text)]:
            return Tell(text)
        case ["end", str(reason)]:
            return EndMarket(reason)
        case ["presence", str(trader), bool(present)]:
            return Presence(trader, present)
        case ["take_over", str(trader), str(by)]:
            return TakeOver(trader, by)
        case ["hand_back", str(trader)]:
            return HandBack(trader)
    raise ValueError(f"Unknown command {document!r}.")


def log_line(previous: str, event: Event) -> LogLine:
    """The line of an event; its hash covers the hash before it and everything the event says (16 hex digits)."""
    command = _json(encode_command(event.command))
    outcomes = _json([[OUTCOME_NAMES[type(one)], *one] for one in event.outcomes])
    body = f"{previous}|{event.seq}|{event.period}|{event.seconds!r}|{event.actor}|{command}|{outcomes}"
    digest = blake2b(body.encode(), digest_size=8).hexdigest()
    return LogLine(event.seq, event.period, event.seconds, event.actor, command, outcomes, digest)
