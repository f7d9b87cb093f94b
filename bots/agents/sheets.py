"""Order sheets of call markets: what a trader wants, cut down to what its account and the rules allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from bots.agents.desk import ANY_NUMBER, bounded, room, spendable, takes, units
from bots.agents.trader import Decision
from market.orders import SheetOrder, Side, SubmitSheet
from market.view import MarketView


class Draft(NamedTuple):
    """Lines of a sheet, the most important first, and why."""

    lines: Iterable[SheetOrder]
    reason: str


def submit(view: MarketView, draft: Draft) -> Decision:
    """The sheet as far as it fits; none where nothing of it does."""
    lines = fitted(view, draft.lines)
    return Decision(actions=(SubmitSheet(lines),) if lines else (), reason=draft.reason)


def fitted(view: MarketView, wanted: Iterable[SheetOrder]) -> tuple[SheetOrder, ...]:
    """Line after line, each with as many shares as the lines before it leave; what has no room is left out."""
    kept: list[SheetOrder] = []
    for line in wanted:
        quantity = _quantity(view, line, kept) if _admitted(view, line, kept) else 0
        if quantity > 0:
            kept.append(line._replace(quantity=quantity))
    return tuple(kept)


def _admitted(view: MarketView, line: SheetOrder, kept: Sequence[SheetOrder]) -> bool:
    """Whether the rules let a line stand beside those before it: bids stay below offers."""
    facts = view.facts
    others = [one for one in kept if one.side is not line.side]
    full = len(others) < len(kept) if facts.one_order_a_side else len(kept) >= facts.open_orders
    meets = any(takes(one.price, line.side, line.price) for one in others)
    return not full and not meets and facts.price_min <= line.price <= facts.price_max


def _quantity(view: MarketView, line: SheetOrder, kept: Sequence[SheetOrder]) -> int:
    """Shares or units that a line may be for: what cash, shares or units are left, and none at a forbidden loss."""
    side, price, wanted = line
    same = [one for one in kept if one.side is side]
    taken = sum(one.quantity for one in same)
    if view.facts.single_unit:
        wanted = min(wanted, 1)
    if view.facts.induced:
        return min(wanted, _gaining(view, line, taken))
    if side is Side.BUY and not view.bankrupt:
        cash = spendable(view)
        promised = sum(one.price * one.quantity for one in same)
        return min(wanted, ANY_NUMBER if cash is None else (cash - promised) // price)
    return min(wanted, room(view, side, price) - taken)


def _gaining(view: MarketView, line: SheetOrder, taken: int) -> int:
    left = units(view, line.side)[taken:]
    if view.facts.losses_allowed:
        return len(left)
    return sum(1 for _ in takewhile(lambda worth: takes(line.price, line.side, worth), left))


def per_unit(view: MarketView, side: Side, shaded: Callable[[int], float]) -> Iterator[SheetOrder]:
    """A line for each unit left of an induced market at the price that `shaded` makes of its value or cost, never at a
    loss."""
    for worth in units(view, side):
        yield SheetOrder(side, bounded(view, side, shaded(worth), worth), 1)
