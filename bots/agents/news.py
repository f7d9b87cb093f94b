"""What became of one's own orders since one was last asked, in words. Learns from receipts and from views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from bots.agents import screen
from bots.agents.trader import Decision, Fate
from market.orders import CancelOrder, Forecast, ReplaceOrder
from market.view import MarketView, OwnOrder

LONGEST = 12
LATE = "not sent: the answer came too late"
UNSENT = "not sent: the market had moved on"


class News:
    """Collects what happens; `read` says that the trader has been told."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._withdrawn: set[int] = set()
        self._before: MarketView | None = None

    def told(self, view: MarketView, decision: Decision, fates: Sequence[Fate]) -> list[str]:
        """Take in what became of a decision on `view`; returns it in words."""
        lines = []
        unsent = LATE if decision.outcome == "late" else UNSENT
        for action, fate in zip_longest(decision.actions, fates):
            if isinstance(action, Forecast) and fate and fate.status == "accepted":
                continue
            lines.append(f"{screen.in_words(view, action)}: {_fate(fate) if fate else unsent}")
            if isinstance(action, CancelOrder | ReplaceOrder) and fate and fate.status in ("accepted", "traded"):
                self._withdrawn.add(action.order_id)
        self._told = (self._told + lines)[-LONGEST:]
        return lines

    def since(self, view: MarketView) -> list[str]:
        """Everything since `read` was called last, the latest last."""
        before = self._before
        if before is None or view.seq < before.seq:
            return self._told
        if view.facts.institution == "call":
            return [*self._told, *_closed(before, view)]
        if view.period != before.period:
            return [*self._told, f"Period {before.period} ended; orders still open then were removed."]
        return [*self._told, *self._changes(before, view), *_account(before, view)]

    def read(self, view: MarketView) -> None:
        """The trader knows everything up to `view`."""
        self._told, self._withdrawn, self._before = [], set(), view

    def _changes(self, before: MarketView, view: MarketView) -> Iterator[str]:
        now = {order.id: order for order in view.orders}
        for order in before.orders:
            if order.id not in self._withdrawn and now.get(order.id) != order:
                yield _change(view, order, now.get(order.id))


def _fate(fate: Fate) -> str:
    if fate.status == "traded":
        return f"{fate.quantity} traded at once" + (f", order {fate.order_id}" if fate.order_id else "")
    if fate.status == "accepted":
        return f"done, order {fate.order_id}" if fate.order_id else "done"
    return f"{fate.status}: {fate.reason}" if fate.reason else fate.status


def _change(view: MarketView, order: OwnOrder, now: OwnOrder | None) -> str:
    name = f"order {order.id} ({order.side} {order.quantity} at {screen.amount(view, order.price)})"
    return f"{name}: {order.quantity - now.quantity} traded, {now.quantity} left" if now else f"{name}: left the book"


def _closed(before: MarketView, view: MarketView) -> Iterator[str]:
    """A call market tells what became of a sheet when the period has closed."""
    if view.period != before.period:
        yield f"Period {before.period} closed."
    yield from _account(before, view)


def _account(before: MarketView, view: MarketView) -> Iterator[str]:
    old, new = before.holdings, view.holdings
    if view.facts.induced:
        if old.profit != new.profit:
            yield f"your profit in all: {screen.amount(view, old.profit)}, now {screen.amount(view, new.profit)}"
    elif (old.shares, old.cash) != (new.shares, new.cash):
        cash = f"cash {screen.amount(view, old.cash)}, now {screen.amount(view, new.cash)}"
        yield f"your shares: {old.shares}, now {new.shares}; {cash}"
