"""Turns what a trader wants into actions the market accepts. Knows accounts and rules, has no opinion on prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor

from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder, Side
from market.view import Level, MarketView, OwnOrder

# To look a member up in its enumeration takes longer than the rest of a line, and this is a simulation's hot path.
BUY, SELL = Side.BUY, Side.SELL
SIDES = (BUY, SELL)

# Where cash never binds an account could promise any number of shares; nobody here wants as many.
ANY_NUMBER = 10**6


Orders = Sequence[OwnOrder]


def own_orders(view: MarketView, side: Side) -> list[OwnOrder]:
    return [order for order in view.orders if order.side is side]


def own_by_side(view: MarketView) -> tuple[Orders, Orders]:
    """Bids and asks."""
    if not view.orders:
        return (), ()
    bids: list[OwnOrder] = []
    asks: list[OwnOrder] = []
    for order in view.orders:
        (bids if order.side is BUY else asks).append(order)
    return bids, asks


def best_of_others(view: MarketView, side: Side) -> Level | None:
    """The best level of a side with shares of others in it, without one's own shares."""
    for price, quantity, mine in view.bids if side is BUY else view.asks:
        if quantity > mine:
            return Level(price, quantity - mine)
    return None


def sides(view: MarketView) -> tuple[Side, ...]:
    """The sides on which the account can still trade at some price that the market allows."""
    facts, holdings = view.facts, view.holdings
    if not facts.induced and not view.bankrupt and holdings.shares_free > 0:
        cash = holdings.cash_free
        if cash is None or cash >= facts.price_min:
            # where something is free on both, own orders need not be looked through
            return SIDES
    return tuple([side for side in SIDES if room(view, side, facts.price_min) > 0])


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


def affordable(view: MarketView, side: Side, price: int, quantity: int) -> int:
    """As many of `quantity` shares as there is room for at `price`."""
    holdings = view.holdings
    if not view.facts.induced and not view.bankrupt:
        cash = holdings.cash_free
        if quantity <= holdings.shares_free if side is SELL else cash is None or price * quantity <= cash:
            return min(quantity, ANY_NUMBER)
    return min(quantity, room(view, side, price))


def limit(view: MarketView, side: Side) -> int:
    """The worst price at which a unit more is no loss for sure: its value or cost, or the market's limit of prices.

    In induced markets only for a side of `sides`: raises IndexError where no unit is left.
    """
    facts, holdings = view.facts, view.holdings
    if side is BUY:
        return min(facts.price_max, holdings.values_left[0]) if facts.induced else facts.price_max
    return max(facts.price_min, holdings.costs_left[0]) if facts.induced else facts.price_min


def in_bounds(view: MarketView, side: Side, price: float) -> int:
    """`price` in whole ticks, rounded in the trader's favour, within the market's limits and never at a loss."""
    facts = view.facts
    if facts.induced:
        return bounded(view, side, price, limit(view, side))
    whole, low, high = floor(price) if side is BUY else ceil(price), facts.price_min, facts.price_max
    return low if whole < low else high if whole > high else whole


def bounded(view: MarketView, side: Side, price: float, worst: int) -> int:
    """`price` in whole ticks, rounded in the trader's favour, within the market's limits and never beyond `worst`."""
    if side is BUY:
        return max(view.facts.price_min, min(worst, floor(price)))
    return min(view.facts.price_max, max(worst, ceil(price)))


def takes(price: int, side: Side, worst: float) -> bool:
    """Whether trading at `price` is as good as the `worst` price acceptable on this side, or better."""
    return price <= worst if side is BUY else price >= worst


def aim(view: MarketView, side: Side, price: int, quantity: int = 1) -> tuple[Action, ...]:
    """Actions after which one order of this side stands at `price`, or has traded; none where that is not possible.

    Own orders on the way are taken back first, so that nobody trades with themselves.
    """
    bids, asks = own_by_side(view)
    actions = _post(view, side, price, quantity, bids if side is BUY else asks)
    crossed = _crossed(asks if side is BUY else bids, side, price) if actions else ()
    return (*[CancelOrder(one.id) for one in crossed], *actions) if crossed else actions


def _crossed(theirs: Orders, side: Side, price: int | None) -> Orders:
    """Those of the other side's own orders that one of this side at `price` would meet."""
    if not theirs or price is None:
        return ()
    if side is BUY:
        return [one for one in theirs if one.price <= price]
    return [one for one in theirs if one.price >= price]


def post(view: MarketView, side: Side, price: int, quantity: int = 1) -> tuple[Action, ...]:
    """As `aim`, for prices that meet no own order. As many of `quantity` shares as the account and the rules allow."""
    return _post(view, side, price, quantity, own_orders(view, side))


def _post(view: MarketView, side: Side, price: int, quantity: int, own: Orders) -> tuple[Action, ...]:
    facts = view.facts
    quantity = affordable(view, side, price, 1 if facts.single_unit else quantity)
    if quantity < 1 or not facts.price_min <= price <= facts.price_max:
        return ()
    if (facts.induced or facts.improvement) and not _allowed(view, side, price):
        return ()
    if not own:
        return (PlaceOrder(side, price, quantity),)
    kept = own[0]
    moved = () if kept.price == price and kept.quantity == quantity else (ReplaceOrder(kept.id, price, quantity),)
    return moved if len(own) == 1 else (*[CancelOrder(order.id) for order in own[1:]], *moved)


def _allowed(view: MarketView, side: Side, price: int) -> bool:
    if view.facts.induced and not view.facts.losses_allowed and not takes(price, side, limit(view, side)):
        return False
    if not view.facts.improvement:
        return True
    book = view.bids if side is BUY else view.asks
    # Equal to the best is refused too; an own best quote counts, for it still stands when its replacement is checked.
    return not book or not takes(price, side, book[0].price)


def quote(view: MarketView, prices: Mapping[Side, int], quantity: int = 1) -> tuple[Action, ...]:
    """One order on each side of `prices` and none on the others; a bid that is not below the ask gives way to it."""
    bid, ask = prices.get(BUY), prices.get(SELL)
    if bid is not None and ask is not None and bid >= ask:
        return quote(view, {SELL: ask}, quantity)
    bids, asks = own_by_side(view)
    buys = () if bid is None else _post(view, BUY, bid, quantity, bids)
    sells = () if ask is None else _post(view, SELL, ask, quantity, asks)
    if not bids and not asks:
        return (*buys, *sells)
    crossed_asks, crossed_bids = _crossed(asks, BUY, bid), _crossed(bids, SELL, ask)
    gone: list[OwnOrder] = []
    # orders of a side that is not moved may stand where the side is quoted and the other's new price meets none
    if not buys and (bid is None or crossed_bids):
        gone += bids
    if not sells and (ask is None or crossed_asks):
        gone += asks
    # An ask in the way of the new bid moves first, else the bid: so neither meets the other's old price.
    moves = (*sells, *buys) if crossed_asks else (*buys, *sells)
    return (*[CancelOrder(one.id) for one in gone], *moves) if gone else moves


def withdraw(view: MarketView, *which: Side) -> tuple[Action, ...]:
    """Take back every own order of these sides."""
    if not view.orders:
        return ()
    return tuple([CancelOrder(order.id) for side in which for order in own_orders(view, side)])
