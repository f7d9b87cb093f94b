"""What the commands of traders asked for and what they left in the book, order by order. Knows no tables."""

from __future__ import annotations

from collections.abc import Iterator

from market.encoding import encode_command
from market.events import Cancelled, Event, Rested
from market.orders import CancelOrder, PlaceOrder, ReplaceOrder, Side, SubmitSheet, TimeInForce, Trade

Row = dict[str, object]


def order_terms(event: Event) -> Iterator[Row]:
    """The columns of the table of orders from `command` on, a row for each order. The event is about orders."""
    if isinstance(event.command, SubmitSheet):
        yield from _sheet(event)
    else:
        yield {**_one(event), "traded": _traded(event), "resting": _resting(event)}


def _sheet(event: Event) -> Iterator[Row]:
    """The orders of a sheet; one row without an order where it took all back."""
    none = dict.fromkeys(("order_id", "replaces", "side", "price"))
    sheet: Row = {"command": "sheet", **none, "quantity": 0, "time_in_force": None, "traded": 0, "resting": 0}
    placed = [one for one in event.outcomes if isinstance(one, Rested)]
    for number, side, price, quantity in placed:
        terms = {"order_id": number, "side": side, "price": price, "quantity": quantity, "resting": quantity}
        yield {**sheet, **terms, "time_in_force": TimeInForce.PERIOD}
    if not placed:
        yield sheet


def _one(event: Event) -> Row:
    """What was asked for."""
    command, name = event.command, encode_command(event.command)[0]
    same: Row = {"command": name, "order_id": event.order_id, "replaces": None}
    match command:
        case PlaceOrder(side, price, quantity, lasting):
            return {**same, "side": side, "price": price, "quantity": quantity, "time_in_force": lasting}
        case ReplaceOrder(old, price, quantity):
            terms = {"side": _side(event), "price": price, "quantity": quantity, "time_in_force": TimeInForce.PERIOD}
            return {**same, "replaces": old, **terms}
        case CancelOrder():
            [gone] = (one for one in event.outcomes if isinstance(one, Cancelled))
            return {**same, "side": gone.side, "price": gone.price, "quantity": gone.quantity, "time_in_force": None}
    raise TypeError(f"{name} is no command of a trader.")


def _side(event: Event) -> Side:
    """The side of a replaced order: its first outcome is that order, dropped or made smaller."""
    first = event.outcomes[0]
    assert isinstance(first, Cancelled | Rested)
    return first.side


def _traded(event: Event) -> int:
    return sum(one.quantity for one in event.outcomes if isinstance(one, Trade))


def _resting(event: Event) -> int:
    """Shares of the event's order in the book after it."""
    return sum(one.quantity for one in event.outcomes if isinstance(one, Rested))
