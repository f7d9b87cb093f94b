"""A derivatives exchange played from recorded bars: one account's orders, and the bars as its clock.

It fills at the newest price plus half a spread, as much at a time as its depth gives; the rest of a limit order waits
for the next bar. It charges no funding and liquidates nobody: it is there to try orders, not to measure a strategy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import count

from worlds.crypto.data.bars import Bars
from worlds.crypto.paper.local_account import Account
from worlds.crypto.paper.tickets import ZERO, Instrument, Side, State

HALF_SPREAD = Decimal("0.0001")
BAR_MS = 4 * 3600 * 1000
LONGEST_LINK = 36
# lot, tick: close to what Bybit lists for these contracts
STEPS = {
    "BTC": ("0.001", "0.1"),
    "ETH": ("0.01", "0.01"),
    "SOL": ("0.1", "0.001"),
    "DOGE": ("1", "0.00001"),
    "XRP": ("0.1", "0.0001"),
}


def instrument(symbol: str) -> Instrument:
    lot, tick = (Decimal(step) for step in STEPS.get(symbol, ("0.1", "0.0001")))
    return Instrument(symbol=symbol, lot=lot, least=lot, most=lot * 1_000_000, tick=tick, least_value=Decimal(5))


class Rejected(Exception):
    """An order that the exchange does not take: Bybit's code and words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(slots=True, kw_only=True)
class Resting:
    """An order and what became of it. `price`: None for a market order; `stop`, `take_profit`: of the position."""

    link: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal | None
    stop: Decimal | None
    take_profit: Decimal | None
    reduce_only: bool
    number: int
    state: State = "new"
    filled: Decimal = ZERO
    paid: Decimal = ZERO
    fee: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.quantity - self.filled

    @property
    def sign(self) -> int:
        return 1 if self.side == "Buy" else -1


@dataclass(slots=True)
class LocalMarket:
    """One account on `bars`. `bar`: index of the newest closed bar; `depth_usd`: what one order can fill at a bar, None
    for everything."""

    bars: Bars
    bar: int
    depth_usd: Decimal | None = None
    account: Account = field(default_factory=Account)
    orders: dict[str, Resting] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def now_ms(self) -> int:
        """The clock stands at the close of the newest closed bar."""
        return self.start_ms(self.bar) + BAR_MS

    def start_ms(self, bar: int) -> int:
        return int(self.bars.times[bar].astype("datetime64[ms]").astype(int))

    def advance(self) -> bool:
        """One bar on: stops and profits are taken, what waits is filled. False at the end of the bars."""
        if self.bar + 1 >= len(self.bars.times):
            return False
        self.bar += 1
        for symbol, held in self.account.holdings.items():
            price = held.closed_at(self._value("low", symbol, self.bar), self._value("high", symbol, self.bar))
            if price is not None:
                self.account.trade(symbol, -held.coins, price)
        for order in self.orders.values():
            if order.state in ("new", "part"):
                self._fill(order)
        return True

    def price(self, symbol: str) -> Decimal:
        """The open of the running bar, or the last close where there is none."""
        running = self.bar + 1 < len(self.bars.times)
        value = self._value("open", symbol, self.bar + 1) if running else self._value("close", symbol, self.bar)
        tick = instrument(symbol).tick
        return max((value / tick).to_integral_value() * tick, tick)

    def prices(self) -> dict[str, Decimal]:
        return {symbol: self.price(symbol) for symbol in self.bars.symbols}

    def equity(self) -> Decimal:
        return self.account.equity(self.prices())

    def place(self, order: Mapping[str, object]) -> Resting:
        """Take an order as Bybit's v5 names it. Raises Rejected."""
        new = self._read(order)
        self._check(new)
        self.orders[new.link] = new
        self._fill(new)
        if new.price is None and new.left:
            new.state = "cancelled"
        return new

    def cancel(self, link: str) -> Resting:
        """Raises Rejected where it is over or unknown."""
        order = self.orders.get(link)
        if order is None or order.state not in ("new", "part"):
            raise Rejected(110001, "order not exists or too late to cancel")
        order.state = "cancelled"
        return order

    def set_leverage(self, symbol: str, leverage: Decimal) -> None:
        """Raises Rejected where it is so already, as Bybit does."""
        if self.account.leverage.get(symbol) == leverage:
            raise Rejected(110043, "leverage not modified")
        self.account.leverage[symbol] = leverage

    def _value(self, column: str, symbol: str, row: int) -> Decimal:
        return Decimal(repr(float(self.bars[column][row, self.bars.symbols.index(symbol)])))

    def _read(self, order: Mapping[str, object]) -> Resting:
        symbol = str(order.get("symbol", "")).removesuffix("USDT")
        if symbol not in self.bars.symbols:
            raise Rejected(10001, "symbol invalid")
        if order.get("side") not in ("Buy", "Sell"):
            raise Rejected(10001, "side invalid")
        number = next(self._numbers)
        return Resting(
            link=str(order.get("orderLinkId") or f"local-{number}"),
            symbol=symbol,
            side="Buy" if order["side"] == "Buy" else "Sell",
            quantity=_number(order, "qty"),
            price=_number(order, "price") if order.get("orderType") == "Limit" else None,
            stop=_number(order, "stopLoss") if order.get("stopLoss") else None,
            take_profit=_number(order, "takeProfit") if order.get("takeProfit") else None,
            reduce_only=order.get("reduceOnly") in (True, "true"),
            number=number,
        )

    def _check(self, order: Resting) -> None:
        steps = instrument(order.symbol)
        if order.link in self.orders:
            raise Rejected(110072, "OrderLinkedID is duplicate")
        if len(order.link) > LONGEST_LINK:
            raise Rejected(10001, "orderLinkId is too long")
        if order.quantity < steps.least or order.quantity % steps.lot:
            raise Rejected(10001, "Qty invalid")
        for price in (order.price, order.stop, order.take_profit):
            if price is not None and (price <= 0 or price % steps.tick):
                raise Rejected(10001, "a price is not on the tick")
        self._check_stops(order)
        self._check_money(order, steps)

    def _check_stops(self, order: Resting) -> None:
        price = order.price or self.price(order.symbol)
        if order.stop is not None and (price - order.stop) * order.sign <= 0:
            raise Rejected(110093, "stop loss is on the wrong side of the price")
        if order.take_profit is not None and (order.take_profit - price) * order.sign <= 0:
            raise Rejected(110092, "take profit is on the wrong side of the price")

    def _check_money(self, order: Resting, steps: Instrument) -> None:
        held = self.account.of(order.symbol).coins
        after = held + order.sign * order.quantity
        if order.reduce_only:
            if held * after < 0 or abs(after) >= abs(held):
                raise Rejected(110017, "current position is too small for this reduce-only order")
            return
        price = order.price or self.price(order.symbol)
        if order.quantity * price < steps.least_value:
            raise Rejected(110094, "Order notional value below the lower limit")
        if not self.account.can_hold(order.symbol, after, price, self.prices()):
            raise Rejected(110007, "ab not enough for new order")

    def _fill(self, order: Resting) -> None:
        tick = instrument(order.symbol).tick
        half = max((self.price(order.symbol) * HALF_SPREAD / tick).to_integral_value() * tick, tick)
        price = self.price(order.symbol) + order.sign * half
        if order.price is not None and (price - order.price) * order.sign > 0:
            return
        size = self._depth(order, price)
        order.fee += self.account.trade(order.symbol, order.sign * size, price)
        order.filled += size
        order.paid += size * price
        order.state = "part" if order.left else "filled"
        held = self.account.of(order.symbol)
        if held.coins and not order.reduce_only:
            held.stop, held.take_profit = order.stop, order.take_profit

    def _depth(self, order: Resting, price: Decimal) -> Decimal:
        if self.depth_usd is None:
            return order.left
        lot = instrument(order.symbol).lot
        return min(order.left, max((self.depth_usd / price) // lot * lot, lot))


def _number(order: Mapping[str, object], name: str) -> Decimal:
    try:
        value = Decimal(str(order.get(name, "")))
    except InvalidOperation:
        raise Rejected(10001, f"{name} invalid") from None
    if not value.is_finite() or value <= 0:
        raise Rejected(10001, f"{name} invalid")
    return value
