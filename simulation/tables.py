"""The tables of an order-book market, every column declared once, and how they are written: parquet or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bots.agents.provenance import installed
from market.orders import Side
from market.records import Column, integer, text
from simulation.errors import SimulationError
from simulation.folders import write_csv
from simulation.order_book import Simulated
from simulation.venue import DROPPED, TRADE

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("parquet", "csv")
SEQ = integer("seq", "", "number of the market event that it belongs to, from 1")
SECONDS = integer("seconds", "ticks of time", "when: the tick, from 1")
TRADER = text("trader", "who: id of the agent")
KIND = text("kind", "kind of the agent, such as noise; flow for orders from outside")

EVENTS = (
    SEQ,
    SECONDS,
    text("event", "place, replace or cancel as an agent asked for; trade and dropped as the market did"),
    TRADER,
    KIND,
    integer("order_id", "", "the order that was placed, replaced, cancelled or dropped, or came second in the trade"),
    text("side", "buy or sell; of a trade that of the order that came second"),
    integer("price", "ticks", "limit price, or price of the trade; empty for a market order"),
    integer("quantity", "shares", "asked for, traded, or taken out"),
    text("buyer", "of a trade"),
    text("seller", "of a trade"),
    integer("bid_id", "", "of a trade: order of the buyer"),
    integer("ask_id", "", "of a trade: order of the seller"),
    text("reason", "of an order that the market dropped: not_filled, self_trade or period_end"),
)
ACCOUNTS = (
    SECONDS,
    TRADER,
    KIND,
    integer("cash", "ticks", "cash after the tick"),
    integer("shares", "shares", "shares after the tick"),
    Column("pnl", "number", "ticks", "wealth at the mid, or last price, less that of the start at the same price"),
)
SNAPSHOTS = (
    SECONDS,
    text("side", "buy or sell"),
    integer("level", "", "1 is the best price"),
    integer("price", "ticks", "price of the level"),
    integer("quantity", "shares", "shares at it"),
)
PRICES = (
    SECONDS,
    SEQ,
    Column("fundamental", "number", "ticks", "fundamental value in the tick"),
    integer("bid", "ticks", "best bid after the tick"),
    integer("ask", "ticks", "best ask after the tick"),
    integer("bid_quantity", "shares", "shares bid for at the best bid"),
    integer("ask_quantity", "shares", "shares offered at the best ask"),
    integer("price", "ticks", "last price traded so far"),
    integer("volume", "shares", "shares traded in the tick"),
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "events": EVENTS,
    "accounts": ACCOUNTS,
    "snapshots": SNAPSHOTS,
    "prices": PRICES,
}


def rows(done: Simulated) -> dict[str, list[Sequence[object]]]:
    """All rows by table, as in `TABLES`."""
    return {
        "events": list(_events(done)),
        "accounts": list(_accounts(done)),
        "snapshots": list(done.depths),
        "prices": list(done.ticks),
    }


def _events(done: Simulated) -> Iterator[Sequence[object]]:
    """Orders, trades and cancellations in sequence."""
    kinds = done.kinds
    for seq, (what, tick, who, order, side, price, quantity, *rest) in done.exchange.numbered():
        row = (seq, tick, what, who, kinds.get(who, "flow"), order, side.value, price, quantity)
        if what == TRADE:
            other, resting = rest
            ends = (who, other, order, resting) if side is Side.BUY else (other, who, resting, order)
            yield (*row, *ends, None)
        else:
            yield (*row, None, None, None, None, rest[0] if what == DROPPED else None)


def _accounts(done: Simulated) -> Iterator[Sequence[object]]:
    marks = {tick.seconds: mark(tick.bid, tick.ask, tick.price) for tick in done.ticks}
    accounts = done.exchange.accounts
    for held in done.held:
        own, price = accounts[held.trader], marks[held.seconds]
        pnl = held.cash - own.endowed_cash + (held.shares - own.endowed_shares) * (price or 0.0)
        yield (held.seconds, held.trader, done.kinds[held.trader], held.cash, held.shares, pnl)


def mark(bid: int | None, ask: int | None, last: int | None) -> float | None:
    """What a share counts for: the mid, or the last price where a side is empty."""
    return (bid + ask) / 2 if bid is not None and ask is not None else last


def frame(name: str, made: Sequence[Sequence[object]]) -> pd.DataFrame:
    """A table with the types of its columns."""
    import pandas as pd

    from analysis.read import DTYPES

    columns = TABLES[name]
    values = list(zip(*made, strict=True)) or [()] * len(columns)
    typed = {one.name: pd.Series(list(own), dtype=DTYPES[one.type]) for one, own in zip(columns, values, strict=True)}
    return pd.DataFrame(typed)


def write(folder: Path, kind: str, name: str, made: Sequence[Sequence[object]]) -> None:
    """One table as `NAME.parquet` or `NAME.csv`; one in the other format is from an earlier run and goes."""
    for other in FORMATS:
        (folder / f"{name}.{other}").unlink(missing_ok=True)
    if kind == "parquet":
        frame(name, made).to_parquet(folder / f"{name}.parquet", index=False)
    else:
        write_csv(folder / f"{name}.csv", [column.name for column in TABLES[name]], made)


def format_wanted(wish: str | None) -> str:
    """Parquet where it can be written, else CSV. Raises SimulationError where it is asked for and cannot be."""
    there = installed("pyarrow") is not None
    if wish == "parquet" and not there:
        raise SimulationError("--format parquet needs pyarrow: pip install -r requirements/parquet.txt")
    return wish or ("parquet" if there else "csv")
