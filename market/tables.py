"""The rows of a market's tables, made from its events. Pure: files and formats are the business of others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from market.accounts import Account
from market.book import OrderBook
from market.events import OPERATOR, Cancelled, ClosePeriod, Event, OpenPeriod, Outcome, Paid, Rested, encode_command
from market.exchange import Exchange
from market.ledger import Ledger
from market.orders import CancelOrder, Order, PlaceOrder, ReplaceOrder, Side, TimeInForce, Trade

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where: participant code, pseudonym, kind (human, model, rule) and the model's or rule's name."""

    participant: str
    trader: str
    kind: str = "human"
    model: str = ""


@dataclass(frozen=True)
class MarketRecord:
    """A market with what the exchange itself does not know. `utc` has one ISO time stamp for each event."""

    session: str
    market: str
    seed: int
    exchange: Exchange
    seats: tuple[Seat, ...]
    utc: Sequence[str]

    @property
    def identity(self) -> Row:
        return {"session": self.session, "market": self.market}

    @cached_property
    def seat_of(self) -> dict[str, Seat]:
        return {seat.trader: seat for seat in self.seats}

    def when(self, event: Event) -> Row:
        return {**self.moment(event), "utc": self.utc[event.seq - 1]}

    def moment(self, event: Event) -> Row:
        return {"seq": event.seq, "period": event.period, "seconds": event.seconds}

    def who(self, trader: str) -> Row:
        seat = self.seat_of[trader]
        return {"participant": seat.participant, "trader": trader, "kind": seat.kind, "model": seat.model}


def tables(record: MarketRecord) -> dict[str, list[Row]]:
    """All rows by table; keys are the columns of `market.records.TABLES` in their order."""
    builders = {
        "orders": order_rows,
        "trades": trade_rows,
        "quotes": quote_rows,
        "accounts": account_rows,
        "participants": participant_rows,
        "events": event_rows,
        "markets": market_rows,
    }
    return {table: list(rows(record)) for table, rows in builders.items()}


def order_rows(record: MarketRecord) -> Iterator[Row]:
    """Each command of a trader."""
    for event in record.exchange.events:
        if event.actor != OPERATOR:
            terms = {**_terms(event), "traded": _traded(event), "resting": _resting(event)}
            yield {**record.identity, **record.when(event), **record.who(event.actor), **terms}


def _terms(event: Event) -> Row:
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


def trade_rows(record: MarketRecord) -> Iterator[Row]:
    values = _fundamentals(record)
    for event in record.exchange.events:
        for trade in event.outcomes:
            if isinstance(trade, Trade):
                yield _trade_row(record, event, trade, values[event.period])


def _trade_row(record: MarketRecord, event: Event, trade: Trade, fundamental: float | None) -> Row:
    buyer, seller = record.seat_of[trade.buyer], record.seat_of[trade.seller]
    return {
        **record.identity,
        "trade_id": trade.id,
        **record.when(event),
        "price": trade.price,
        "quantity": trade.quantity,
        "aggressor": trade.aggressor,
        "buyer": trade.buyer,
        "seller": trade.seller,
        "buyer_participant": buyer.participant,
        "seller_participant": seller.participant,
        "buyer_kind": buyer.kind,
        "seller_kind": seller.kind,
        "bid_id": trade.bid_id,
        "ask_id": trade.ask_id,
        "buyer_value": trade.buyer_value,
        "seller_cost": trade.seller_cost,
        "fundamental": fundamental,
    }


def _fundamentals(record: MarketRecord) -> dict[int, float | None]:
    treatment = record.exchange.treatment
    values = {period: treatment.fundamental(period) for period in range(1, record.exchange.period + 1)}
    return {period: None if value is None else float(value) for period, value in values.items()}


def quote_rows(record: MarketRecord) -> Iterator[Row]:
    """The best prices and their sizes after each event that changed them, from a book that follows the events."""
    book, last = OrderBook(), _top(OrderBook())
    for event in record.exchange.events:
        for outcome in event.outcomes:
            _follow(book, outcome)
        if (top := _top(book)) != last:
            last = top
            yield {**record.identity, **record.moment(event), **top}


def _top(book: OrderBook) -> Row:
    bid, ask = book.quote()
    return {
        "bid": bid,
        "bid_quantity": None if bid is None else book.bids.total(bid),
        "ask": ask,
        "ask_quantity": None if ask is None else book.asks.total(ask),
    }


def _follow(book: OrderBook, outcome: Outcome) -> None:
    """Do to the book what an outcome says; orders that never stood in it are unknown to it and passed over."""
    match outcome:
        case Trade():
            maker = outcome.ask_id if outcome.aggressor is Side.BUY else outcome.bid_id
            _shrink(book, maker, book.orders[maker].quantity - outcome.quantity)
        case Cancelled():
            book.cancel(outcome.order_id)
        case Rested(number, side, price, quantity):
            if number in book.orders:
                _shrink(book, number, quantity)
            else:
                book.place(Order(number, "", side, price, quantity, quantity, 0.0))


def _shrink(book: OrderBook, order_id: int, quantity: int) -> None:
    if quantity:
        book.reduce(order_id, quantity)
    else:
        book.cancel(order_id)


def account_rows(record: MarketRecord) -> Iterator[Row]:
    """Each trader at the end of each period, from accounts that follow the events."""
    exchange = record.exchange
    accounts = Ledger(exchange.treatment, exchange.roles).accounts
    for event in exchange.events:
        if isinstance(event.command, OpenPeriod):
            for account in accounts.values():
                account.renew()
        for outcome in event.outcomes:
            _book(accounts, outcome)
        if isinstance(event.command, ClosePeriod):
            yield from _period_end(record, event, accounts)


def _book(accounts: dict[str, Account], outcome: Outcome) -> None:
    match outcome:
        case Trade():
            accounts[outcome.buyer].buy(outcome.price, outcome.quantity)
            accounts[outcome.seller].sell(outcome.price, outcome.quantity)
        case Paid(trader, amount):
            accounts[trader].cash += amount


def _period_end(record: MarketRecord, event: Event, accounts: dict[str, Account]) -> Iterator[Row]:
    paid = {(one.trader, one.reason): one.amount for one in event.outcomes if isinstance(one, Paid)}
    for trader, account in accounts.items():
        payments = {reason: paid.get((trader, reason), 0) for reason in ("interest", "dividend", "buyback")}
        yield {
            **record.identity,
            "period": event.period,
            **record.who(trader),
            "role": account.role,
            "cash": account.cash,
            "shares": account.shares,
            **payments,
            "period_profit": account.period_profit if account.induced else None,
            "profit": account.profit if account.induced else None,
        }


def participant_rows(record: MarketRecord) -> Iterator[Row]:
    orders = Counter(event.actor for event in record.exchange.events if isinstance(event.command, PlaceOrder))
    trades = Counter(trader for trade in record.exchange.trades for trader in {trade.buyer, trade.seller})
    for trader, account in record.exchange.accounts.items():
        yield {
            **record.identity,
            **record.who(trader),
            "role": account.role,
            "endowed_cash": account.endowed_cash,
            "endowed_shares": account.endowed_shares,
            "final_cash": account.cash,
            "final_shares": account.shares,
            "orders": orders[trader],
            "trades": trades[trader],
            "earnings": account.earnings,
        }


def event_rows(record: MarketRecord) -> Iterator[Row]:
    """The log as it is stored: with `market_rows` all that is needed to do it again."""
    for line, utc in zip(record.exchange.log(), record.utc, strict=True):
        seq, period, seconds, *rest = line
        yield {
            **record.identity,
            "seq": seq,
            "period": period,
            "seconds": seconds,
            "utc": utc,
            **dict(zip(("actor", "command", "outcomes", "hash"), rest, strict=True)),
        }


def market_rows(record: MarketRecord) -> Iterator[Row]:
    exchange = record.exchange
    yield {
        **record.identity,
        "treatment": exchange.treatment.name,
        "treatment_sha256": exchange.treatment.sha256(),
        "document": exchange.treatment.canonical(),
        "roles": json.dumps({trader: asdict(role) for trader, role in exchange.roles.items()}),
        "seed": record.seed,
        "state_hash": exchange.state_hash(),
    }
