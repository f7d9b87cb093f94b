"""What pages and server say to each other: commands in, receipts and news out. Pure; trusts nothing that comes in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from market.events import Event
from market.orders import (
    Action,
    CancelOrder,
    Forecast,
    PlaceOrder,
    Receipt,
    ReplaceOrder,
    SheetOrder,
    Side,
    SubmitSheet,
    TimeInForce,
    Trade,
)

# A sheet with some hundred orders.
MESSAGE_BYTES = 8192
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
        case "sheet":
            return _sheet(identity, message.get("orders"))
        case "forecast":
            return _forecast(identity, message.get("prices"))
        case _:
            return _unread(identity, "a command is to place, cancel, replace, sheet or forecast")


def _place(message: dict[str, object]) -> PlaceOrder:
    """An order as it was sent; the exchange refuses what is malformed, in words."""
    lasting = message.get("time_in_force", "period")
    return PlaceOrder(
        _side(message.get("side")),
        message.get("price"),  # type: ignore[arg-type]
        message.get("quantity", 1),  # type: ignore[arg-type]
        TimeInForce(lasting) if lasting in ("period", "ioc", "fok") else lasting,  # type: ignore[arg-type]
    )


def _side(given: object) -> Side:
    """A side where it is one; anything else stays as it came, for the exchange to refuse."""
    return Side(given) if given in ("buy", "sell") else given  # type: ignore[return-value]


def _sheet(identity: str, orders: object) -> Request:
    if not isinstance(orders, list) or not all(isinstance(one, list) and len(one) == 3 for one in orders):
        return _unread(identity, "a sheet is a list of orders, each a side, a price and a quantity")
    lines = (SheetOrder(_side(side), price, quantity) for side, price, quantity in orders)
    return Request(identity, SubmitSheet(tuple(lines)))


def _forecast(identity: str, prices: object) -> Request:
    if not isinstance(prices, list):
        return _unread(identity, "forecasts are a list of prices")
    return Request(identity, Forecast(tuple(prices)))


def _unread(identity: str, problem: str) -> Request:
    return Request(identity, refusal=Receipt.refused("bad_message", problem=problem))


def acknowledgement(identity: str, receipt: Receipt, language: str) -> str:
    """The one answer to a command, its reason in the language of the page."""
    document = {"type": "ack", "id": identity, "receipt": receipt_document(receipt, language)}
    return json.dumps(document, separators=(",", ":"))


def receipt_document(receipt: Receipt, language: str) -> dict[str, object]:
    return {
        "status": receipt.status,
        "order_id": receipt.order_id,
        "quantity": receipt.quantity,
        "trades": [[trade.price, trade.quantity] for trade in receipt.trades],
        "code": receipt.code,
        "reason": receipt.reason_in(language),
    }


def receipt_of(event: Event) -> Receipt:
    """The receipt that the event's command got: what a resent command is answered after a restart."""
    trades = tuple(outcome for outcome in event.outcomes if isinstance(outcome, Trade))
    return Receipt("traded" if trades else "accepted", event.order_id, trades)


@dataclass(frozen=True, slots=True)
class HostState:
    """What the host adds to the market for one seat. `remaining` seconds to the next change, or None.

    `ready` of `seats` have a page open, `away` are people without one. `note` says why the market is paused, `messages`
    are the experimenter's last words with the market's time in seconds. `taken_over`: a rule trader plays this seat;
    `handed_back`: how often it did so and stopped, in this phase.
    """

    remaining: float | None
    running: bool
    ready: int
    seats: int
    note: str = ""
    away: int = 0
    messages: tuple[tuple[float, str], ...] = ()
    taken_over: bool = False
    handed_back: int = 0

    def same(self, other: HostState) -> bool:
        """Whether there is nothing to tell to who knows the other: clocks run by themselves."""
        return replace(self, remaining=None) == replace(other, remaining=None)


def host_document(state: HostState) -> dict[str, object]:
    return asdict(state)
