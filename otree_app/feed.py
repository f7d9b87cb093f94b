"""News of a market for its pages: snapshots and deltas, as JSON. Pure functions of the exchange."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import NamedTuple

from market.events import Cancelled, Event, Rested
from market.exchange import Exchange
from market.facts import facts_of
from market.history import history, period_summary
from market.orders import Side, Trade
from market.states import Clue
from market.view import RECENT_TRADES, VIEW_VERSION, clue_of, holding_value, holdings, levels, own_orders, prints

# A page further behind than this is cheaper to serve with a snapshot.
LONGEST_DELTA = 500


def compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


class Shared(NamedTuple):
    """The part of news that is the same for all seats: JSON members without braces, and whose accounts changed."""

    members: str
    touched: frozenset[str]


class Feed:
    """Builds messages for the seats of one exchange, and builds what they share only once.

    `bots` are the traders that are announced as programs; where they are counted or named they cannot change.
    """

    def __init__(self, exchange: Exchange, bots: tuple[str, ...] = ()) -> None:
        self.exchange = exchange
        self._facts = compact(asdict(facts_of(exchange.treatment, len(exchange.accounts), bots)))
        self._publics: dict[int, str] = {}
        self._updates: dict[int, Shared] = {}
        self._updated = -1

    @property
    def seq(self) -> int:
        return len(self.exchange.events)

    def snapshot(self, trader: str, seconds: float, host: dict[str, object], known: int = 0) -> str:
        """The whole view of one trader: the document of `market.view.view_of`.

        A page that was told the first `known` trades gets those after them: they are most of what a snapshot has, and
        when a phase changes all pages get one at the same moment.
        """
        exchange = self.exchange
        orders = tuple(exchange.ledger.open_orders[trader].values())
        private = compact(
            {
                "trader": trader,
                "seconds": round(seconds, 3),
                "bids": levels(exchange, Side.BUY, orders),
                "asks": levels(exchange, Side.SELL, orders),
                **self._me(trader),
                "role": asdict(exchange.roles[trader]),
                # These change with the phase alone, and then every page gets a snapshot.
                "clue": _plain(clue_of(exchange, trader)),
                "bankrupt": trader in exchange.ledger.bankrupt,
            }
        )
        view = f"{private[:-1]},{self._public(known)}}}"
        after = f'"trades_after":{known},' if known else ""
        return f'{{"type":"snapshot",{after}"host":{compact(host)},"view":{view}}}'

    def _public(self, known: int) -> str:
        """Members of a view that all seats share; the same text until the next event."""
        self._renew()
        if known not in self._publics:
            self._publics[known] = self._members(known)
        return self._publics[known]

    def _members(self, known: int) -> str:
        exchange = self.exchange
        members = {
            "version": VIEW_VERSION,
            "seq": self.seq,
            "phase": exchange.phase,
            "period": exchange.period,
            "trades": prints(exchange.trades[max(known, len(exchange.trades) - RECENT_TRADES) :]),
            "history": history(exchange),
            "holding_value": holding_value(exchange),
            "forecast_targets": exchange.forecast_targets,
            "extended": exchange.conduct.extended,
        }
        return f'{compact(members)[1:-1]},"facts":{self._facts}'

    def update(self, trader: str, since: int, seconds: float) -> str | None:
        """What happened after event `since`; None where a snapshot is the better answer."""
        if self.seq - since > LONGEST_DELTA:
            return None
        shared = self._shared(since)
        me = f',"me":{compact(self._me(trader))}' if trader in shared.touched else ""
        return f'{{"type":"update","seconds":{seconds:.3f},{shared.members}{me}}}'

    def _me(self, trader: str) -> dict[str, object]:
        orders = self.exchange.ledger.open_orders[trader].values()
        return {
            "holdings": asdict(holdings(self.exchange.accounts[trader])),
            "orders": own_orders(orders),
            "forecasts": self.exchange.forecasts.of(trader),
        }

    def _shared(self, since: int) -> Shared:
        self._renew()
        if since not in self._updates:
            self._updates[since] = self._delta(since)
        return self._updates[since]

    def _renew(self) -> None:
        """What was built before the last event is told to nobody any more."""
        if self._updated != self.seq:
            self._publics, self._updates, self._updated = {}, {}, self.seq

    def _delta(self, since: int) -> Shared:
        exchange, events = self.exchange, self.exchange.events[since:]
        trades = [outcome for event in events for outcome in event.outcomes if isinstance(outcome, Trade)]
        members: dict[str, object] = {"from": since, "seq": self.seq, "levels": self._levels(events)}
        if trades:
            members["trades"] = prints(trades)
            members["summary"] = period_summary(exchange, exchange.period)
        return Shared(compact(members)[1:-1], touched(events))

    def _levels(self, events: list[Event]) -> dict[str, list[tuple[int, int]]]:
        changed = changed_levels([] if self.exchange.hides_book else events)
        sides = (("bids", Side.BUY), ("asks", Side.SELL))
        return {
            name: [(price, self.exchange.book.side(side).total(price)) for price in sorted(changed[side])]
            for name, side in sides
        }


def _plain(clue: Clue | None) -> dict[str, object] | None:
    return asdict(clue) if clue else None


def changed_levels(events: list[Event]) -> dict[Side, set[int]]:
    """Prices of each side whose depth these events may have changed."""
    changed: dict[Side, set[int]] = {Side.BUY: set(), Side.SELL: set()}
    for event in events:
        for outcome in event.outcomes:
            if isinstance(outcome, Rested | Cancelled):
                changed[outcome.side].add(outcome.price)
            elif isinstance(outcome, Trade) and outcome.aggressor:
                changed[outcome.aggressor.other].add(outcome.price)
    return changed


def touched(events: list[Event]) -> frozenset[str]:
    """Traders whose account or open orders these events changed."""
    traders = {event.actor for event in events}
    for event in events:
        for outcome in event.outcomes:
            if isinstance(outcome, Trade):
                traders |= {outcome.buyer, outcome.seller}
            elif isinstance(outcome, Cancelled):
                traders.add(outcome.trader)
    return frozenset(traders)
