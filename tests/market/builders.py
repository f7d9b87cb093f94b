"""Small builders for sentences about the market."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from market.book import OrderBook, Placement
from market.designs import design
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.orders import (
    Action,
    CancelOrder,
    Order,
    PlaceOrder,
    Receipt,
    ReplaceOrder,
    SheetOrder,
    Side,
    SubmitSheet,
    TimeInForce,
    Trade,
)
from market.treatments import Role, Treatment

BUY, SELL = Side.BUY, Side.SELL
PERIOD, IOC, FOK = TimeInForce.PERIOD, TimeInForce.IOC, TimeInForce.FOK
_numbers = count(1)


# The book alone


def bid(trader: str, price: int, quantity: int = 1) -> Order:
    return Order(next(_numbers), trader, BUY, price, quantity, quantity, 0.0)


def ask(trader: str, price: int, quantity: int = 1) -> Order:
    return Order(next(_numbers), trader, SELL, price, quantity, quantity, 0.0)


def book_with(*orders: Order, self_trade: str = "cancel_resting") -> OrderBook:
    book = OrderBook(self_trade)
    for order in orders:
        book.place(order)
    return book


def fills(placement: Placement) -> list[tuple[str, int, int]]:
    """(resting trader, price, shares) of each match."""
    return [(fill.maker.trader, fill.price, fill.quantity) for fill in placement.fills]


# A whole market

RICH = Role(name="rich", cash=1000, shares=10)


def treatment(roles: Sequence[Role] = (RICH,), **changes: object) -> Treatment:
    """Two periods, no payments: whatever a test is not about is left out."""
    plain = {"name": "test", "dividends": (), "periods": 2, "price_max": 200, "tell_fundamental": True}
    return design("asset_cda").with_changes(**{**plain, "roles": tuple(roles), **changes})


def induced(**changes: object) -> Treatment:
    """T1 and T2 buy two units each, T3 and T4 sell two each."""
    buyer, seller = Role(name="buyer", values=(100, 80)), Role(name="seller", costs=(40, 60))
    return treatment((buyer, buyer, seller, seller), fixed_seats=True, **changes)


def opened(rules: Treatment | None = None, traders: int = 4) -> Exchange:
    """A market in its first period, traders T1, T2, ... with the treatment's roles in turn."""
    rules = rules or treatment()
    exchange = Exchange(rules, {f"T{seat + 1}": rules.roles[seat % len(rules.roles)] for seat in range(traders)})
    exchange.operate(OpenPeriod())
    return exchange


def buy(price: int | None, quantity: int = 1, lasting: TimeInForce = PERIOD) -> PlaceOrder:
    return PlaceOrder(BUY, price, quantity, lasting)


def sell(price: int | None, quantity: int = 1, lasting: TimeInForce = PERIOD) -> PlaceOrder:
    return PlaceOrder(SELL, price, quantity, lasting)


def play(exchange: Exchange, *moves: tuple[str, Action]) -> list[Receipt]:
    """Moves one second apart; all must be accepted."""
    receipts = [exchange.submit(trader, action, exchange.seconds + 1) for trader, action in moves]
    assert [receipt.reason for receipt in receipts if not receipt.ok] == []
    return receipts


def refusal(exchange: Exchange, trader: str, action: Action) -> str:
    """The code of a refusal, after checking that it changed nothing and says something."""
    before = exchange.state_hash(), len(exchange.events), list(exchange.ledger.open_orders[trader])
    receipt = exchange.submit(trader, action, exchange.seconds + 1)
    assert receipt.status == "refused"
    assert receipt.reason.startswith("Not ")
    assert before == (exchange.state_hash(), len(exchange.events), list(exchange.ledger.open_orders[trader]))
    return receipt.code


def resting(exchange: Exchange, side: Side) -> list[tuple[str, int, int]]:
    """(trader, price, shares) of a side of the book in priority."""
    return [(order.trader, order.price, order.quantity) for order in exchange.book.side(side).orders()]


def cancel(order_id: int) -> CancelOrder:
    return CancelOrder(order_id)


def replace(order_id: int, price: int, quantity: int = 1) -> ReplaceOrder:
    return ReplaceOrder(order_id, price, quantity)


# Call markets


def call(*roles: Role, **changes: object) -> Treatment:
    """A call market with two periods and no payments."""
    return treatment(roles or (RICH,), institution="call", **changes)


def sheet(*orders: PlaceOrder) -> SubmitSheet:
    return SubmitSheet(tuple(SheetOrder(one.side, one.price or 0, one.quantity) for one in orders))


def closed(market: Exchange, dividend: int = 0) -> list[tuple[str, str, int, int]]:
    """Close the period: (buyer, seller, shares, price) of each trade."""
    event = market.operate(ClosePeriod(dividend), 60.0)
    trades = [one for one in event.outcomes if isinstance(one, Trade)]
    return [(one.buyer, one.seller, one.quantity, one.price) for one in trades]
