"""The tables a market leaves: every column declared once, with type, unit and meaning. Holds no data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

RECORDS_VERSION = 2

# How a decision that was due ended.
DECISION_OUTCOMES = ("valid", "repaired", "late", "stale", "failed")


class Column(NamedTuple):
    """One column: `type` is text, integer, number or JSON, `unit` is empty where there is none."""

    name: str
    type: str
    unit: str
    meaning: str


def text(name: str, meaning: str) -> Column:
    return Column(name, "text", "", meaning)


def integer(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "integer", unit, meaning)


SESSION = text("session", "code of the session")
MARKET = text("market", "which market of the session: round and group, such as 1-2")
SEQ = integer("seq", "", "number of the event in its market, from 1")
PERIOD = integer("period", "", "trading period, from 1")
SECONDS = Column("seconds", "number", "seconds", "time since the period opened, on the server's clock")
UTC = text("utc", "the same moment as a UTC time stamp (ISO 8601)")
PARTICIPANT = text("participant", "pseudonym in the session, such as P3; of a bot oTree's code of its seat")
TRADER = text("trader", "pseudonym in the market, such as T4")
KIND = text("kind", "who decides: human, model or rule")
MODEL = text("model", "name of the model or of the rule trader; empty for people")
ROLE = text("role", "name of the role the seat was dealt")
IDENTITY = (SESSION, MARKET)
WHEN = (SEQ, PERIOD, SECONDS, UTC)
WHO = (PARTICIPANT, TRADER, KIND, MODEL)

ORDERS = (
    *IDENTITY,
    *WHEN,
    *WHO,
    text("command", "place, cancel, replace or sheet (a row for each of its orders); refused commands are not here"),
    integer("order_id", "", "the order placed, cancelled or, after a replacement, standing in its stead"),
    integer("replaces", "", "the order that was replaced; empty for other commands"),
    text("side", "buy or sell"),
    integer("price", "ticks", "limit price; empty for a market order"),
    integer("quantity", "shares", "shares asked for; for a cancellation those taken out of the book"),
    text("time_in_force", "period, ioc or fok; empty for cancellations"),
    integer("traded", "shares", "shares traded at once"),
    integer("resting", "shares", "shares of the order in the book after the event"),
)

TRADES = (
    *IDENTITY,
    integer("trade_id", "", "number of the trade in its market, from 1"),
    *WHEN,
    integer("price", "ticks", "price a share: that of the order which stood in the book, or at which a call cleared"),
    integer("quantity", "shares", "shares traded"),
    text("aggressor", "side of the order that came second: buy or sell; empty in a call market"),
    text("buyer", "pseudonym of the buyer"),
    text("seller", "pseudonym of the seller"),
    text("buyer_participant", "participant code of the buyer"),
    text("seller_participant", "participant code of the seller"),
    text("buyer_kind", "human, model or rule"),
    text("seller_kind", "human, model or rule"),
    integer("bid_id", "", "order of the buyer"),
    integer("ask_id", "", "order of the seller"),
    integer("buyer_value", "ticks", "what the units are worth to the buyer; empty in asset markets"),
    integer("seller_cost", "ticks", "what the units cost the seller; empty in asset markets"),
    Column(
        "fundamental",
        "number",
        "ticks",
        "fundamental value of a share this period, where there are states to who knows the period's; empty in "
        "induced-value markets",
    ),
)

QUOTES = (
    *IDENTITY,
    SEQ,
    PERIOD,
    SECONDS,
    integer("bid", "ticks", "best bid after the event; empty where nobody bids"),
    integer("bid_quantity", "shares", "shares bid for at the best bid"),
    integer("ask", "ticks", "best ask after the event; empty where nobody offers"),
    integer("ask_quantity", "shares", "shares offered at the best ask"),
)

ACCOUNTS = (
    *IDENTITY,
    PERIOD,
    *WHO,
    ROLE,
    integer("cash", "ticks", "cash at the end of the period, after all payments"),
    integer("shares", "shares", "shares at the end of the period"),
    integer("interest", "ticks", "interest received at the end of the period"),
    integer("dividend", "ticks", "dividends received at the end of the period"),
    integer("buyback", "ticks", "received for shares at the end of the last period"),
    integer("period_profit", "ticks", "gains from induced units in the period; empty in asset markets"),
    integer("profit", "ticks", "gains from induced units so far; empty in asset markets"),
    text("state", "state of the period; empty where there are none"),
    text("clue", "what the trader alone was told: state, not_this (a state that it is not), or empty for nothing"),
    text("clue_state", "the state that the clue names"),
    integer(
        "bankrupt", "", "1 where the trader owes more than its credit limit after these payments and a rule says so"
    ),
)

FORECASTS = (
    *IDENTITY,
    *WHO,
    integer("made", "", "period before which it was made; the last one that was given then"),
    integer("target", "", "period whose price it is about"),
    integer("price", "ticks", "the price that was forecast"),
    Column(
        "realised",
        "number",
        "ticks",
        "price of the target: the clearing price of a call (without a trade the last one), else the mean weighted by "
        "volume; empty where there is none",
    ),
    Column("error", "number", "ticks", "the forecast less the price of the target"),
    integer("paid", "ticks", "reward: of forecasts within the band; not part of cash"),
)

PARTICIPANTS = (
    *IDENTITY,
    *WHO,
    ROLE,
    integer("endowed_cash", "ticks", "cash at the start"),
    integer("endowed_shares", "shares", "shares at the start"),
    integer("final_cash", "ticks", "cash now, or at the end of the last period"),
    integer("final_shares", "shares", "shares now, or at the end of the last period"),
    integer("orders", "", "orders placed, replacements left out"),
    integer("trades", "", "trades as buyer or seller"),
    integer(
        "earnings", "ticks", "what the market pays: cash in asset markets, gains from units in induced-value markets"
    ),
)

EVENTS = (
    *IDENTITY,
    *WHEN,
    Column("held", "number", "seconds", "how long a bot's command was held back for its least reaction time"),
    text("actor", "the trader, or 'market' for what its host did"),
    Column("command", "JSON", "", "the command, a list that starts with its name"),
    Column("outcomes", "JSON", "", "what it did: trades, orders rested or cancelled, payments"),
    text("hash", "hash of this event and all before it: equal only for equal histories"),
)

MARKETS = (
    *IDENTITY,
    text("treatment", "name of the treatment"),
    text("treatment_sha256", "SHA-256 of the document"),
    integer("practice", "", "1: a market for practice, which pays nobody; 0: any other"),
    Column("document", "JSON", "", "the treatment, every field"),
    Column("roles", "JSON", "", "by trader the role that was dealt: name, cash, shares, values, costs"),
    integer("seed", "", "seed of the draws made before the market opened: roles, dividends, states and clues"),
    text("state_hash", "hash of the book and the accounts at the end: equal only for equal states"),
    text("freeze_sha256", "SHA-256 of the configuration that was registered before the market opened"),
    integer("freeze_changes", "", "other configurations registered while it ran: see freezes; 0 as it should be"),
    text("error", "why this market is in no other table; empty where all is well"),
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "orders": ORDERS,
    "trades": TRADES,
    "quotes": QUOTES,
    "accounts": ACCOUNTS,
    "forecasts": FORECASTS,
    "participants": PARTICIPANTS,
    "events": EVENTS,
    "markets": MARKETS,
}

ABOUT: Mapping[str, str] = {
    "orders": "One row for each command about orders that the market accepted, for each order of a sheet.",
    "trades": "One row for each trade.",
    "quotes": "The best prices and their sizes: one row for each event that changed one of them. None of call markets.",
    "accounts": "One row for each trader and period that has ended.",
    "forecasts": "One row for each forecast of a price: who, when, of which period, how far off and what it pays.",
    "participants": "One row for each trader.",
    "events": "The log: every accepted command with all that it did. The other tables follow from it.",
    "markets": "One row for each market: what is needed to do its log again.",
}


def names(table: str) -> tuple[str, ...]:
    """The header of a table. Raises KeyError for an unknown one."""
    return tuple(column.name for column in TABLES[table])


def data_dictionary() -> str:
    """All tables and columns as Markdown."""
    head = (
        f"# Data dictionary\n\nVersion {RECORDS_VERSION}. Cash and prices are whole ticks; an empty cell is none. "
        "Text that a spreadsheet would take for a formula (it begins with = + - @, tab, line end) has a ' before it.\n"
    )
    return "\n".join([head, *(section(table, ABOUT[table], columns) for table, columns in TABLES.items())])


def section(table: str, about: str, columns: Iterable[Column]) -> str:
    """One table of the dictionary."""
    rows = "".join(f"| {one.name} | {one.type} | {one.unit} | {one.meaning} |\n" for one in columns)
    return f"## {table}.csv\n\n{about}\n\n| column | type | unit | meaning |\n| --- | --- | --- | --- |\n{rows}"
