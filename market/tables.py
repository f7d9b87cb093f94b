"""The rows of a market's tables, made from its events. Pure: files and formats are the business of others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from market.accounts import Account
from market.deciders import Deciders, deciders
from market.events import (
    OPERATOR,
    Bankrupt,
    ClosePeriod,
    EndMarket,
    Event,
    OpenPeriod,
    Outcome,
    Paid,
)
from market.exchange import Exchange
from market.ledger import Ledger
from market.order_terms import order_terms
from market.orders import Forecast, PlaceOrder, SubmitSheet, Trade
from market.quotes import best_quotes

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where: participant code, pseudonym, kind (human, model, rule) and the model's or rule's name."""

    participant: str
    trader: str
    kind: str = "human"
    model: str = ""


@dataclass(frozen=True, slots=True)
class Freeze:
    """The configuration registered before a market opened, and how many others were while it ran."""

    sha256: str = ""
    changes: int = 0


@dataclass(frozen=True)
class MarketRecord:
    """A market with what the exchange itself does not know. `utc` has one ISO time stamp for each event.

    `held`: for each event the seconds that a bot's command was held back; empty where none ever was.
    """

    session: str
    market: str
    seed: int
    exchange: Exchange
    seats: tuple[Seat, ...]
    utc: Sequence[str]
    freeze: Freeze = Freeze()
    held: Sequence[float] = ()
    practice: bool = False

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

    @cached_property
    def deciders(self) -> Deciders:
        return deciders(self.exchange.events)

    def who(self, trader: str, rule: str = "") -> Row:
        """A seat, and who decides there; `rule` where one does so in a person's place."""
        seat = self.seat_of[trader]
        kind, model = ("rule", rule) if rule else (seat.kind, seat.model)
        return {"participant": seat.participant, "trader": trader, "kind": kind, "model": model}


def tables(record: MarketRecord) -> dict[str, list[Row]]:
    """All rows by table; keys are the columns of `market.records.TABLES` in their order."""
    builders = {
        "orders": order_rows,
        "trades": trade_rows,
        "quotes": quote_rows,
        "accounts": account_rows,
        "forecasts": forecast_rows,
        "participants": participant_rows,
        "events": event_rows,
        "markets": market_rows,
    }
    return {table: list(rows(record)) for table, rows in builders.items()}


def order_rows(record: MarketRecord) -> Iterator[Row]:
    """Each command of a trader that is about orders; of a sheet each order."""
    for event in record.exchange.events:
        if event.actor != OPERATOR and not isinstance(event.command, Forecast):
            who = record.who(event.actor, record.deciders.events.get(event.seq, ""))
            same = {**record.identity, **record.when(event), **who}
            yield from ({**same, **terms} for terms in order_terms(event))


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
        "buyer_kind": "rule" if trade.bid_id in record.deciders.orders else buyer.kind,
        "seller_kind": "rule" if trade.ask_id in record.deciders.orders else seller.kind,
        "bid_id": trade.bid_id,
        "ask_id": trade.ask_id,
        "buyer_value": trade.buyer_value,
        "seller_cost": trade.seller_cost,
        "fundamental": fundamental,
    }


def _fundamentals(record: MarketRecord) -> dict[int, float | None]:
    """By period; where there are states, the value to who knows the period's: what prices should come to reveal."""
    treatment, states = record.exchange.treatment, record.exchange.states
    values = {period: treatment.rational_value(period, state) for period, state in enumerate(states, start=1)}
    return {period: None if value is None else float(value) for period, value in values.items()}


def quote_rows(record: MarketRecord) -> Iterator[Row]:
    """The best prices after each event that changed them. A call market has none: its orders wait unseen."""
    if not record.exchange.hides_book:
        for event, top in best_quotes(record.exchange.events):
            yield {**record.identity, **record.moment(event), **top}


def account_rows(record: MarketRecord) -> Iterator[Row]:
    """Each trader at the end of each period, from accounts that follow the events.

    A market that ended between two periods has the row of the later one, in which shares were paid out.
    """
    exchange, running = record.exchange, False
    accounts = Ledger(exchange.treatment, exchange.roles).accounts
    for event in exchange.events:
        if isinstance(event.command, OpenPeriod):
            opened, running = event.command, True
            for account in accounts.values():
                account.renew()
        for outcome in event.outcomes:
            _book(accounts, outcome)
        if isinstance(event.command, ClosePeriod | EndMarket) and event.period:
            period, known = (event.period, opened) if running else (event.period + 1, OpenPeriod())
            yield from ({**row, "period": period} for row in _period_end(record, event, accounts, known))
            running = False


def _book(accounts: dict[str, Account], outcome: Outcome) -> None:
    match outcome:
        case Trade():
            accounts[outcome.buyer].buy(outcome.price, outcome.quantity)
            accounts[outcome.seller].sell(outcome.price, outcome.quantity)
        case Paid(trader, amount):
            accounts[trader].cash += amount


def _period_end(record: MarketRecord, event: Event, accounts: dict[str, Account], opened: OpenPeriod) -> Iterator[Row]:
    bankrupt = {one.trader for one in event.outcomes if isinstance(one, Bankrupt)}
    told = {one.trader: one for one in opened.clues}
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
            "state": opened.state,
            "clue": told[trader].kind if trader in told else "",
            "clue_state": told[trader].state if trader in told else "",
            "bankrupt": int(trader in bankrupt),
        }


def participant_rows(record: MarketRecord) -> Iterator[Row]:
    orders: Counter[str] = Counter()
    for event in record.exchange.events:
        orders[event.actor] += _placed(event)
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


def _placed(event: Event) -> int:
    """Orders that an event placed, replacements left out."""
    if isinstance(event.command, SubmitSheet):
        return len(event.command.orders)
    return isinstance(event.command, PlaceOrder)


def forecast_rows(record: MarketRecord) -> Iterator[Row]:
    exchange = record.exchange
    for trader, forecast, realised, error, paid in exchange.forecasts.scored(exchange.period_prices()):
        yield {
            **record.identity,
            **record.who(trader),
            "made": forecast.made,
            "target": forecast.target,
            "price": forecast.price,
            "realised": None if realised is None else float(realised),
            "error": None if error is None else float(error),
            "paid": paid,
        }


def event_rows(record: MarketRecord) -> Iterator[Row]:
    """The log as it is stored: with `market_rows` all that is needed to do it again."""
    held = record.held or [0.0] * len(record.utc)
    for line, utc, waited in zip(record.exchange.log(), record.utc, held, strict=True):
        seq, period, seconds, *rest = line
        yield {
            **record.identity,
            "seq": seq,
            "period": period,
            "seconds": seconds,
            "utc": utc,
            "held": waited,
            **dict(zip(("actor", "command", "outcomes", "hash"), rest, strict=True)),
        }


def market_rows(record: MarketRecord) -> Iterator[Row]:
    exchange = record.exchange
    yield {
        **record.identity,
        "treatment": exchange.treatment.name,
        "treatment_sha256": exchange.treatment.sha256(),
        "practice": int(record.practice),
        "document": exchange.treatment.canonical(),
        "roles": json.dumps({trader: asdict(role) for trader, role in exchange.roles.items()}),
        "seed": record.seed,
        "state_hash": exchange.state_hash(),
        "freeze_sha256": record.freeze.sha256,
        "freeze_changes": record.freeze.changes,
        "error": "",
    }
