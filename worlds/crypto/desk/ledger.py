"""The accounts of many lanes side by side: fills, funding, stops, liquidations, and an identity that must hold.

Margin is isolated: a position can lose what was posted for it and no more, so equity is never negative. Nothing here
decides; nothing here looks at a bar before its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.tape import Bools, Floats, Tape
from worlds.crypto.methods.trader import at_limit, at_market

BUCKETS = 10
EXITS = ("closed", "stop", "take profit", "liquidated")
CLOSED, STOP, TARGET, LIQUIDATED = range(4)


class LedgerBroken(Exception):
    """Money came from nowhere or went nowhere: a mistake in this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Decided at a close, for the next bar; (L, S) arrays. `closing`: positions to leave at the open; `side`, `margin`
    (dollars), `leverage`, `stop`, `target` (shares of the fill's price): positions to open; `limit`: price of a limit
    order, NaN for a market order."""

    closing: Bools
    side: Floats
    margin: Floats
    leverage: Floats
    stop: Floats
    target: Floats
    limit: Floats
    confidence: Floats


class Ledger:
    """L accounts over S coins. `free`: dollars not posted as margin (L,); the rest of a lane's equity is in positions:
    `quantity` (coins, signed), `entry` (price), `margin` (dollars), `stop`, `target` (prices), all (L, S)."""

    def __init__(self, lanes: int, tape: Tape, costs: Costs, record: bool = False) -> None:
        self.tape, self.costs, self.record = tape, costs, record
        shape = (lanes, len(tape.symbols))
        self.free = np.full(lanes, costs.start)
        self.quantity, self.entry, self.margin = np.zeros(shape), np.ones(shape), np.zeros(shape)
        self.stop, self.target, self.confidence = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self._spent, self._since = np.zeros(shape), np.zeros(shape, np.int64)
        self._bars = np.zeros(shape, np.bool_)  # filled inside this bar: its high may have come before
        self.realised, self.fees, self.funding = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
        self.slippage, self.model_cost = np.zeros(lanes), np.zeros(lanes)
        self.trades, self.wins, self.liquidations = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
        # by bucket of confidence: trades, gains, sum of confidence
        self.calibration = np.zeros((3, lanes, BUCKETS))
        self.equity = self.free.copy()
        self.rows: list[tuple[Any, ...]] = []

    def bar(self, k: int, orders: Orders | None) -> None:
        """Live through bar `k`: funding, orders at the open, what stands inside the bar, the mark at the close."""
        held = self.quantity != 0
        self._bars[:] = False
        if held.any():
            self._settle(k)
        if orders is not None:
            self._close(k, orders.closing & held)
            if orders.side.any():
                self._enter(k, orders)
        if self.quantity.any():
            self._inside(k)
        self._mark(k)

    def charge(self, cost: Floats) -> None:
        """Dollars (L,) that a model's answer cost; no more than there is."""
        paid = np.minimum(cost, self.free)
        self.free -= paid
        self.model_cost += paid

    def _settle(self, k: int) -> None:
        """Longs pay the rate at the open, shorts receive it; out of the position's own margin."""
        rate = self.tape.funding[k]
        if rate.any():
            paid = self.quantity * (self.tape.open[k] * rate)
            self.margin -= paid
            self._spent += paid
            self.funding += paid.sum(1)

    def _close(self, k: int, which: Bools) -> None:
        if which.any():
            side = np.sign(self.quantity)
            price = self.tape.open[k] * (1 - side * self.costs.slippage)
            self._exit(k, which, price, self.costs.taker, CLOSED, self.costs.slippage)

    def _enter(self, k: int, orders: Orders) -> None:
        """Fill what can be filled, and no more of it than the free dollars carry."""
        price, fee, filled, later = _fills(self.tape, k, orders, self.costs)
        filled &= self.quantity == 0
        margin = np.where(filled, orders.margin, 0.0)
        notional = margin * orders.leverage
        needed = (margin + notional * fee).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(needed > self.free, self.free / needed * (1 - 1e-12), 1.0)[:, None]
        margin, notional = margin * share, notional * share
        filled &= notional > 0
        self._book(k, orders, filled, price, margin, notional, notional * fee)
        self._bars |= filled & later

    def _book(
        self, k: int, orders: Orders, filled: Bools, price: Floats, margin: Floats, notional: Floats, fee: Floats
    ) -> None:
        side = orders.side
        self.free -= (margin + fee).sum(1)
        self.fees += fee.sum(1)
        at_market = filled & np.isnan(orders.limit)
        self.slippage += np.where(at_market, notional * self.costs.slippage, 0.0).sum(1)
        new = (
            (self.quantity, side * notional / price),
            (self.entry, price),
            (self.margin, margin),
            (self._spent, fee),
            # where there is no side there is no distance either, and 0 * inf would be NaN
            (self.stop, price * (1 - side * np.where(side == 0, 0.0, orders.stop))),
            (self.target, price * (1 + side * np.where(side == 0, 0.0, orders.target))),
            (self.confidence, orders.confidence),
            (self._since, k),
        )
        for kept, value in new:
            np.copyto(kept, value, where=filled, casting="unsafe")

    def _inside(self, k: int) -> None:
        """Worst first: liquidation or stop, whichever the price meets first, then take-profit."""
        tape, costs = self.tape, self.costs
        held = self.quantity != 0
        up = self.quantity > 0
        side = np.where(up, 1.0, -1.0)
        worst, best = np.where(up, tape.low[k], tape.high[k]), np.where(up, tape.high[k], tape.low[k])
        liquidation = self._broke_at(costs.maintenance, side, held)
        stopped = held & (side * (worst - self.stop) <= 0)
        gone = held & (side * (worst - liquidation) <= 0)
        # a price that falls meets the higher of the two first
        gone &= ~stopped | (side * (liquidation - self.stop) > 0)
        stopped &= ~gone
        gained = held & ~stopped & ~gone & ~self._bars & (side * (best - self.target) >= 0)
        opened = tape.open[k]
        for which, level, why in ((gone, liquidation, LIQUIDATED), (stopped, self.stop, STOP)):
            if which.any():
                met = side * np.minimum(side * opened, side * level)
                self._exit(k, which, met * (1 - side * costs.slippage), costs.taker, why, costs.slippage)
        if gained.any():
            met = side * np.maximum(side * opened, side * self.target)
            self._exit(k, gained, met, costs.maker, TARGET, 0.0)

    def _broke_at(self, share: float, side: Floats, held: Bools) -> Floats:
        """The price at which a position is worth no more than `share` of its notional."""
        quantity = np.where(held, self.quantity, side)
        level: Floats = (self.entry - self.margin / quantity) / (1 - side * share)
        return level

    def _exit(self, k: int, which: Bools, price: Floats, fee: float, why: int, slippage: float) -> None:
        """Leave positions at `price`, but never below what makes them worthless."""
        side = np.where(self.quantity < 0, -1.0, 1.0)
        worthless = self._broke_at(fee, side, which)
        price = np.where(which, side * np.maximum(side * price, side * worthless), 1.0)
        quantity = np.where(which, self.quantity, 0.0)
        gain = quantity * (price - self.entry)
        paid = np.abs(quantity) * price * fee
        back = np.where(which, self.margin, 0.0) + gain - paid
        # rounding may leave a hair below nothing
        paid = np.where(back < 0, paid + back, paid)
        self.free += np.maximum(back, 0.0).sum(1)
        self.realised += gain.sum(1)
        self.fees += paid.sum(1)
        self.slippage += (np.abs(quantity) * price * slippage).sum(1)
        self._count(k, which, gain - paid - self._spent, price, why)
        for kept in (self.quantity, self.margin, self._spent):
            kept[which] = 0.0
        self.entry[which] = 1.0

    def _count(self, k: int, which: Bools, net: Floats, price: Floats, why: int) -> None:
        lane, coin = np.nonzero(which)
        self.trades += which.sum(1)
        won = net[lane, coin] > 0
        self.wins += (which & (net > 0)).sum(1)
        if why == LIQUIDATED:
            self.liquidations += which.sum(1)
        sure = self.confidence[lane, coin]
        bucket = np.minimum((sure * BUCKETS).astype(np.int64), BUCKETS - 1)
        for counts, value in zip(self.calibration, (np.ones(len(lane)), won.astype(np.float64), sure), strict=True):
            np.add.at(counts, (lane, bucket), value)
        if self.record:
            kept: tuple[Any, ...] = (self._since, self.quantity, self.entry, self.margin, self._spent, self.confidence)
            values = [one[lane, coin] for one in (*kept, price, net)]
            self.rows.append((lane, coin, np.full(len(lane), k), np.full(len(lane), why), *values))

    def _mark(self, k: int) -> None:
        """Equity at the close, and the identity: start + gains - fees - funding - what models cost."""
        floating = (self.quantity * (self.tape.close[k] - self.entry)).sum(1)
        self.equity = self.free + self.margin.sum(1) + floating
        told = self.costs.start + self.realised + floating - self.fees - self.funding - self.model_cost
        if np.abs(self.equity - told).max() > 1e-9 * self.costs.start + 1e-9 * np.abs(told).max():
            raise LedgerBroken(f"bar {k}: equity and its parts differ by {np.abs(self.equity - told).max():g} dollars")


def _fills(tape: Tape, k: int, orders: Orders, costs: Costs) -> tuple[Floats, Floats, Bools, Bools]:
    """(price, fee, whether it is filled, whether that was after the open), (L, S) each."""
    market = np.isnan(orders.limit)
    if market.all():
        return at_market(tape, k, orders.side, costs)
    return at_limit(tape, k, orders.side, orders.limit, costs)
