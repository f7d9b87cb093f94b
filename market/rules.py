"""What a trader may do now: each check gives a refusal or None. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection

from typing_extensions import TypeIs

from market.accounts import Account
from market.book import OrderBook
from market.orders import Order, PlaceOrder, Receipt, Side, TimeInForce
from market.treatments import Treatment

# Far from any price and any holding, so that arithmetic on it stays exact in a database column and in a browser.
LARGEST = 10**9


def malformed(action: PlaceOrder) -> Receipt | None:
    """Refuse sides, prices and sizes that are no whole positive numbers, whatever a message carried."""
    if not isinstance(action.side, Side):
        return Receipt.refused("bad_side", side=shown(action.side))
    if not isinstance(action.time_in_force, TimeInForce):
        return Receipt.refused("bad_order_type", kind=shown(action.time_in_force))
    if action.price is not None and not is_whole(action.price):
        return Receipt.refused("bad_price", price=shown(action.price))
    if not is_whole(action.quantity):
        return Receipt.refused("bad_quantity", quantity=shown(action.quantity))
    return None


def is_whole(number: object) -> TypeIs[int]:
    """True for 1, 2, ... up to `LARGEST`; booleans are no numbers here."""
    return type(number) is int and 0 < number <= LARGEST


def shown(value: object) -> str:
    """A value as it may stand in a message to a person: short, whatever was sent."""
    text = str(value)
    return text if len(text) <= 20 else text[:20] + "…"


def price_refusal(treatment: Treatment, order: Order) -> Receipt | None:
    low, high = treatment.price_min, treatment.price_max
    if not low <= order.price <= high:
        facts = (treatment.money(amount) for amount in (low, high, order.price))
        return Receipt.refused("price_limits", **dict(zip(("low", "high", "price"), facts, strict=True)))
    if treatment.single_unit and order.quantity != 1:
        return Receipt.refused("single_unit", quantity=order.quantity)
    return None


def promise_refusal(treatment: Treatment, account: Account, order: Order, cost: int) -> Receipt | None:
    """Refuse what the account cannot keep: `cost` in ticks is the most that a buyer would pay."""
    if account.induced:
        return _unit_refusal(treatment, account, order)
    if order.side is Side.SELL:
        free = account.shares_free
        return (
            None if order.quantity <= free else Receipt.refused("no_shares", quantity=order.quantity, free=max(free, 0))
        )
    cash = account.cash_free
    if cash is None or cost <= cash:
        return None
    return Receipt.refused(
        "no_cash",
        quantity=order.quantity,
        price=treatment.money(cost // order.quantity),
        needed=treatment.money(cost),
        free=treatment.money(max(cash, 0)),
    )


def _unit_refusal(treatment: Treatment, account: Account, order: Order) -> Receipt | None:
    buying = order.side is Side.BUY
    units = account.values if buying else account.costs
    if not units:
        return Receipt.refused("wrong_role", role=account.role)
    free = account.units_to_buy if buying else account.shares_free
    if order.quantity > (free or 0):
        return Receipt.refused("no_units_to_buy" if buying else "no_units_to_sell", quantity=order.quantity, free=free)
    if treatment.losses_allowed:
        return None
    used = account.bought + account.units_bid if buying else account.sold + account.shares_reserved
    limits = units[used : used + order.quantity]
    worst = min(limits) if buying else max(limits)
    if order.price > worst if buying else order.price < worst:
        return Receipt.refused("at_a_loss", price=treatment.money(order.price), limit=treatment.money(worst))
    return None


def quote_refusal(treatment: Treatment, book: OrderBook, own: Collection[Order], order: Order) -> Receipt | None:
    """The classroom rules on new quotes: improvement, one order a side, a limit of open orders. `own` are open ones."""
    if len(own) >= treatment.open_orders:
        return Receipt.refused("too_many_orders", open=len(own))
    if treatment.one_order_a_side and any(resting.side is order.side for resting in own):
        return Receipt.refused("one_order_a_side")
    best = book.side(order.side).best()
    buying = order.side is Side.BUY
    if treatment.improvement and best is not None and (order.price <= best if buying else order.price >= best):
        name = "bid" if buying else "offer"
        return Receipt.refused("no_improvement", name=name, best=treatment.money(best))
    return None


def take_refusal(book: OrderBook, order: Order, time_in_force: TimeInForce) -> Receipt | None:
    """Immediate orders that find nothing, fill-or-kill orders that find too little, orders that meet their own."""
    if time_in_force is TimeInForce.PERIOD:
        return None
    available = book.available(order)
    if time_in_force is TimeInForce.FOK and 0 < available < order.quantity:
        return Receipt.refused("not_filled_whole", quantity=order.quantity, available=available)
    return None if available else Receipt.refused("nothing_to_trade_with")
