"""Paper trading: at the close of each bar decide, send the orders, see what became of them, tell the administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Protocol

import numpy as np

from worlds.crypto.admin.events import Bus, Event, Kind
from worlds.crypto.data.bars import Bars
from worlds.crypto.desk.proposals import Lane, Proposals
from worlds.crypto.desk.tape import Tape
from worlds.crypto.desk.verdicts import HARD, VERDICTS
from worlds.crypto.paper.client import Exchange, Unreachable
from worlds.crypto.paper.curve import Curve
from worlds.crypto.paper.deciding import Account, Position, Target, decide
from worlds.crypto.paper.orders import Orders
from worlds.crypto.paper.tickets import ZERO, Instrument, Refusal, Ticket, legs, limit
from worlds.crypto.settings import PaperSettings

REFUSED = VERDICTS[HARD]  # what is made smaller is no breach


class Strategy(Protocol):
    """A pipeline: what its first three roles want of the bars so far, and the limits of its risk role."""

    @property
    def lane(self) -> Lane: ...
    def proposals(self, bars: Bars) -> tuple[Tape, Proposals]: ...


class Trading:
    """One run on one exchange. `name`: of the run, the same after a restart, since orders are named by it; `closed`:
    ids of closed positions that are told already."""

    def __init__(
        self,
        name: str,
        exchange: Exchange,
        orders: Orders,
        strategy: Strategy,
        curve: Curve,
        bus: Bus,
        settings: PaperSettings,
        closed: Iterable[str] = (),
    ) -> None:
        self._name, self._exchange, self._orders = name, exchange, orders
        self._strategy, self._curve, self._bus, self._settings = strategy, curve, bus, settings
        self._told = set(closed)
        self._instruments = exchange.instruments(settings.symbols)

    def take_up(self) -> None:
        """End what an earlier process left open, and take over the positions that there are."""
        self._orders.recover()
        self._reconcile(self._exchange.now())
        if not self._told:
            # what an account did before this run is not this run's
            self._told.update(one.id for one in self._exchange.closed())

    def turn(self, bars: Bars) -> None:
        """Trade the newest bar. Raises Unreachable when the exchange stays silent; the same bar may be tried again:
        its orders keep their names, so that none is sent twice."""
        at = newest_close(bars)
        self._orders.recover()
        self._reconcile(at)
        self._tell_closed(at)
        account = self._account(at)
        tape, made = self._strategy.proposals(bars)
        decided = decide(tape, made, self._strategy.lane, account, self._settings)
        for objection in decided.objections:
            if objection.verdict == REFUSED:
                self._publish("breach", at, **asdict(objection))
        for target in decided.targets:
            self._move(at, target, account)
        self._tell_closed(at)
        self._equity(at)

    def _move(self, at: datetime, target: Target, account: Account) -> None:
        held = account.held.get(target.symbol)
        coins = held.coins if held else ZERO
        wrong = self._exchange.set_leverage(target.symbol, Decimal(f"{target.leverage:.2f}")) if target.value else ""
        if wrong:
            # at another leverage than the one that was checked nothing is opened; a position is left all the same
            self._publish("trouble", at, what=f"{target.symbol}: leverage {target.leverage:.2f} is refused: {wrong}")
            target = Target(symbol=target.symbol, value=0.0, why="its leverage was refused")
        for ticket in self._tickets(at, target, coins):
            outcome = self._orders.settle(ticket)
            refused = isinstance(outcome, Refusal)
            facts = {"refused": outcome.reason} if isinstance(outcome, Refusal) else asdict(outcome)
            self._publish("order", at, **{**asdict(ticket), **facts, "why": target.why})
            if refused:
                # what was to come after it counted on it
                return

    def _tickets(self, at: datetime, target: Target, coins: Decimal) -> list[Ticket]:
        instrument, price = self._instruments[target.symbol], self._exchange.price(target.symbol)
        wanted = Decimal(repr(target.value)) / price
        tickets = legs(instrument, coins, wanted, price, (self._name, at))
        return [ticket if ticket.reduce_only else _with_exits(ticket, target, instrument, price) for ticket in tickets]

    def _account(self, at: datetime) -> Account:
        equity = float(self._exchange.equity())
        self._curve.add(at, equity)
        held = {
            symbol: Position(coins=coins, value=float(coins * self._exchange.price(symbol)))
            for symbol, coins in self._exchange.positions().items()
            if symbol in self._settings.symbols
        }
        return Account(equity=equity, morning=self._curve.morning(at), peak=self._curve.peak(at), held=held)

    def _equity(self, at: datetime) -> None:
        held = self._exchange.positions()
        exposures = dict.fromkeys(self._settings.symbols, 0.0) | {
            symbol: float(coins * self._exchange.price(symbol)) for symbol, coins in held.items()
        }
        self._publish("equity", at, equity=float(self._exchange.equity()), exposures=exposures)

    def _tell_closed(self, at: datetime) -> None:
        for one in self._exchange.closed():
            if one.id not in self._told:
                self._told.add(one.id)
                self._publish("closed", at, id=one.id, symbol=one.symbol, pnl=float(one.pnl))

    def _reconcile(self, at: datetime) -> None:
        differences = self._orders.reconcile()
        if differences:
            told = [{"symbol": d.symbol, "ours": str(d.ours), "theirs": str(d.theirs)} for d in differences]
            self._publish("reconciled", at, differences=told)

    def _publish(self, kind: Kind, at: datetime, **facts: object) -> None:
        self._bus.publish(Event(kind, at, facts))


def newest_close(bars: Bars) -> datetime:
    """When the newest bar closed, UTC."""
    return datetime.fromtimestamp(int(bars.known_at[-1].astype("datetime64[s]").astype(np.int64)), UTC)


def _with_exits(ticket: Ticket, target: Target, instrument: Instrument, price: Decimal) -> Ticket:
    """The order with the prices at which the exchange closes the position by itself."""
    sign = 1 if ticket.side == "Buy" else -1

    def at(distance: float) -> Decimal | None:
        if not isfinite(distance):
            return None
        moved = price * (1 + sign * Decimal(repr(distance)))
        return limit(instrument, ticket.side, moved) if moved > 0 else None

    return Ticket(**{**asdict(ticket), "stop": at(-target.stop), "take_profit": at(target.take_profit)})


Feed = Callable[[], Bars]


def follow(
    trading: Trading, feed: Feed, bars: int | None, pause: Callable[[], None], trouble: Callable[[str], None]
) -> int:
    """Trade each new bar as it closes, `bars` of them or without end. Returns how many were traded.

    A silent exchange is tried again after each `pause`, and told as `trouble`: positions keep their stops meanwhile.
    """
    last: datetime | None = None
    traded = 0
    while bars is None or traded < bars:
        try:
            newest = feed()
            if last is None or newest_close(newest) > last:
                trading.turn(newest)
                last, traded = newest_close(newest), traded + 1
                continue
        except Unreachable as silent:
            trouble(f"The exchange is silent: {silent}")
        pause()
    return traded
