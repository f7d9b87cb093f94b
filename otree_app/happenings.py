"""What happened in a market, in words for the experimenter: each seat's last action, and what its host did."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from market.encoding import encode_command
from market.events import OPERATOR, Event
from market.exchange import Exchange
from market.orders import Trade
from market.treatments import Treatment

LINES_SHOWN = 60


@dataclass(slots=True)
class Diary:
    """Follows the log of one exchange, each event once. Indexes are those of events.

    `acted` has the last event of each trader, `present` the last time each came or went: (there, index).
    """

    exchange: Exchange
    seen: int = 0
    acted: dict[str, int] = field(default_factory=dict)
    present: dict[str, tuple[bool, int]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    operations: list[int] = field(default_factory=list)
    woken: int | None = None

    def follow(self, until: int) -> None:
        """Read on to event number `until`."""
        for event in self.exchange.events.known(self.seen):
            if (index := event.seq - 1) >= until:
                break
            if event.actor == OPERATOR:
                self._operation(index, encode_command(event.command))
            else:
                self.acted[event.actor] = index
        self.seen = max(self.seen, until)

    def _operation(self, index: int, command: list[Any]) -> None:
        match command:
            case ["presence", trader, there]:
                first = there and trader not in self.present
                self.present[trader] = (bool(there), index)
                if first:
                    return  # that a seat comes when it should is no news
            case ["take_over", trader, by]:
                self.taken[trader] = by
            case ["hand_back", trader, *_]:
                self.taken.pop(trader, None)
            case ["resume", *_]:
                self.woken = index
            case ["open", *_] if self.woken is None:
                self.woken = index
        self.operations.append(index)


# each keeps its market in memory; a monitor looks at one
DIARIES_KEPT = 5
_diaries: OrderedDict[int, Diary] = OrderedDict()


def diary_of(head_id: int, exchange: Exchange, until: int) -> Diary:
    """The diary of a market, read up to event `until`; a new one where the market was built anew."""
    diary = _diaries.pop(head_id, None)
    if diary is None or diary.exchange is not exchange:
        diary = Diary(exchange)
    _diaries[head_id] = diary
    if len(_diaries) > DIARIES_KEPT:
        _diaries.popitem(last=False)
    diary.follow(until)
    return diary


def action_in_words(event: Event, treatment: Treatment) -> str:
    """What a trader did: "bought 2 at 15.00"."""
    traded = [one for one in event.outcomes if isinstance(one, Trade)]
    if traded:
        quantity = sum(one.quantity for one in traded)
        mean = sum(one.price * one.quantity for one in traded) / quantity
        return f"{'bought' if traded[0].buyer == event.actor else 'sold'} {quantity} at {treatment.money(mean)}"
    command: list[Any] = encode_command(event.command)
    match command:
        case ["place", side, price, quantity, *_]:
            return f"{'bid' if side == 'buy' else 'ask'} {_limit(price, treatment)} \u00d7 {quantity}"
        case ["cancel", *_]:
            return "took an order back"
        case ["replace", _, price, quantity]:
            return f"moved an order to {_limit(price, treatment)} \u00d7 {quantity}"
        case ["sheet", *_]:
            return "sent a sheet of orders"
        case ["forecast", *_]:
            return "gave forecasts"
        case [name, *_]:
            return str(name)
    raise TypeError(f"{event.command!r} is no command.")


def _limit(price: int | None, treatment: Treatment) -> str:
    return "any price" if price is None else treatment.money(price)


OPERATIONS: dict[str, Callable[..., str]] = {
    "pause": lambda reason="", *_: _with_reason("Paused", reason),
    "resume": lambda reason="", *_: _with_reason("Trading goes on", reason),
    "ask_forecasts": lambda reason="", *_: _with_reason("Forecasts are asked", reason),
    "extend": lambda seconds, reason="", *_: _with_reason(f"{seconds:g} seconds more", reason),
    "tell": lambda text, *_: f"To all: {text}",
    "end": lambda reason="", *_: _with_reason("The market was ended", reason),
    "presence": lambda trader, there, *_: f"{trader} {'is back' if there else 'is away'}",
    "take_over": lambda trader, by, *_: f"{trader} was taken over by {by}",
    "hand_back": lambda trader, *_: f"{trader} was handed back",
}


def _with_reason(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def operation_in_words(event: Event, treatment: Treatment) -> str:
    """What the host did."""
    name, *details = list[Any](encode_command(event.command))
    if name == "open":
        return _with_reason(f"Period {event.period} opened", str(details[2]) if len(details) > 2 else "")
    if name == "close":
        pays = bool(treatment.mean_dividend)
        reason = str(details[1]) if len(details) > 1 else ""
        paid = f"; a share paid {treatment.money(details[0])}" if pays else ""
        return _with_reason(f"Period {event.period} closed{paid}", reason)
    return OPERATIONS[str(name)](*details) if name in OPERATIONS else str(name)


def lines(diary: Diary, stamps: Sequence[float]) -> list[dict[str, Any]]:
    """The latest of what the host did, {utc, text, operator}; the newest last."""
    exchange = diary.exchange
    return [
        {"utc": stamps[index], "text": operation_in_words(exchange.events[index], exchange.treatment)}
        for index in diary.operations[-LINES_SHOWN:]
    ]
