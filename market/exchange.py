"""One market: a book, a ledger and rules. Its periods open and close as events; its state is the fold of these."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple
from hashlib import blake2b
from math import isfinite

from market.accounts import Account
from market.book import Fill, OrderBook
from market.events import (
    OPERATOR,
    RULES_VERSION,
    Cancelled,
    ClosePeriod,
    Command,
    Event,
    LogLine,
    OpenPeriod,
    Operation,
    Outcome,
    Pause,
    Phase,
    Rested,
    Resume,
    decode_command,
    log_line,
)
from market.history import Tally
from market.ledger import Ledger
from market.orders import (
    Action,
    CancelOrder,
    Hold,
    Order,
    PlaceOrder,
    Print,
    Receipt,
    ReplaceOrder,
    Side,
    TimeInForce,
    Trade,
)
from market.rules import Standing, is_whole, malformed, refusal, shown, worst_price
from market.treatments import Role, Treatment

BUY, PERIOD, IOC = Side.BUY, TimeInForce.PERIOD, TimeInForce.IOC
OPEN = Phase.OPEN


class OperationError(Exception):
    """An operation that the phase of the market does not allow: a bug of its host."""


class LogMismatch(Exception):
    """A log that the rules of this version answer differently: it was written by others, or changed."""


class Exchange:
    """Continuous double auction of one group of traders.

    `roles` gives each trader's role. Commands of traders go through `submit` and are answered by a `Receipt`;
    the host's go through `operate`. Both append an `Event` to `events` when they change anything.
    """

    def __init__(self, treatment: Treatment, roles: Mapping[str, Role]) -> None:
        self.treatment = treatment
        self.roles = dict(roles)
        self.book = OrderBook(treatment.self_trade)
        self.ledger = Ledger(treatment, roles)
        self.phase = Phase.WAITING
        self.period = 0
        self.seconds = 0.0
        self.events: list[Event] = []
        self.trades: list[Trade] = []
        self.prints: list[Print] = []
        self.tallies: list[Tally] = []
        self.dividends: list[int] = []
        self._next_order = 1
        self._origin = _origin(treatment, roles)
        self._lines: list[LogLine] = []

    @property
    def accounts(self) -> dict[str, Account]:
        return self.ledger.accounts

    def trades_of(self, period: int) -> list[Trade]:
        """The trades of one period, in order; cheap for the current one however long the market has run."""
        first, last = (
            bisect_left(self.trades, number, key=lambda trade: trade.period) for number in (period, period + 1)
        )
        return self.trades[first:last]

    # What traders do

    def submit(self, trader: str, action: Action, seconds: float) -> Receipt:
        """Carry out one action of a trader at `seconds` since the period opened, or refuse it and change nothing.

        Time does not run backwards: an action that comes with an earlier time than the last gets the last one's.
        Raises ValueError for a time that is no finite number, a bug of the host.
        """
        if trader not in self.accounts:
            return Receipt.refused("unknown_trader", trader=shown(trader))
        if isinstance(action, Hold):
            return Receipt("held")
        if self.phase is not OPEN:
            return Receipt.refused(self.phase.value)
        self._advance(seconds)
        if isinstance(action, PlaceOrder):
            return self._place(trader, action)
        order = self._open_order(trader, action.order_id)
        if order is None:
            return Receipt.refused("unknown_order", order_id=shown(action.order_id))
        return self._cancel(order, action) if isinstance(action, CancelOrder) else self._replace(order, action)

    def _advance(self, seconds: float) -> None:
        if not isfinite(seconds):
            raise ValueError(f"A time is a finite number of seconds since the period opened, not {seconds!r}.")
        if seconds > self.seconds:
            self.seconds = float(seconds)

    def _open_order(self, trader: str, order_id: object) -> Order | None:
        return self.ledger.open_orders[trader].get(order_id) if is_whole(order_id) else None

    def _place(self, trader: str, action: PlaceOrder) -> Receipt:
        if refused := malformed(action):
            return refused
        order, lasting = self._order(trader, action)
        own = self.ledger.open_orders[trader].values()
        here = Standing(self.treatment, self.book, self.accounts[trader], own)
        return refusal(here, order, lasting) or self._execute(order, lasting, action, [])

    def _order(self, trader: str, action: PlaceOrder) -> tuple[Order, TimeInForce]:
        """The order of an action; a market order is an immediate one at the worst price allowed."""
        side, price, quantity, lasting = action.side, action.price, action.quantity, action.time_in_force
        if price is None:
            price = worst_price(self.treatment, self.accounts[trader], side, quantity)
            lasting = IOC if lasting is PERIOD else lasting
        return Order(self._next_order, trader, side, price, quantity, quantity, self.seconds), lasting

    def _execute(self, order: Order, lasting: TimeInForce, action: Command, outcomes: list[Outcome]) -> Receipt:
        """Match an order that passed all checks, move cash and shares, and record it."""
        placement = self.book.place(order, lasting)
        outcomes += [self.ledger.drop(stale, "self_trade") for stale in placement.cancelled]
        trades = [self._trade(order, fill) for fill in placement.fills]
        outcomes += trades
        if placement.rests:
            outcomes.append(self.ledger.rest(order))
        elif order.quantity:
            reason = "self_trade" if lasting is PERIOD else "not_filled"
            outcomes.append(Cancelled(order.id, order.trader, order.side, order.price, order.quantity, reason))
        if trades and self.treatment.clear_after_trade:
            outcomes += self._clear("clear_after_trade")
        self._next_order = order.id + 1
        self._record(order.trader, action, order.id, outcomes)
        return Receipt("traded" if trades else "accepted", order.id, tuple(trades))

    def _trade(self, taker: Order, fill: Fill) -> Trade:
        maker, price, quantity = fill
        valuations = self.ledger.settle(taker, fill)
        bid, ask = (taker, maker) if taker.side is BUY else (maker, taker)
        number, period, seconds = len(self.trades) + 1, self.period, self.seconds
        terms = (bid.trader, ask.trader, price, quantity, taker.side, bid.id, ask.id)
        trade = Trade(number, period, seconds, *terms, *valuations)
        self.trades.append(trade)
        self.prints.append(Print(number, period, seconds, price, quantity, taker.side))
        self.tallies[-1].count(price, quantity)
        return trade

    def _cancel(self, order: Order, action: CancelOrder) -> Receipt:
        self.book.cancel(order.id)
        self._record(order.trader, action, order.id, [self.ledger.drop(order, "cancel")])
        return Receipt("accepted", order.id)

    def _replace(self, order: Order, action: ReplaceOrder) -> Receipt:
        """Shrink an order where it stands, or take it out and place it anew at the back of the queue."""
        wanted = PlaceOrder(order.side, action.price, action.quantity)
        if not is_whole(action.price):
            return Receipt.refused("bad_price", price=shown(action.price))
        if refused := malformed(wanted):
            return refused
        if action.price != order.price or action.quantity > order.quantity:
            return self._move(order, wanted, action)
        self.ledger.shrink(order, action.quantity)
        self.book.reduce(order.id, action.quantity)
        self._record(order.trader, action, order.id, [Rested(order.id, order.side, order.price, order.quantity)])
        return Receipt("accepted", order.id)

    def _move(self, order: Order, wanted: PlaceOrder, action: ReplaceOrder) -> Receipt:
        new, lasting = self._order(order.trader, wanted)
        if refused := self._move_refusal(order, new):
            return refused
        self.book.cancel(order.id)
        return self._execute(new, lasting, action, [self.ledger.drop(order, "replace")])

    def _move_refusal(self, order: Order, new: Order) -> Receipt | None:
        """Check the new order as if the old one were gone; the old one keeps its place and its promise."""
        account = self.accounts[order.trader]
        own = [other for other in self.ledger.open_orders[order.trader].values() if other is not order]
        account.release(order.side, order.price, order.quantity)
        refused = refusal(Standing(self.treatment, self.book, account, own, order), new, PERIOD)
        account.reserve(order.side, order.price, order.quantity)
        return refused

    def _clear(self, reason: str) -> list[Cancelled]:
        return [self.ledger.drop(order, reason) for order in self.book.clear()]

    # What the host does

    def operate(self, operation: Operation, seconds: float = 0.0) -> Event:
        """Open, pause, resume or close. Raises OperationError where the phase does not allow it."""
        outcomes: list[Outcome] = []
        before = self.phase
        if isinstance(operation, OpenPeriod) and before in (Phase.WAITING, Phase.CLOSED):
            self.phase, self.period, self.seconds = Phase.OPEN, self.period + 1, 0.0
            self.tallies.append(Tally())
            self.ledger.renew()
        elif isinstance(operation, Pause) and before is Phase.OPEN:
            self._advance(seconds)
            self.phase = Phase.PAUSED
        elif isinstance(operation, Resume) and before is Phase.PAUSED:
            self.phase = Phase.OPEN
        elif isinstance(operation, ClosePeriod) and before in (Phase.OPEN, Phase.PAUSED):
            self._advance(seconds)
            outcomes += self._close(operation)
        else:
            raise OperationError(f"{type(operation).__name__} is not possible while the market is {before.value}.")
        return self._record(OPERATOR, operation, None, outcomes)

    def _close(self, operation: ClosePeriod) -> list[Outcome]:
        last = self.period == self.treatment.periods
        self.phase = Phase.FINISHED if last else Phase.CLOSED
        self.dividends.append(operation.dividend)
        return [*self._clear("period_end"), *self.ledger.pay_period(operation.dividend, last)]

    def _record(self, actor: str, command: Command, order_id: int | None, outcomes: Iterable[Outcome]) -> Event:
        event = Event(len(self.events) + 1, self.period, self.seconds, actor, command, order_id, tuple(outcomes))
        self.events.append(event)
        return event

    # Comparing two runs

    def log(self, since: int = 0) -> list[LogLine]:
        """The lines of the events after number `since`, as they are stored."""
        self._write_lines()
        return self._lines[since:]

    def _write_lines(self) -> None:
        for event in self.events[len(self._lines) :]:
            self._lines.append(log_line(self._lines[-1].hash if self._lines else self._origin, event))

    def chain_hash(self) -> str:
        """The hash after the last event: equal for two runs only when every event was the same. 16 hex digits."""
        self._write_lines()
        return self._lines[-1].hash if self._lines else self._origin

    def state_hash(self) -> str:
        """A hash of what stands now: phase, book in priority and accounts. 16 hex digits."""
        orders = [astuple(order) for side in (self.book.bids, self.book.asks) for order in side.orders()]
        accounts = [astuple(account) for account in self.accounts.values()]
        return _digest([self.phase, self.period, self.dividends, len(self.trades), orders, accounts])


def _origin(treatment: Treatment, roles: Mapping[str, Role]) -> str:
    """Where the chain of hashes starts: the rules and what was dealt."""
    return _digest([RULES_VERSION, treatment.essence(), {trader: asdict(role) for trader, role in roles.items()}])


def _digest(document: object) -> str:
    return blake2b(json.dumps(document).encode(), digest_size=8).hexdigest()


def fold(treatment: Treatment, roles: Mapping[str, Role], log: Iterable[LogLine]) -> Exchange:
    """The market that a log leads to. Raises LogMismatch where a line comes out differently than it was recorded."""
    exchange = Exchange(treatment, roles)
    for line in log:
        try:
            _redo(exchange, line)
        except (OperationError, ValueError) as error:
            raise LogMismatch(f"Event {line.seq} cannot be done again: {error}") from error
        if len(exchange.events) != line.seq or exchange.log(line.seq - 1) != [line]:
            raise LogMismatch(f"Event {line.seq} came out differently when done again: other rules, or a changed log.")
    return exchange


def _redo(exchange: Exchange, line: LogLine) -> None:
    command = decode_command(json.loads(line.command))
    if isinstance(command, PlaceOrder | CancelOrder | ReplaceOrder):
        exchange.submit(line.actor, command, line.seconds)
    else:
        exchange.operate(command, line.seconds)
