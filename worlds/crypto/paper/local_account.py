"""The account of the exchange on this machine: balance, positions, and what they tie up. Money in USDT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from worlds.crypto.paper.tickets import ZERO

FEE = Decimal("0.00055")  # Bybit's taker fee of the lowest tier
LEVERAGE = Decimal(10)  # of a coin for which none was set

Prices = Mapping[str, Decimal]


@dataclass(slots=True)
class Holding:
    """Coins (below 0 when short), what they cost together, and the prices at which all of them are closed."""

    coins: Decimal = ZERO
    cost: Decimal = ZERO
    stop: Decimal | None = None
    take_profit: Decimal | None = None

    def closed_at(self, low: Decimal, high: Decimal) -> Decimal | None:
        """Where a bar from `low` to `high` closes the position. Of two prices within one bar the worse one counts."""
        for price in (self.stop, self.take_profit):
            if self.coins and price is not None and low <= price <= high:
                return price
        return None


@dataclass(slots=True)
class Account:
    """One account with cross margin."""

    balance: Decimal = Decimal(10_000)
    holdings: dict[str, Holding] = field(default_factory=dict)
    leverage: dict[str, Decimal] = field(default_factory=dict)
    closed: list[tuple[str, Decimal]] = field(default_factory=list)  # coin and profit, the oldest first

    def of(self, symbol: str) -> Holding:
        return self.holdings.setdefault(symbol, Holding())

    def equity(self, prices: Prices) -> Decimal:
        return self.balance + sum((h.coins * prices[s] - h.cost for s, h in self.holdings.items()), ZERO)

    def margin(self, symbol: str, coins: Decimal, price: Decimal) -> Decimal:
        """What a position ties up."""
        return abs(coins) * price / self.leverage.get(symbol, LEVERAGE)

    def can_hold(self, symbol: str, coins: Decimal, price: Decimal, prices: Prices) -> bool:
        """Whether equity covers the margin of `coins` beside that of all other positions."""
        others = [self.margin(s, h.coins, prices[s]) for s, h in self.holdings.items() if s != symbol]
        return self.margin(symbol, coins, price) + sum(others, ZERO) <= self.equity(prices)

    def trade(self, symbol: str, coins: Decimal, price: Decimal) -> Decimal:
        """Buy (or, below 0, sell) coins; what is closed is paid out at its mean cost. Returns the fee."""
        held, fee = self.of(symbol), abs(coins) * price * FEE
        self.balance -= fee
        closed = min(abs(coins), abs(held.coins)) if coins * held.coins < 0 else ZERO
        if closed:
            coins += self._close(symbol, closed, price)
        held.coins += coins
        held.cost += coins * price
        if not held.coins:
            held.stop = held.take_profit = None
        return fee

    def _close(self, symbol: str, size: Decimal, price: Decimal) -> Decimal:
        """Take `size` off a position. Returns the coins that this moved, signed."""
        held = self.of(symbol)
        signed = size if held.coins > 0 else -size
        cost = held.cost * size / abs(held.coins)
        self.balance += signed * price - cost
        self.closed.append((symbol, signed * price - cost - size * price * FEE))
        held.coins -= signed
        held.cost -= cost
        return signed
