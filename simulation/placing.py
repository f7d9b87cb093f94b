"""In which market, and after which event, each recorded turn was taken. A line of a turn names the round, the first
versions not even that: what it says of the account and the quotes says the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from market.encoding import decode_command
from market.events import OPERATOR, LogLine, Operation
from market.exchange import Exchange, OperationError
from market.orders import Action
from market.view import view_of
from simulation.recording import Line, RecordedMarket


class Seen(NamedTuple):
    """What a trader sees in a market after an event, as far as its turns are written down."""

    period: int
    quote: tuple[int | None, int | None]
    last_price: int | None
    cash: int
    shares: int


@dataclass
class Placed:
    """Turns by market and event; `nowhere`: those that fit no market."""

    by_market: dict[str, dict[int, list[Line]]] = field(default_factory=dict)
    nowhere: list[Line] = field(default_factory=list)

    def of(self, market: RecordedMarket) -> Mapping[int, Sequence[Line]]:
        """The turns of a market, in their order, by the number of the event that they were taken after."""
        return self.by_market.get(market.market, {})

    def put(self, market: str, line: Line) -> None:
        self.by_market.setdefault(market, {}).setdefault(line["view_seq"], []).append(line)


def do_again(exchange: Exchange, line: LogLine) -> None:
    """Do what a line of a log says. Raises OperationError and ValueError for what cannot be."""
    command = decode_command(json.loads(line.command))
    if line.actor == OPERATOR:
        exchange.operate(cast(Operation, command), line.seconds)
    else:
        exchange.submit(line.actor, cast(Action, command), line.seconds)


def place(markets: Sequence[RecordedMarket], turns: Iterable[Line]) -> Placed:
    """Each seat's turns in order: a turn belongs to the market of the one before, or else to the next that fits."""
    placed, by_seat = Placed(), _by_participant(turns)
    seen = [(int(market.market.split("-")[0]), dict(_seen(market, by_seat))) for market in markets]
    for participant, lines in by_seat.items():
        first, after = 0, 0
        for line in lines:
            found = _fitting(line, participant, seen, first, after)
            if found is None:
                placed.nowhere.append(line)
                continue
            first, after = found, line["view_seq"]
            placed.put(markets[found].market, line)
    return placed


def _by_participant(turns: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in turns:
        found.setdefault(line["participant"], []).append(line)
    return found


def _fitting(
    line: Line, participant: str, seen: Sequence[tuple[int, Mapping[tuple[str, int], Seen]]], first: int, after: int
) -> int | None:
    told = Seen(line["period"], tuple(line["quote"]), line["last_price"], line["cash"], line["shares"])
    for number in range(first, len(seen)):
        round_number, sights = seen[number]
        early = number == first and line["view_seq"] < after
        elsewhere = line.get("round", round_number) != round_number
        if not (early or elsewhere) and sights.get((participant, line["view_seq"])) == told:
            return number
    return None


def _seen(market: RecordedMarket, turns: Mapping[str, Sequence[Line]]) -> Iterator[tuple[tuple[str, int], Seen]]:
    """What each participant saw after the events that its turns name."""
    exchange = Exchange(market.treatment, market.roles)
    asked = _asked(market, turns)
    for seq in range(len(market.log) + 1):
        if seq:
            try:
                do_again(exchange, market.log[seq - 1])
            except (OperationError, ValueError):
                return  # whoever walks through the log says so
        for participant, trader in asked.get(seq, ()):
            yield (participant, seq), _sight(exchange, trader)


def _asked(market: RecordedMarket, turns: Mapping[str, Sequence[Line]]) -> dict[int, set[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = {}
    for seat in market.seats:
        for line in turns.get(seat.participant, ()):
            found.setdefault(line["view_seq"], set()).add((seat.participant, seat.trader))
    return found


def _sight(exchange: Exchange, trader: str) -> Seen:
    view = view_of(exchange, trader, exchange.seconds)
    return Seen(view.period, view.quote, view.last_price, view.holdings.cash, view.holdings.shares)
