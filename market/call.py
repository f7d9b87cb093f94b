"""The call auction: one price for all orders of a period, and who trades at it. Knows no money and no clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import Literal, NamedTuple

from market.orders import Order, Side

BUY, SELL = Side.BUY, Side.SELL
Rationing = Literal["time", "pro_rata"]


class Match(NamedTuple):
    """`quantity` shares go from the owner of `ask` to the owner of `bid`."""

    bid: Order
    ask: Order
    quantity: int


class Clearing(NamedTuple):
    """The one price in ticks, None where nothing trades and no reference is known; what trades, better prices first."""

    price: int | None
    matches: tuple[Match, ...] = ()

    @property
    def volume(self) -> int:
        return sum(match.quantity for match in self.matches)


class CallAuction:
    """One price for all orders; `rationing` says who trades at the margin, one of `Rationing`.

    The price has the largest volume; of several the least imbalance of shares asked for and offered; of these the
    highest where all leave demand unfilled, the lowest where all leave supply, else the one nearest to the reference.
    Better prices trade first. At the last price that trades, those who came first ("time"), or all in proportion, in
    whole shares by largest remainder ("pro_rata").
    """

    def __init__(self, rationing: Rationing = "time") -> None:
        self.rationing = rationing

    def clear(self, orders: Iterable[Order], reference: int | None) -> Clearing:
        """Clear `orders`, the earlier first; changes none. The price is `reference` where no bid meets an ask.

        Without a reference the middle of what remains stands in for it, rounded down.
        """
        ranked = sorted(orders, key=lambda one: -one.price if one.side is BUY else one.price)
        bids, asks = ([one for one in ranked if one.side is side] for side in (BUY, SELL))
        if not (bids and asks and bids[0].price >= asks[0].price):
            return Clearing(reference)
        demand, supply = Curve(bids), Curve(asks)
        price = _chosen(_candidates(demand, supply), reference)
        volume = min(demand.at(price), supply.at(price))
        return Clearing(price, tuple(_paired(self._filled(bids, volume), self._filled(asks, volume))))

    def _filled(self, orders: Sequence[Order], volume: int) -> list[tuple[Order, int]]:
        """(order, shares) of one side that trade, `volume` shares in all."""
        filled: list[tuple[Order, int]] = []
        for _, group in groupby(orders, key=lambda one: one.price):
            level = list(group)
            shares = self._shares([one.quantity for one in level], volume)
            filled += ((order, traded) for order, traded in zip(level, shares, strict=True) if traded)
            volume -= sum(shares)
        return filled

    def _shares(self, quantities: Sequence[int], left: int) -> list[int]:
        """What of these orders at one price, the earlier first, trades of the `left` shares."""
        if sum(quantities) > left and self.rationing == "pro_rata":
            return _in_proportion(quantities, left)
        before = [0, *accumulate(quantities)]
        return [max(0, min(one, left - gone)) for one, gone in zip(quantities, before, strict=False)]


class Curve:
    """Shares of one side that are asked for, or offered, at each price. `orders` from the best price to the worst."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.sign = -1 if orders[0].side is BUY else 1
        self.keys = [order.price * self.sign for order in orders]
        self.totals = [0, *accumulate(order.quantity for order in orders)]

    def at(self, price: int) -> int:
        return self.totals[bisect_right(self.keys, price * self.sign)]

    def turns(self) -> Iterator[int]:
        """The prices on both sides of each change."""
        for key in self.keys:
            yield from (key * self.sign, (key - 1) * self.sign)


class Candidate(NamedTuple):
    """A price and the shares asked for less those offered at it."""

    price: int
    excess: int


def _candidates(demand: Curve, supply: Curve) -> list[Candidate]:
    """The prices next to changes that have the largest volume and then the least imbalance, the lowest first.

    Between two changes all prices are alike, and those with the largest volume and the least imbalance lie side by
    side: the first and the last of these are the ends of all there are.
    """
    prices = sorted({*demand.turns(), *supply.turns()})
    volumes = {price: min(demand.at(price), supply.at(price)) for price in prices}
    most = max(volumes.values())
    tied = [Candidate(price, demand.at(price) - supply.at(price)) for price in prices if volumes[price] == most]
    least = min(abs(one.excess) for one in tied)
    return [one for one in tied if abs(one.excess) == least]


def _chosen(candidates: Sequence[Candidate], reference: int | None) -> int:
    """The price that pressure, or else the reference, picks."""
    low, high = candidates[0].price, candidates[-1].price
    if all(one.excess > 0 for one in candidates):
        return high
    if all(one.excess < 0 for one in candidates):
        return low
    nearest = (low + high) // 2 if reference is None else reference
    return max(low, min(high, nearest))


def _in_proportion(quantities: Sequence[int], left: int) -> list[int]:
    """Whole shares in proportion: all rounded down, and what remains to the largest remainders, the earlier first."""
    total = sum(quantities)
    shares = [quantity * left // total for quantity in quantities]
    by_remainder = sorted(range(len(quantities)), key=lambda place: -(quantities[place] * left % total))
    for place in by_remainder[: left - sum(shares)]:
        shares[place] += 1
    return shares


def _paired(bids: Sequence[tuple[Order, int]], asks: Sequence[tuple[Order, int]]) -> Iterator[Match]:
    """Who trades with whom: both sides in their order, each from where the last match left off."""
    offers = iter(asks)
    ask, offered = next(offers)
    for bid, wanted in bids:
        while wanted:
            if not offered:
                ask, offered = next(offers)
            quantity = min(wanted, offered)
            yield Match(bid, ask, quantity)
            wanted, offered = wanted - quantity, offered - quantity
