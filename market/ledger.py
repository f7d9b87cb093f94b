"""Who owns and has promised what: the accounts of a market and each trader's open orders, kept in step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from market.accounts import Account
from market.book import Fill
from market.events import Bankrupt, Cancelled, Paid, Rested
from market.orders import Order, Side
from market.treatments import Role, Treatment

BUY = Side.BUY


class Ledger:
    """Accounts by trader, and the orders that reserve parts of them.

    `bankrupt` has the traders who were after the last payments, where the treatment has a rule for them; `bought` and
    `sold` count each trader's shares.
    """

    def __init__(self, treatment: Treatment, roles: Mapping[str, Role]) -> None:
        self.treatment = treatment
        self.accounts = {trader: _account(treatment, trader, role) for trader, role in roles.items()}
        self.open_orders: dict[str, dict[int, Order]] = {trader: {} for trader in roles}
        self.bankrupt: frozenset[str] = frozenset()
        self.bought, self.sold = dict.fromkeys(roles, 0), dict.fromkeys(roles, 0)

    def rest(self, order: Order) -> Rested:
        """Reserve what an order in the book promises."""
        self.accounts[order.trader].reserve(order.side, order.price, order.quantity)
        self.open_orders[order.trader][order.id] = order
        return Rested(order.id, order.side, order.price, order.quantity)

    def drop(self, order: Order, reason: str) -> Cancelled:
        """Release what an order promised; the book has let go of it already."""
        self.accounts[order.trader].release(order.side, order.price, order.quantity)
        del self.open_orders[order.trader][order.id]
        return Cancelled(order.id, order.trader, order.side, order.price, order.quantity, reason)

    def shrink(self, order: Order, quantity: int) -> None:
        """Release the part of a promise that goes beyond `quantity`."""
        self.accounts[order.trader].release(order.side, order.price, order.quantity - quantity)

    def fill(self, order: Order, quantity: int) -> None:
        """Release what an order promised for shares that trade; the book has let go of them already."""
        self.accounts[order.trader].release(order.side, order.price, quantity)
        if not order.quantity:
            del self.open_orders[order.trader][order.id]

    def settle(self, taker: Order, fill: Fill) -> tuple[int | None, int | None]:
        """Exchange cash for shares at the resting order's price: (buyer's value, seller's cost) where induced."""
        maker, price, quantity = fill
        self.fill(maker, quantity)
        bid, ask = (taker, maker) if taker.side is BUY else (maker, taker)
        return self.exchange(bid, ask, price, quantity)

    def exchange(self, bid: Order, ask: Order, price: int, quantity: int) -> tuple[int | None, int | None]:
        """Cash for shares, whatever the two have promised: (buyer's value, seller's cost) where induced."""
        self.bought[bid.trader] += quantity
        self.sold[ask.trader] += quantity
        value = self.accounts[bid.trader].buy(price, quantity)
        return value, self.accounts[ask.trader].sell(price, quantity)

    def renew(self) -> None:
        for account in self.accounts.values():
            account.renew()

    def pay_period(self, dividend: int, last: bool) -> list[Paid | Bankrupt]:
        """Interest on cash, then the dividend on shares, then at the end the buyback; in the order of traders.

        Who is in debt pays the interest, who is short the dividend and the buyback, into debt where cash does not
        reach: nobody's payment waits for another's. Then it says who is bankrupt.
        """
        paid: list[Paid] = []
        for trader, account in self.accounts.items():
            interest = round_half_even(account.cash * self.treatment.interest_rate)
            buyback = account.shares * self.treatment.buyback if last else 0
            amounts = (("interest", interest), ("dividend", account.shares * dividend), ("buyback", buyback))
            paid += [Paid(trader, amount, reason) for reason, amount in amounts if amount]
        self._pay(paid)
        return [*paid, *self._judged()]

    def pay_out(self, value: int) -> list[Paid]:
        """Ticks for each share where a market ends before its time, in the order of traders."""
        held = ((trader, account.shares * value) for trader, account in self.accounts.items())
        paid = [Paid(trader, amount, "buyback") for trader, amount in held if amount]
        self._pay(paid)
        return paid

    def _judged(self) -> list[Bankrupt]:
        """Where bankruptcy has consequences, those who owe more than their credit limit."""
        if self.treatment.bankrupt != "continue":
            self.bankrupt = frozenset(trader for trader, account in self.accounts.items() if account.overdrawn)
        return [Bankrupt(trader) for trader in self.accounts if trader in self.bankrupt]

    def _pay(self, payments: Iterable[Paid]) -> None:
        for payment in payments:
            self.accounts[payment.trader].cash += payment.amount


def round_half_even(amount: Fraction) -> int:
    """Whole ticks; half a tick goes to the even neighbour, so that rounding favours nobody."""
    return round(amount)


def _account(treatment: Treatment, trader: str, role: Role) -> Account:
    """An account at the start. Induced units are redeemed and produced at once, so cash never binds there."""
    return Account(
        trader,
        role.name,
        role.cash,
        role.shares,
        credit_limit=None if treatment.induced else treatment.credit_limit,
        short_limit=treatment.short_limit,
        values=role.values,
        costs=role.costs,
    )
