"""The floor of a call market: orders wait unseen and unmatched until the period closes, then clear at one price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from market.book import STANDS, OrderBook, Placement
from market.call import CallAuction, Clearing, Match
from market.events import Outcome
from market.floor import Done, Floor
from market.orders import Order, PlaceOrder, Receipt, SheetOrder, SubmitSheet, TimeInForce, Trade
from market.rules import Standing, call_refusal, is_sheet, malformed
from market.treatments import Role, Treatment


class WaitingBook(OrderBook):
    """Orders that may cross: nothing is matched as it comes in."""

    def place(self, order: Order, time_in_force: TimeInForce = TimeInForce.PERIOD) -> Placement:
        """Let it stand; the rules have refused what is not for the period."""
        own = self.side(order.side)
        level = own.levels.get(order.price) or own.open(order.price)
        level[order.id] = self.orders[order.id] = order
        level.total += order.quantity
        return STANDS


class CallFloor(Floor):
    """`reference` is the last clearing price, at first the treatment's; None where it gives none."""

    admit = staticmethod(call_refusal)

    def __init__(self, treatment: Treatment, roles: Mapping[str, Role]) -> None:
        super().__init__(treatment, roles)
        self.book = WaitingBook()
        self.auction = CallAuction(treatment.rationing)
        self.reference = treatment.reference_price or None

    def close(self) -> list[Outcome]:
        """Trade at the clearing price; a period without a trade has the last one."""
        clearing = self.auction.clear(self.book.orders.values(), self.reference)
        trades: list[Outcome] = [self._cross(match, clearing) for match in clearing.matches]
        self.reference = self.tallies[-1].last_price = clearing.price
        return trades

    def _cross(self, match: Match, clearing: Clearing) -> Trade:
        assert clearing.price is not None
        bid, ask, quantity = match
        for order in (bid, ask):
            self._fill(order, quantity)
        valuations = self.ledger.exchange(bid, ask, clearing.price, quantity)
        return self._note(bid, ask, clearing.price, quantity, None, valuations)

    def _fill(self, order: Order, quantity: int) -> None:
        """Shares that trade leave the book and are promised no longer."""
        if quantity < order.quantity:
            self.book.reduce(order.id, order.quantity - quantity)
        else:
            self.book.cancel(order.id)
            order.quantity = 0
        self.ledger.fill(order, quantity)

    # Sheets

    def _sheet(self, trader: str, action: SubmitSheet) -> Done:
        """Put a sheet in the place of all the trader's orders, or refuse it whole."""
        if not is_sheet(action.orders):
            return Receipt.refused("bad_sheet"), []
        if refused := self._sheet_refusal(trader, action.orders):
            return refused, []
        outcomes: list[Outcome] = []
        for order in list(self.ledger.open_orders[trader].values()):
            self.book.cancel(order.id)
            outcomes.append(self.ledger.drop(order, "sheet"))
        for line in action.orders:
            order, lasting = self._order(trader, PlaceOrder(*line))
            self._execute(order, lasting, outcomes)
        return Receipt("accepted"), outcomes

    def _sheet_refusal(self, trader: str, lines: Sequence[SheetOrder]) -> Receipt | None:
        """Promise line after line as if the old orders were gone, and then take all of it back."""
        account, old = self.ledger.accounts[trader], list(self.ledger.open_orders[trader].values())
        for order in old:
            account.release(order.side, order.price, order.quantity)
        new: list[Order] = []
        refused = next((one for line in lines if (one := self._line_refusal(trader, line, new))), None)
        for order in new:
            account.release(order.side, order.price, order.quantity)
        for order in old:
            account.reserve(order.side, order.price, order.quantity)
        return refused

    def _line_refusal(self, trader: str, line: SheetOrder, own: list[Order]) -> Receipt | None:
        """One line after those of `own`, which it joins where it is admitted."""
        wanted = PlaceOrder(*line)
        if refused := malformed(wanted):
            return refused
        order, lasting = self._order(trader, wanted)
        account = self.ledger.accounts[trader]
        here = Standing(self.treatment, self.book, account, own, bankrupt=trader in self.ledger.bankrupt)
        if refused := self.admit(here, order, lasting):
            return refused
        account.reserve(order.side, order.price, order.quantity)
        own.append(order)
        return None
