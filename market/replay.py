"""Recorded markets done again: the log folded under the rules of today and compared with what was recorded. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from market.events import LogLine
from market.exchange import Exchange, LogMismatch, fold
from market.orders import Trade
from market.treatments import roles_from, treatment_from

Cells = Mapping[str, str]
Key = tuple[str, str]

# What a trade is, less its number, which has another name in the table.
COMPARED = Trade._fields[1:]


class Replayed(NamedTuple):
    """One market done again: `difference` is empty where everything came out as recorded."""

    session: str
    market: str
    events: int
    trades: int
    state_hash: str
    difference: str


def replay(markets: Iterable[Cells], events: Iterable[Cells], trades: Iterable[Cells]) -> list[Replayed]:
    """Do each market of `markets` again; rows as `csv.DictReader` reads them, columns as in `market.records`."""
    logs, recorded = _by_market(events), _by_market(trades)
    return [_replay_one(row, logs.get(_key(row), []), recorded.get(_key(row), [])) for row in markets]


def _by_market(rows: Iterable[Cells]) -> dict[Key, list[Cells]]:
    grouped: dict[Key, list[Cells]] = {}
    for row in rows:
        grouped.setdefault(_key(row), []).append(row)
    return grouped


def _key(row: Cells) -> Key:
    return row["session"], row["market"]


def _replay_one(market: Cells, events: list[Cells], trades: list[Cells]) -> Replayed:
    try:
        exchange = _again(market, events)
    except (LogMismatch, ValueError) as error:
        return Replayed(*_key(market), len(events), len(trades), market["state_hash"], str(error))
    difference = _trade_difference(exchange.trades, trades) or _hash_difference(exchange, market)
    return Replayed(*_key(market), len(exchange.events), len(exchange.trades), exchange.state_hash(), difference)


def _again(market: Cells, events: list[Cells]) -> Exchange:
    treatment = treatment_from(json.loads(market["document"]))
    return fold(treatment, roles_from(market["roles"]), [_line(row) for row in events])


def _line(row: Cells) -> LogLine:
    numbers = int(row["seq"]), int(row["period"]), float(row["seconds"])
    return LogLine(*numbers, row["actor"], row["command"], row["outcomes"], row["hash"])


def _trade_difference(trades: Sequence[Trade], recorded: list[Cells]) -> str:
    if len(trades) != len(recorded):
        return f"{len(recorded)} trades were recorded, {len(trades)} come out of the log."
    for trade, row in zip(trades, recorded, strict=True):
        for name in COMPARED:
            again = "" if getattr(trade, name) is None else str(getattr(trade, name))
            if row[name] != again:
                return (
                    f"Trade {trade.id}: {name} was recorded as {row[name] or 'none'}, comes out as {again or 'none'}."
                )
    return ""


def _hash_difference(exchange: Exchange, market: Cells) -> str:
    """A log that lost its end folds without complaint: the hash of the state shows it."""
    if exchange.state_hash() == market["state_hash"]:
        return ""
    return (
        f"The state was recorded as {market['state_hash']}, comes out as {exchange.state_hash()}: events are missing."
    )
