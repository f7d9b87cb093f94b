"""Orders for a derivatives exchange: sizes on its steps and names that an order can be sent again under. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

Side = Literal["Buy", "Sell"]
State = Literal["new", "part", "filled", "cancelled", "rejected"]
FINAL: tuple[State, ...] = ("filled", "cancelled", "rejected")
ZERO = Decimal(0)
CLOSES, OPENS = 1, 2  # legs of a coin at a bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What the exchange takes of one coin's perpetual. `lot`, `least`, `most`: coins; `tick`: USDT a coin;
    `least_value`: USDT an order."""

    symbol: str
    lot: Decimal
    least: Decimal
    most: Decimal
    tick: Decimal
    least_value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One order. `link`: our name for it, which the exchange takes once; `price`: USDT, None for a market order;
    `reduce_only`: it may shrink a position but never open one; `stop`, `take_profit`: prices at which the exchange
    closes the whole position by itself, None for none."""

    link: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal | None = None
    reduce_only: bool = False
    stop: Decimal | None = None
    take_profit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of an order so far. `filled`: coins; `mean_price`: USDT a coin, 0 before the first fill;
    `fee`: USDT."""

    link: str
    state: State
    filled: Decimal = ZERO
    mean_price: Decimal = ZERO
    fee: Decimal = ZERO

    @property
    def final(self) -> bool:
        return self.state in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an order was not taken, in the exchange's words or ours."""

    link: str
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A position, or a part of one, that was closed. `id`: the exchange's; `pnl`: USDT after fees."""

    id: str
    symbol: str
    pnl: Decimal


def link(run: str, bar: datetime, symbol: str, leg: int) -> str:
    """The same for the same order of the same run, in the 36 characters that Bybit allows."""
    return f"op-{hashlib.sha256(run.encode()).hexdigest()[:8]}-{bar:%Y%m%d%H%M}-{symbol[:5]}-{leg}"


def quantity(instrument: Instrument, coins: Decimal) -> Decimal:
    """The largest size on the exchange's steps that is not above `coins`, 0 where that is below its smallest."""
    size = min(_step(abs(coins), instrument.lot, ROUND_FLOOR), instrument.most)
    return size if size >= instrument.least else ZERO


def limit(instrument: Instrument, side: Side, price: Decimal) -> Decimal:
    """The price on the exchange's steps that is not worse than `price` for its owner."""
    return _step(price, instrument.tick, ROUND_FLOOR if side == "Buy" else ROUND_CEILING)


def _step(amount: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (amount / step).to_integral_value(rounding) * step


def legs(
    instrument: Instrument, held: Decimal, wanted: Decimal, price: Decimal, name: tuple[str, datetime]
) -> list[Ticket]:
    """Orders that take a position from `held` to `wanted` coins (signed): first to nothing where the side changes, so
    that a refused second order leaves no larger risk than there was. What closes and what opens never share a name:
    after the line broke between the two, the second is not taken for the first.

    `price`: what a coin costs now, for the smallest value of an order; `name`: the run and the bar.
    """
    tickets = []
    for coins, reduce_only in _moves(held, wanted):
        size = quantity(instrument, coins)
        # closing is taken by the exchange whatever it is worth
        if size and (reduce_only or size * price >= instrument.least_value):
            side: Side = "Buy" if coins > 0 else "Sell"
            tickets.append(
                Ticket(
                    link=link(*name, instrument.symbol, CLOSES if reduce_only else OPENS),
                    symbol=instrument.symbol,
                    side=side,
                    quantity=size,
                    reduce_only=reduce_only,
                )
            )
    return tickets


def _moves(held: Decimal, wanted: Decimal) -> list[tuple[Decimal, bool]]:
    """Changes in coins, and whether each only reduces."""
    if held * wanted < 0:
        return [(-held, True), (wanted, False)]
    return [(wanted - held, abs(wanted) < abs(held))]
