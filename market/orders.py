"""The words of trade: sides, orders, trades, quotes, the actions of a trader and the receipts they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar, dataclass_transform

from market.refusals import refusal_text

Command = TypeVar("Command")


class Side(StrEnum):
    """Direction of an order; *bid* and *ask* name prices and sides of the book."""

    BUY = "buy"
    SELL = "sell"

    # an enumeration's own hash is worked out in Python, and sides are looked up all the time
    __hash__ = str.__hash__

    @property
    def other(self) -> Side:
        return SELL if self is BUY else BUY


BUY, SELL = Side.BUY, Side.SELL


class TimeInForce(StrEnum):
    """How long an order lives: until the period ends, immediate-or-cancel, fill-or-kill."""

    PERIOD = "period"
    IOC = "ioc"
    FOK = "fok"


@dataclass(slots=True)
class Order:
    """An order in the book. `price` in ticks, `quantity` shares left, `size` shares when it was placed."""

    id: int
    trader: str
    side: Side
    price: int
    quantity: int
    size: int
    seconds: float


class Trade(NamedTuple):
    """One execution. `price` in ticks, `seconds` since the period opened.

    `aggressor` is the side of the order that came second, None where a call market cleared both at once.
    `buyer_value` and `seller_cost` are the induced valuations of the unit in ticks, None in asset markets.
    """

    id: int
    period: int
    seconds: float
    buyer: str
    seller: str
    price: int
    quantity: int
    aggressor: Side | None
    bid_id: int
    ask_id: int
    buyer_value: int | None = None
    seller_cost: int | None = None


class Print(NamedTuple):
    """A trade as everybody sees it: no names."""

    id: int
    period: int
    seconds: float
    price: int
    quantity: int
    aggressor: Side | None


class Quote(NamedTuple):
    """Best bid and ask in ticks; None on an empty side."""

    bid: int | None
    ask: int | None

    @property
    def spread(self) -> int | None:
        return None if self.bid is None or self.ask is None else self.ask - self.bid

    @property
    def mid(self) -> float | None:
        return None if self.bid is None or self.ask is None else (self.ask + self.bid) / 2


@dataclass_transform(frozen_default=True)
def _command(cls: type[Command]) -> type[Command]:
    """Frozen for who checks types, not while it runs: a simulation makes millions, and frozen ones take three times as
    long to make."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


@_command
class PlaceOrder:
    """Buy or sell `quantity` shares at `price` ticks or better; `price` None is a market order."""

    side: Side
    price: int | None
    quantity: int = 1
    time_in_force: TimeInForce = TimeInForce.PERIOD


@_command
class CancelOrder:
    """Take back what is left of one's own order."""

    order_id: int


@_command
class ReplaceOrder:
    """Change one's own order; a new price or a larger quantity loses its place in the queue."""

    order_id: int
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Do nothing this turn."""


class SheetOrder(NamedTuple):
    """One line of an order sheet: buy or sell `quantity` shares at `price` ticks or better."""

    side: Side
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SubmitSheet:
    """In a call market: these orders instead of all that one has now; no orders take all of them back."""

    orders: tuple[SheetOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """Prices in ticks, one for each period that is asked for now; may be given anew until the period opens."""

    prices: tuple[int, ...]


Action = PlaceOrder | CancelOrder | ReplaceOrder | SubmitSheet | Forecast | Hold


NO_FACTS: Mapping[str, object] = {}


class Receipt(NamedTuple):
    """What became of an action: `status` is accepted, traded, refused or held.

    A refusal carries a `code` of `market.refusals` and the `facts` that fill its words; it never raises.
    """

    status: str
    order_id: int | None = None
    trades: tuple[Trade, ...] = ()
    code: str = ""
    facts: Mapping[str, object] = NO_FACTS

    @classmethod
    def refused(cls, code: str, **facts: object) -> Receipt:
        return cls("refused", code=code, facts=facts)

    @property
    def ok(self) -> bool:
        return self.status != "refused"

    @property
    def reason(self) -> str:
        """Why it was refused, in English, for logs and programs; empty otherwise."""
        return self.reason_in("en")

    def reason_in(self, language: str) -> str:
        """Why it was refused, in words a subject understands; empty otherwise."""
        return refusal_text(self.code, self.facts, language) if self.code else ""

    @property
    def quantity(self) -> int:
        """Shares traded at once."""
        return sum(trade.quantity for trade in self.trades)
