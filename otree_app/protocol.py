"""What pages and server say to each other: commands in, receipts and news out. Pure; trusts nothing that comes in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from market.events import Event
from market.orders import Action, CancelOrder, PlaceOrder, Receipt, ReplaceOrder, Side, TimeInForce, Trade

MESSAGE_BYTES = 2048
ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Request:
    """One message of a page: a command with its id, or (`action` None) the wish for a snapshot.

    `refusal` answers a command that could not be read.
    """

    id: str
    action: Action | None = None
    refusal: Receipt | None = None


def parse(text: str) -> Request:
    """Read a message. Whatever it is, the answer is a Request: never an exception."""
    if len(text) > MESSAGE_BYTES:
        return Request("", refusal=Receipt.refused("too_large", limit=MESSAGE_BYTES))
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return _unread("", "a message is one JSON object")
    if not isinstance(message, dict):
        return _unread("", "a message is one JSON object")
    if message.get("do") == "snapshot":
        return Request("")
    identity = message.get("id")
    if not isinstance(identity, str) or not 0 < len(identity) <= ID_LENGTH or not _plain(identity):
        return _unread("", f"a command has an id of 1 to {ID_LENGTH} plain characters")
    return _command(identity, message)


def _plain(text: str) -> bool:
    """What every database can store as it is."""
    return text.isascii() and text.isprintable()


def _command(identity: str, message: dict[str, object]) -> Request:
    match message.get("do"):
        case "place":
            return Request(identity, _place(message))
        case "cancel":
            return Request(identity, CancelOrder(message.get("order_id")))  # type: ignore[arg-type]
        case "replace":
            wanted = (message.get("order_id"), message.get("price"), message.get("quantity"))
            if wanted[1] is None:
                return _unread(identity, "a changed order has a price")
            return Request(identity, ReplaceOrder(*wanted))  # type: ignore[arg-type]
        case _:
            return _unread(identity, "a command is to place, cancel or replace")


def _place(message: dict[str, object]) -> PlaceOrder:
    """An order as it was sent; the exchange refuses what is malformed, in words."""
    side, lasting = message.get("side"), message.get("time_in_force", "period")
    return PlaceOrder(
        Side(side) if side in ("buy", "sell") else side,  # type: ignore[arg-type]
        message.get("price"),  # type: ignore[arg-type]
        message.get("quantity", 1),  # type: ignore[arg-type]
        TimeInForce(lasting) if lasting in ("period", "ioc", "fok") else lasting,  # type: ignore[arg-type]
    )


def _unread(identity: str, problem: str) -> Request:
    return Request(identity, refusal=Receipt.refused("bad_message", problem=problem))


def acknowledgement(identity: str, receipt: Receipt) -> str:
    """The one answer to a command."""
    return json.dumps({"type": "ack", "id": identity, "receipt": receipt_document(receipt)}, separators=(",", ":"))


def receipt_document(receipt: Receipt) -> dict[str, object]:
    return {
        "status": receipt.status,
        "order_id": receipt.order_id,
        "quantity": receipt.quantity,
        "trades": [[trade.price, trade.quantity] for trade in receipt.trades],
        "code": receipt.code,
        "reason": receipt.reason,
    }


def receipt_of(event: Event) -> Receipt:
    """The receipt that the event's command got: what a resent command is answered after a restart."""
    trades = tuple(outcome for outcome in event.outcomes if isinstance(outcome, Trade))
    return Receipt("traded" if trades else "accepted", event.order_id, trades)


@dataclass(frozen=True, slots=True)
class HostState:
    """What the host adds to the market: its clock and who is there. `remaining` seconds to the next change, or None."""

    remaining: float | None
    running: bool
    ready: int
    seats: int
    note: str = ""


def host_document(state: HostState) -> dict[str, object]:
    return asdict(state)
