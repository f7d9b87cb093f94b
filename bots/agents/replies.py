"""What a language model may answer when it is asked to trade, and what of that can become an action. Asks nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from bots.agents.execution import Intent
from market.fields import LARGEST
from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder, Side
from market.view import MarketView, OwnOrder
from market.words import money, ticks_of

MOST_ACTIONS = 5
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def _number(value: object) -> object:
    """Python takes true for 1, which no model means; "1,050" is how the market writes 1050."""
    if isinstance(value, bool):
        raise ValueError("a number is due")
    return value.replace(",", "") if isinstance(value, str) and THOUSANDS.fullmatch(value) else value


def _small(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _text(value: object) -> object:
    return "" if value is None else value


def as_list(value: object) -> object:
    return [] if value is None else value


def _positive(value: float) -> float:
    if not 0 < value <= LARGEST:
        raise ValueError(f"it goes from above 0 to {LARGEST}")
    return value


# bounds are checked here and not told in the schema, which is a part of every prompt
Amount = Annotated[float, BeforeValidator(_number), AfterValidator(_positive)]
Quantity = Annotated[int, BeforeValidator(_number), AfterValidator(_positive)]
Number = Annotated[int, BeforeValidator(_number)]
Words = Annotated[str, BeforeValidator(_text)]
SideName = Annotated[Literal["buy", "sell"], BeforeValidator(_small)]


def _brief(schema: JsonDict) -> None:
    """What is said of a class here is not for the model."""
    schema.pop("description", None)


class ReplyPart(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(json_schema_extra=_brief)


class ActionReply(ReplyPart):
    """One order, or a change of one."""

    do: Annotated[Literal["buy", "sell", "cancel", "replace", "hold"], BeforeValidator(_small)]
    quantity: Quantity | None = None
    price: Amount | None = None
    order: Number | None = None


class IntentReply(ReplyPart):
    """What is wanted in the end; how it is traded is left to the execution policy."""

    side: SideName | None = None
    quantity: Quantity | None = None
    target_shares: Number | None = None
    urgency: Annotated[Literal["low", "medium", "high"], BeforeValidator(_small)] = "medium"
    worst_price: Amount | None = None
    horizon_seconds: Amount | None = None
    note: Words = ""

    @property
    def empty(self) -> bool:
        return self.quantity is None and self.target_shares is None


class Reply(ReplyPart):
    """An answer that says why."""

    reasoning: Words = ""


class TurnReply(Reply):
    """The answer to one turn."""

    actions: Annotated[list[ActionReply], BeforeValidator(as_list), Field(max_length=MOST_ACTIONS)] = []
    intent: IntentReply | None = None


class NotedTurnReply(TurnReply):
    """The answer to one turn where notes are carried from turn to turn."""

    plans: Words = ""
    insights: Words = ""


class ReflectionReply(ReplyPart):
    """What is learnt from a period, or from a whole market."""

    insights: Words = ""
    plans: Words = ""


class Mistake(ValueError):
    """A reply of the right form that makes no sense in this market: in words that the model is shown."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A reply as the market understands it."""

    actions: tuple[Action, ...] = ()
    intent: Intent | None = None


def wish_of(reply: TurnReply, view: MarketView) -> Wish:
    """What a reply to `view` asks for, prices in ticks. Raises Mistake, which names everything that is wrong.

    Whether the account affords it and the book allows it is the market's to say: that is refused and told back.
    """
    wanted = None if reply.intent is None or reply.intent.empty else reply.intent
    orders = [one for one in reply.actions if one.do != "hold"]
    mistakes = [*_mistakes(orders, view), *_twice(orders)]
    if wanted and orders:
        mistakes.append("give either actions or an intent, not both")
    if mistakes:
        raise Mistake("; ".join(mistakes))
    intent = _intent(wanted, view) if wanted else None
    return Wish(tuple(_action(one, view) for one in orders), intent)


def _mistakes(orders: Iterable[ActionReply], view: MarketView) -> Iterator[str]:
    for number, one in enumerate(orders, start=1):
        try:
            _action(one, view)
        except Mistake as mistake:
            yield f"action {number} ({one.do}): {mistake}"


def _twice(orders: Iterable[ActionReply]) -> Iterator[str]:
    named = [one.order for one in orders if one.do in ("cancel", "replace") and one.order is not None]
    for order in sorted({one for one in named if named.count(one) > 1}):
        yield f"order {order} is named twice; it can be changed once a turn"


def _action(one: ActionReply, view: MarketView) -> Action:
    if one.do in ("cancel", "replace"):
        order = _own_order(one.order, view)
        if one.do == "cancel":
            return CancelOrder(order.id)
        price = order.price if one.price is None else price_of(one.price, view)
        return ReplaceOrder(order.id, price, one.quantity or order.quantity)
    limit = None if one.price is None else price_of(one.price, view)
    return PlaceOrder(side_of(Side(one.do), view), limit, quantity_of(one.quantity, view))


def _own_order(number: int | None, view: MarketView) -> OwnOrder:
    for order in view.orders:
        if order.id == number:
            return order
    own = ", ".join(str(order.id) for order in view.orders)
    raise Mistake(f"you have no open order {number}; yours are {own}" if own else "you have no open orders")


def price_of(price: float, view: MarketView) -> int:
    """A price that a model gave, in ticks. Raises Mistake."""
    facts = view.facts
    try:
        ticks = ticks_of(facts.tick, price)
    except ValueError:
        raise Mistake(f"prices go in steps of {facts.tick} {facts.currency}, {price:g} is between two") from None
    if not facts.price_min <= ticks <= facts.price_max:
        low, high = money(facts.tick, facts.price_min), money(facts.tick, facts.price_max)
        raise Mistake(f"prices go from {low} to {high} {facts.currency}, not {price:g}")
    return ticks


def quantity_of(quantity: int | None, view: MarketView) -> int:
    """A quantity that a model gave, or the only one there is. Raises Mistake."""
    if view.facts.single_unit:
        if quantity not in (None, 1):
            raise Mistake(f"orders are for one here, not {quantity}")
        return 1
    if quantity is None:
        raise Mistake("say the quantity")
    return quantity


def side_of(side: Side, view: MarketView) -> Side:
    """A side on which the role may trade. Raises Mistake."""
    role = view.role
    if side is Side.SELL and role.values:
        raise Mistake("you are a buyer in this market")
    if side is Side.BUY and role.costs:
        raise Mistake("you are a seller in this market")
    return side


def _intent(wanted: IntentReply, view: MarketView) -> Intent | None:
    """None where the target is what one has already."""
    side, quantity = _direction(wanted, view)
    worst = None if wanted.worst_price is None else price_of(wanted.worst_price, view)
    if not quantity:
        return None
    return Intent(
        side=side_of(side, view),
        quantity=quantity,
        urgency=wanted.urgency,
        worst=worst,
        horizon=wanted.horizon_seconds,
        note=wanted.note,
    )


def _direction(wanted: IntentReply, view: MarketView) -> tuple[Side, int]:
    if wanted.target_shares is None:
        if wanted.side is None or wanted.quantity is None:
            raise Mistake("intent: say side and quantity, or target_shares")
        return Side(wanted.side), wanted.quantity
    if view.facts.induced:
        raise Mistake("intent: there are no shares to hold in this market; say side and quantity")
    gap = wanted.target_shares - view.holdings.shares
    return (Side.BUY if gap > 0 else Side.SELL), abs(gap)
