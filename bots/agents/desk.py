"""Turns what a trader wants into actions the market accepts. Knows accounts and rules, has no opinion on prices."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from math import ceil, floor

from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder, Side
from market.view import Level, MarketView, OwnOrder

# To look a member up in its enumeration takes longer than the rest of a line, and this is a simulation's hot path.
BUY, SELL = Side.BUY, Side.SELL
SIDES = (BUY, SELL)

# Where cash never binds an account could promise any number of shares; nobody here wants as many.
ANY_NUMBER = 10**6


def own_orders(view: MarketView, side: Side) -> tuple[OwnOrder, ...]:
    return tuple([order for order in view.orders if order.side is side])


def best_of_others(view: MarketView, side: Side) -> Level | None:
    """The best level of a side with shares of others in it, without one's own shares."""
    for price, quantity, mine in view.bids if side is BUY else view.asks:
        if quantity > mine:
            return Level(price, quantity - mine)
    return None


def sides(view: MarketView) -> tuple[Side, ...]:
    """The sides on which the account can still trade at some price that the market allows."""
    return tuple([side for side in SIDES if _has_room(view, side)])


def _has_room(view: MarketView, side: Side) -> bool:
    """Whether there is room at the lowest price. Where something is free, own orders need not be looked through."""
    facts, holdings = view.facts, view.holdings
    if not facts.induced and not view.bankrupt:
        free = holdings.shares_free if side is SELL else holdings.cash_free
        if free is None or free >= (1 if side is SELL else facts.price_min):
            return True
    return room(view, side, facts.price_min) > 0


def room(view: MarketView, side: Side, price: int) -> int:
    """Shares that the account could promise at `price` if its own orders of that side were gone."""
    holdings = view.holdings
    if view.facts.induced:
        return len(units(view, side))
    if view.bankrupt:
        return _room_of_a_bankrupt(view, side)
    if side is SELL:
        return max(0, holdings.shares_free + sum([one.quantity for one in view.orders if one.side is SELL]))
    cash = spendable(view)
    return ANY_NUMBER if cash is None else max(0, cash // price)


def _room_of_a_bankrupt(view: MarketView, side: Side) -> int:
    """Only towards no shares at all, or none: whoever is short buys back without cash of its own."""
    if view.facts.bankrupt == "stop":
        return 0
    return max(0, view.holdings.shares if side is SELL else -view.holdings.shares)


def units(view: MarketView, side: Side) -> tuple[int, ...]:
    """Values or costs in ticks of the units that an induced market has left for this trader on a side, best first."""
    return view.holdings.values_left if side is BUY else view.holdings.costs_left


def spendable(view: MarketView) -> int | None:
    """Cash in ticks that bids could promise if there were none now; None where cash never binds."""
    free = view.holdings.cash_free
    if free is None:
        return None
    return free + sum([one.price * one.quantity for one in view.orders if one.side is BUY])


def limit(view: MarketView, side: Side) -> int:
    """The worst price at which a unit more is no loss for sure: its value or cost, or the market's limit of prices.

    In induced markets only for a side of `sides`: raises IndexError where no unit is left.
    """
    facts, holdings = view.facts, view.holdings
    if side is Side.BUY:
        return min(facts.price_max, holdings.values_left[0]) if facts.induced else facts.price_max
    return max(facts.price_min, holdings.costs_left[0]) if facts.induced else facts.price_min


def in_bounds(view: MarketView, side: Side, price: float) -> int:
    """`price` in whole ticks, rounded in the trader's favour, within the market's limits and never at a loss."""
    return bounded(view, side, price, limit(view, side))


def bounded(view: MarketView, side: Side, price: float, worst: int) -> int:
    """`price` in whole ticks, rounded in the trader's favour, within the market's limits and never beyond `worst`."""
    if side is Side.BUY:
        return max(view.facts.price_min, min(worst, floor(price)))
    return min(view.facts.price_max, max(worst, ceil(price)))


def takes(price: int, side: Side, worst: float) -> bool:
    """Whether trading at `price` is as good as the `worst` price acceptable on this side, or better."""
    return price <= worst if side is Side.BUY else price >= worst


def aim(view: MarketView, side: Side, price: int, quantity: int = 1) -> tuple[Action, ...]:
    """Actions after which one order of this side stands at `price`, or has traded; none where that is not possible.

    Own orders on the way are taken back first, so that nobody trades with themselves.
    """
    actions = post(view, side, price, quantity)
    if not actions:
        return ()
    crossed = (order for order in own_orders(view, side.other) if takes(order.price, side, price))
    return (*(CancelOrder(order.id) for order in crossed), *actions)


def post(view: MarketView, side: Side, price: int, quantity: int = 1) -> tuple[Action, ...]:
    """As `aim`, for prices that meet no own order. As many of `quantity` shares as the account and the rules allow."""
    quantity = min(quantity, room(view, side, price), 1 if view.facts.single_unit else quantity)
    if quantity < 1 or not _allowed(view, side, price):
        return ()
    kept, *rest = own_orders(view, side) or (None,)
    if kept is None:
        return (PlaceOrder(side, price, quantity),)
    cancels = tuple(CancelOrder(order.id) for order in rest if order)
    same = (kept.price, kept.quantity) == (price, quantity)
    return cancels if same else (*cancels, ReplaceOrder(kept.id, price, quantity))


def _allowed(view: MarketView, side: Side, price: int) -> bool:
    facts = view.facts
    if not facts.price_min <= price <= facts.price_max:
        return False
    if facts.induced and not facts.losses_allowed and not takes(price, side, limit(view, side)):
        return False
    book = view.bids if side is Side.BUY else view.asks
    # Equal to the best is refused too; an own best quote counts, for it still stands when its replacement is checked.
    return not facts.improvement or not book or not takes(price, side, book[0].price)


def quote(view: MarketView, prices: Mapping[Side, int], quantity: int = 1) -> tuple[Action, ...]:
    """One order on each side of `prices` and none on the others; a bid that is not below the ask gives way to it."""
    bid, ask = prices.get(Side.BUY), prices.get(Side.SELL)
    if bid is not None and ask is not None and bid >= ask:
        return quote(view, {Side.SELL: ask}, quantity)
    moves = {side: post(view, side, price, quantity) for side, price in prices.items()}
    gone = withdraw(view, *(side for side in Side if not moves.get(side) and not _may_stay(view, side, prices)))
    # An ask in the way of the new bid moves first, else the bid: so neither meets the other's old price.
    blocked = bid is not None and any(order.price <= bid for order in own_orders(view, Side.SELL))
    order = (Side.SELL, Side.BUY) if blocked else (Side.BUY, Side.SELL)
    return (*gone, *chain.from_iterable(moves.get(side, ()) for side in order))


def _may_stay(view: MarketView, side: Side, prices: Mapping[Side, int]) -> bool:
    """Whether own orders that are not moved may stand: the side is quoted, and the other's new price meets none."""
    other = prices.get(side.other)
    meets = other is not None and any(takes(order.price, side.other, other) for order in own_orders(view, side))
    return side in prices and not meets


def withdraw(view: MarketView, *which: Side) -> tuple[Action, ...]:
    """Take back every own order of these sides."""
    return tuple(CancelOrder(order.id) for side in which for order in own_orders(view, side))
