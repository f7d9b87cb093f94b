"""Who decided, where a rule may play a person's seat for a while. Reads the log's events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from market.events import Event, HandBack, Rested, TakeOver


class Deciders(NamedTuple):
    """Names of the rules that decided in a trader's place, by number of the event and of the order."""

    events: dict[int, str]
    orders: dict[int, str]


def deciders(events: Iterable[Event]) -> Deciders:
    taken: dict[str, str] = {}
    found = Deciders({}, {})
    for event in events:
        match event.command:
            case TakeOver(trader, by):
                taken[trader] = by
            case HandBack(trader):
                del taken[trader]
            case _ if event.actor in taken:
                _note(found, event, taken[event.actor])
    return found


def _note(found: Deciders, event: Event, by: str) -> None:
    found.events[event.seq] = by
    orders = {one.order_id for one in event.outcomes if isinstance(one, Rested)}
    found.orders.update(dict.fromkeys(orders | ({event.order_id} if event.order_id else set()), by))
