"""What one trader owns and has promised. Money in ticks; nothing can be promised twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from market.orders import Side

BUY = Side.BUY


@dataclass(slots=True)
class Account:
    """Cash and shares, what resting orders reserve of each, and the induced units still open this period.

    `values` are what bought units are worth and `costs` what sold units cost, in the order in which they are used.
    `profit` counts gains from induced units, `period_profit` those of the current period.
    """

    trader: str
    role: str
    cash: int
    shares: int
    credit_limit: int | None = 0
    short_limit: int = 0
    values: tuple[int, ...] = ()
    costs: tuple[int, ...] = ()
    cash_reserved: int = 0
    shares_reserved: int = 0
    units_bid: int = 0
    bought: int = 0
    sold: int = 0
    profit: int = 0
    period_profit: int = 0
    endowed_cash: int = field(init=False)
    endowed_shares: int = field(init=False)

    def __post_init__(self) -> None:
        self.endowed_cash, self.endowed_shares = self.cash, self.shares

    @property
    def induced(self) -> bool:
        return bool(self.values or self.costs)

    @property
    def cash_free(self) -> int | None:
        """Ticks that a new bid may still promise; None where credit has no limit."""
        if self.credit_limit is None:
            return None
        return self.cash + self.credit_limit - self.cash_reserved

    @property
    def shares_free(self) -> int:
        """Shares, or induced units, that a new offer may still promise."""
        if self.induced:
            return len(self.costs) - self.sold - self.shares_reserved
        return self.shares + self.short_limit - self.shares_reserved

    @property
    def overdrawn(self) -> bool:
        """Whether it owes more than its credit limit: trades never lead there, payments may."""
        return self.credit_limit is not None and self.cash + self.credit_limit < 0

    def open_units(self, side: Side) -> tuple[int, ...]:
        """Induced units that no resting order asks for yet: what they are worth, or cost, in the order of use."""
        if side is BUY:
            return self.values[self.bought + self.units_bid :]
        return self.costs[self.sold + self.shares_reserved :]

    @property
    def values_left(self) -> tuple[int, ...]:
        return self.values[self.bought :]

    @property
    def costs_left(self) -> tuple[int, ...]:
        return self.costs[self.sold :]

    @property
    def earnings(self) -> int:
        """What the market pays its owner in ticks: cash in asset markets, gains from units in induced-value ones."""
        return self.profit if self.induced else self.cash

    def reserve(self, side: Side, price: int, quantity: int) -> None:
        if side is BUY:
            self.cash_reserved += price * quantity
            self.units_bid += quantity
        else:
            self.shares_reserved += quantity

    def release(self, side: Side, price: int, quantity: int) -> None:
        self.reserve(side, price, -quantity)

    def buy(self, price: int, quantity: int) -> int | None:
        """Pay for shares. In an induced market units are redeemed at once: returns what they are worth, else None."""
        self.cash -= price * quantity
        if not self.induced:
            self.shares += quantity
            return None
        value = sum(self.values_left[:quantity])
        self.bought += quantity
        self._gain(value, paid=price * quantity)
        return value

    def sell(self, price: int, quantity: int) -> int | None:
        """Deliver shares. In an induced market units are produced at once: returns what they cost, else None."""
        self.cash += price * quantity
        if not self.induced:
            self.shares -= quantity
            return None
        cost = sum(self.costs_left[:quantity])
        self.sold += quantity
        self._gain(-cost, paid=-price * quantity)
        return cost

    def _gain(self, redeemed: int, *, paid: int) -> None:
        """Book what units are worth (negative: what they cost) against their price."""
        self.cash += redeemed
        self.profit += redeemed - paid
        self.period_profit += redeemed - paid

    def renew(self) -> None:
        """Start a period: induced units are available again."""
        self.bought = self.sold = self.period_profit = 0
