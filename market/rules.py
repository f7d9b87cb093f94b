"""What a trader may do now: each check gives a refusal or None. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from typing_extensions import TypeIs

from market.accounts import Account
from market.book import OrderBook
from market.fields import LARGEST
from market.orders import Order, PlaceOrder, Receipt, Side, TimeInForce
from market.treatments import Amount, Treatment

BUY, PERIOD, FOK = Side.BUY, TimeInForce.PERIOD, TimeInForce.FOK


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


def is_sheet(orders: object) -> bool:
    """Whether this is a list of lines with a side, a price and a quantity, whatever these are."""
    return isinstance(orders, tuple) and all(isinstance(one, tuple) and len(one) == 3 for one in orders)


def shown(value: object) -> str:
    """A value as it may stand in a message to a person: short, whatever was sent."""
    if isinstance(value, int) and abs(value) > LARGEST:
        # Python refuses to write very long numbers out.
        return f"a number beyond {LARGEST:,}"
    text = str(value)
    return text if len(text) <= 20 else text[:20] + "…"


class Standing(NamedTuple):
    """Where an order would come in: the book, its trader's account and other open orders.

    `leaving` is an order that it replaces: still in the book, but no longer promised nor among `own`. `bankrupt` says
    that the treatment's rule for bankrupt traders applies.
    """

    treatment: Treatment
    book: OrderBook
    account: Account
    own: Collection[Order]
    leaving: Order | None = None
    bankrupt: bool = False


def refusal(here: Standing, order: Order, lasting: TimeInForce) -> Receipt | None:
    """Why the rules do not admit a well-formed order; None where they do."""
    return (
        _terms_refusal(here.treatment, order)
        or _bankrupt_refusal(here, order)
        or _promise_refusal(here, order, lasting)
        or _take_refusal(here.treatment, here.book, order, lasting)
        or _quote_refusal(here, order, lasting)
    )


def call_refusal(here: Standing, order: Order, lasting: TimeInForce) -> Receipt | None:
    """The same in a call market, where orders wait with a price, and no trader's own may meet each other."""
    if lasting is not PERIOD:
        return Receipt.refused("call_order_type")
    return _crossing_refusal(here, order) or refusal(here, order, lasting)


def _crossing_refusal(here: Standing, order: Order) -> Receipt | None:
    """A trader's highest bid stays below its lowest offer, so that one price never fills both."""
    for other in here.own:
        bid, ask = (order, other) if order.side is BUY else (other, order)
        if other.side is not order.side and bid.price >= ask.price:
            bid_price, ask_price = Amount(here.treatment, bid.price), Amount(here.treatment, ask.price)
            return Receipt.refused("crosses_own", bid=bid_price, ask=ask_price)
    return None


def _terms_refusal(treatment: Treatment, order: Order) -> Receipt | None:
    low, high = treatment.price_min, treatment.price_max
    if not low <= order.price <= high:
        return Receipt.refused(
            "price_limits",
            low=Amount(treatment, low),
            high=Amount(treatment, high),
            price=Amount(treatment, order.price),
        )
    if treatment.single_unit and order.quantity != 1:
        return Receipt.refused("single_unit", quantity=order.quantity)
    return None


def _bankrupt_refusal(here: Standing, order: Order) -> Receipt | None:
    """Who is bankrupt may not trade, or only sell shares that it has and buy back those that it is short."""
    if not here.bankrupt:
        return None
    if here.treatment.bankrupt == "stop":
        return Receipt.refused("bankrupt_stop")
    account = here.account
    free = -account.shares - account.units_bid if order.side is BUY else account.shares - account.shares_reserved
    if order.quantity <= free:
        return None
    return Receipt.refused("bankrupt_reduce", side=order.side, quantity=order.quantity, free=max(free, 0))


def _promise_refusal(here: Standing, order: Order, lasting: TimeInForce) -> Receipt | None:
    """Refuse what the account cannot keep."""
    account = here.account
    if account.induced:
        return _unit_refusal(here.treatment, account, order)
    if order.side is BUY:
        # Who is bankrupt and short can only buy back, and has no cash for it: what it owes gets a price and an end.
        return None if here.bankrupt else _cash_refusal(here, order, lasting)
    free = account.shares_free
    return None if order.quantity <= free else Receipt.refused("no_shares", quantity=order.quantity, free=max(free, 0))


def _cash_refusal(here: Standing, order: Order, lasting: TimeInForce) -> Receipt | None:
    free = here.account.cash_free
    if free is None or order.price * order.quantity <= free:
        return None
    cost = most_it_costs(here.book, order, lasting)
    if cost <= free:
        return None
    return Receipt.refused(
        "no_cash",
        quantity=order.quantity,
        needed=Amount(here.treatment, cost),
        free=Amount(here.treatment, max(free, 0)),
    )


def most_it_costs(book: OrderBook, bid: Order, lasting: TimeInForce) -> int:
    """Ticks to keep free for a bid: its limit, or for an immediate one what it would trade now."""
    if lasting is PERIOD:
        return bid.price * bid.quantity
    return sum(fill.price * fill.quantity for fill in book.takes(bid))


def _unit_refusal(treatment: Treatment, account: Account, order: Order) -> Receipt | None:
    buying = order.side is BUY
    if not (account.values if buying else account.costs):
        return Receipt.refused("wrong_role", role=account.role)
    open_units = account.open_units(order.side)
    if order.quantity > len(open_units):
        code = "no_units_to_buy" if buying else "no_units_to_sell"
        return Receipt.refused(code, quantity=order.quantity, free=len(open_units))
    if treatment.losses_allowed:
        return None
    worst = no_loss_limit(order.side, open_units[: order.quantity])
    if order.price > worst if buying else order.price < worst:
        return Receipt.refused("at_a_loss", price=Amount(treatment, order.price), limit=Amount(treatment, worst))
    return None


def no_loss_limit(side: Side, units: tuple[int, ...]) -> int:
    """The worst price at which none of these units makes a loss."""
    return min(units) if side is BUY else max(units)


def worst_price(treatment: Treatment, account: Account, side: Side, quantity: int) -> int:
    """The price a market order may go to: the limit of prices, or of its units where losses are not allowed."""
    worst = treatment.price_max if side is BUY else treatment.price_min
    units = account.open_units(side)[:quantity]
    if treatment.losses_allowed or not units:
        return worst
    limit = no_loss_limit(side, units)
    return min(worst, limit) if side is BUY else max(worst, limit)


def _take_refusal(treatment: Treatment, book: OrderBook, order: Order, lasting: TimeInForce) -> Receipt | None:
    """Orders stopped by an own one before they trade, immediate ones that find nothing, fill-or-kill too little."""
    if book.self_trade == "cancel_incoming" and (own := book.meets_own(order)):
        return Receipt.refused("self_trade", price=Amount(treatment, own.price))
    if lasting is PERIOD:
        return None
    available = book.available(order)
    if lasting is FOK and 0 < available < order.quantity:
        return Receipt.refused("not_filled_whole", quantity=order.quantity, available=available)
    return None if available else Receipt.refused("nothing_to_trade_with")


def _quote_refusal(here: Standing, order: Order, lasting: TimeInForce) -> Receipt | None:
    """The classroom rules on new quotes: a limit of open orders, one order a side, improvement."""
    if lasting is not PERIOD:
        return None
    treatment = here.treatment
    if len(here.own) >= treatment.open_orders:
        return Receipt.refused("too_many_orders", open=len(here.own))
    if treatment.one_order_a_side and any(resting.side is order.side for resting in here.own):
        return Receipt.refused("one_order_a_side")
    return _improvement_refusal(here, order) if treatment.improvement else None


def _improvement_refusal(here: Standing, order: Order) -> Receipt | None:
    side = here.book.side(order.side)
    best = side.best_without(here.leaving)
    if best is None or order.price * side.sign < best * side.sign:
        return None
    return Receipt.refused("no_improvement", side=order.side, best=Amount(here.treatment, best))
