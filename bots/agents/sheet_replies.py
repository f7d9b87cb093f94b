"""What a language model may answer in a call market: an order sheet, and what of it makes sense. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field

from bots.agents.replies import (
    Amount,
    Mistake,
    Quantity,
    Reply,
    ReplyPart,
    Wish,
    Words,
    as_list,
    price_of,
    quantity_of,
    side_of,
)
from market.orders import SheetOrder, Side, SubmitSheet
from market.view import MarketView
from market.words import count

# as many as fit the server's longest message
MOST_LINES = 100


class LineReply(ReplyPart):
    """One line of a sheet."""

    price: Amount
    quantity: Quantity | None = None


Lines = Annotated[list[LineReply], BeforeValidator(as_list), Field(max_length=MOST_LINES)]


class SheetReply(Reply):
    """The answer to one period: two empty lists for no orders."""

    bids: Lines = []
    asks: Lines = []


class NotedSheetReply(SheetReply):
    """The same where notes are carried from period to period."""

    plans: Words = ""
    insights: Words = ""


def most_lines(view: MarketView) -> int:
    """Orders that a sheet may have."""
    facts = view.facts
    sides = 1 if facts.induced else 2
    return min(MOST_LINES, sides if facts.one_order_a_side else facts.open_orders)


def sheet_of(reply: SheetReply, view: MarketView) -> Wish:
    """The sheet that a reply to `view` asks for, prices in ticks; nothing where it is the one that stands.

    Raises Mistake, which names everything that is wrong. Whether the account affords it is the market's to say.
    """
    lines: list[SheetOrder] = []
    mistakes = [*_read(Side.BUY, reply.bids, view, lines), *_read(Side.SELL, reply.asks, view, lines)]
    if mistakes := [*mistakes, *_against_rules(lines, view)]:
        raise Mistake("; ".join(mistakes))
    stands = sorted((one.side, one.price, one.quantity) for one in view.orders)
    return Wish(() if sorted(lines) == stands else (SubmitSheet(tuple(lines)),))


def _read(side: Side, replies: Iterable[LineReply], view: MarketView, lines: list[SheetOrder]) -> Iterator[str]:
    """Adds each line that can be read to `lines`; yields what is wrong with the others."""
    for number, one in enumerate(replies, start=1):
        try:
            line = SheetOrder(side_of(side, view), price_of(one.price, view), quantity_of(one.quantity, view))
        except Mistake as mistake:
            yield f"{'bid' if side is Side.BUY else 'ask'} {number}: {mistake}"
        else:
            lines.append(line)


def _against_rules(lines: list[SheetOrder], view: MarketView) -> Iterator[str]:
    bids = [one.price for one in lines if one.side is Side.BUY]
    asks = [one.price for one in lines if one.side is Side.SELL]
    if bids and asks and max(bids) >= min(asks):
        yield "each of your bids must be lower than each of your asks"
    if len(lines) > most_lines(view):
        yield f"a sheet may have {count(most_lines(view), 'order')}, not {len(lines)}"
    elif view.facts.one_order_a_side and max(len(bids), len(asks)) > 1:
        yield "a sheet may have one bid and one ask"
