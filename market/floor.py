"""Where orders are placed, changed, taken out and matched. Knows no phases and keeps no log."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from market.book import Fill, OrderBook
from market.events import Cancelled, Outcome, Rested
from market.history import Tally
from market.ledger import Ledger
from market.orders import (
    CancelOrder,
    Order,
    PlaceOrder,
    Print,
    Receipt,
    ReplaceOrder,
    Side,
    SubmitSheet,
    TimeInForce,
    Trade,
)
from market.rules import Standing, is_whole, malformed, refusal, shown, worst_price
from market.tail import Tail
from market.treatments import Role, Treatment

BUY, PERIOD, IOC = Side.BUY, TimeInForce.PERIOD, TimeInForce.IOC


# An action's receipt and all that it did: nothing, where it was refused.
Done = tuple[Receipt, list[Outcome]]


class Floor:
    """The book, the ledger and what was traded, at `seconds` since `period` opened: of a continuous double auction."""

    # what says no to an order that is well formed
    admit = staticmethod(refusal)

    def __init__(self, treatment: Treatment, roles: Mapping[str, Role]) -> None:
        self.treatment = treatment
        self.book = OrderBook(treatment.self_trade)
        self.ledger = Ledger(treatment, roles)
        self.period = 0
        self.seconds = 0.0
        self.trades = Tail[Trade]()
        self.prints = Tail[Print]()
        self.tallies: list[Tally] = []
        self._next_order = 1

    def renew(self) -> None:
        """Start the next period."""
        self.period, self.seconds = self.period + 1, 0.0
        self.tallies.append(Tally())
        self.ledger.renew()

    def trades_of(self, period: int) -> list[Trade]:
        """The trades of one period that are in memory, in order; cheap however long the market has run."""
        known = self.trades.forgotten
        first, last = (
            bisect_left(self.trades, number, known, key=lambda trade: trade.period) for number in (period, period + 1)
        )
        return self.trades[first:last]

    def forget(self, but: int) -> None:
        """Let go of all but the latest trades; where values and costs are induced, profits are counted from all."""
        self.prints.forget(len(self.prints) - but)
        if not self.treatment.induced:
            self.trades.forget(len(self.trades) - but)

    def act(self, trader: str, action: PlaceOrder | CancelOrder | ReplaceOrder | SubmitSheet) -> Done:
        """Carry out an action, or refuse it and change nothing."""
        if isinstance(action, PlaceOrder):
            return self._place(trader, action)
        if isinstance(action, SubmitSheet):
            return self._sheet(trader, action)
        order = self._open_order(trader, action.order_id)
        if order is None:
            return Receipt.refused("unknown_order", order_id=shown(action.order_id)), []
        return self._cancel(order) if isinstance(action, CancelOrder) else self._replace(order, action)

    def close(self) -> list[Outcome]:
        """What trades because the period ends: nothing here."""
        return []

    def clear(self, reason: str) -> list[Cancelled]:
        """Take every order out."""
        return [self.ledger.drop(order, reason) for order in self.book.clear()]

    def _open_order(self, trader: str, order_id: object) -> Order | None:
        return self.ledger.open_orders[trader].get(order_id) if is_whole(order_id) else None

    def _place(self, trader: str, action: PlaceOrder) -> Done:
        if refused := malformed(action):
            return refused, []
        order, lasting = self._order(trader, action)
        own = self.ledger.open_orders[trader].values()
        bankrupt = trader in self.ledger.bankrupt
        here = Standing(self.treatment, self.book, self.ledger.accounts[trader], own, bankrupt=bankrupt)
        if refused := self.admit(here, order, lasting):
            return refused, []
        return self._execute(order, lasting, [])

    def _order(self, trader: str, action: PlaceOrder) -> tuple[Order, TimeInForce]:
        """The order of an action; a market order is an immediate one at the worst price allowed."""
        side, price, quantity, lasting = action.side, action.price, action.quantity, action.time_in_force
        if price is None:
            price = worst_price(self.treatment, self.ledger.accounts[trader], side, quantity)
            lasting = IOC if lasting is PERIOD else lasting
        return Order(self._next_order, trader, side, price, quantity, quantity, self.seconds), lasting

    def _execute(self, order: Order, lasting: TimeInForce, outcomes: list[Outcome]) -> Done:
        """Match an order that passed all checks, and move cash and shares."""
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
            outcomes += self.clear("clear_after_trade")
        self._next_order = order.id + 1
        return Receipt("traded" if trades else "accepted", order.id, tuple(trades)), outcomes

    def _trade(self, taker: Order, fill: Fill) -> Trade:
        maker, price, quantity = fill
        valuations = self.ledger.settle(taker, fill)
        bid, ask = (taker, maker) if taker.side is BUY else (maker, taker)
        return self._note(bid, ask, price, quantity, taker.side, valuations)

    def _note(
        self,
        bid: Order,
        ask: Order,
        price: int,
        quantity: int,
        aggressor: Side | None,
        valuations: tuple[int | None, int | None],
    ) -> Trade:
        """Write a trade down wherever trades are listed."""
        number, period, seconds = len(self.trades) + 1, self.period, self.seconds
        terms = (bid.trader, ask.trader, price, quantity, aggressor, bid.id, ask.id)
        trade = Trade(number, period, seconds, *terms, *valuations)
        self.trades.append(trade)
        self.prints.append(Print(number, period, seconds, price, quantity, aggressor))
        self.tallies[-1].count(price, quantity)
        return trade

    def _sheet(self, trader: str, action: SubmitSheet) -> Done:
        """Sheets are for call markets."""
        return Receipt.refused("no_sheets"), []

    def _cancel(self, order: Order) -> Done:
        self.book.cancel(order.id)
        return Receipt("accepted", order.id), [self.ledger.drop(order, "cancel")]

    def _replace(self, order: Order, action: ReplaceOrder) -> Done:
        """Shrink an order where it stands, or take it out and place it anew at the back of the queue."""
        wanted = PlaceOrder(order.side, action.price, action.quantity)
        if not is_whole(action.price):
            return Receipt.refused("bad_price", price=shown(action.price)), []
        if refused := malformed(wanted):
            return refused, []
        if action.price != order.price or action.quantity > order.quantity:
            return self._move(order, wanted)
        self.ledger.shrink(order, action.quantity)
        self.book.reduce(order.id, action.quantity)
        return Receipt("accepted", order.id), [Rested(order.id, order.side, order.price, order.quantity)]

    def _move(self, order: Order, wanted: PlaceOrder) -> Done:
        new, lasting = self._order(order.trader, wanted)
        if refused := self._move_refusal(order, new):
            return refused, []
        self.book.cancel(order.id)
        return self._execute(new, lasting, [self.ledger.drop(order, "replace")])

    def _move_refusal(self, order: Order, new: Order) -> Receipt | None:
        """Check the new order as if the old one were gone; the old one keeps its place and its promise."""
        account = self.ledger.accounts[order.trader]
        own = [other for other in self.ledger.open_orders[order.trader].values() if other is not order]
        account.release(order.side, order.price, order.quantity)
        bankrupt = order.trader in self.ledger.bankrupt
        refused = self.admit(Standing(self.treatment, self.book, account, own, order, bankrupt), new, PERIOD)
        account.reserve(order.side, order.price, order.quantity)
        return refused
