"""The tables that a session leaves beside those of its markets: answers, bots, freezes; identities apart. No data."""

from __future__ import annotations

from collections.abc import Mapping

from market.records import KIND, MARKET, MODEL, PARTICIPANT, SESSION, TRADER, Column, integer, text
from market.records import data_dictionary as market_dictionary
from market.records import section as section

MOMENT = text("utc", "UTC time stamp (ISO 8601)")

ANSWERS = (
    SESSION,
    integer("round", "", "oTree's round: the number of the market"),
    PARTICIPANT,
    TRADER,
    KIND,
    text("name", "which question: the name of the field"),
    text("value", "the answer as it was stored; a table or list as JSON"),
)

BOTS = (
    SESSION,
    PARTICIPANT,
    KIND,
    MODEL,
    text("run", "name of the runner's folder"),
    text("utc", "when the runner told it, in UTC (ISO 8601)"),
    integer("due", "", "decisions that were due"),
    integer("valid", "", "decisions made and taken by the market"),
    integer("repaired", "", "decisions whose reply had to be mended first"),
    integer("late", "", "decisions that missed their time"),
    integer("stale", "", "decisions on a book that had moved; refused"),
    integer("failed", "", "decisions that could not be made"),
    Column("cost_usd", "number", "US dollars", "what the model's calls cost; empty where its price is not known"),
)

FREEZES = (
    SESSION,
    MARKET,
    integer("number", "", "which configuration of the session, from 1"),
    text("utc", "when it was registered, in UTC (ISO 8601)"),
    integer("after_seq", "", "events of the market before it; 0 for what was registered before it opened"),
    text("freeze_sha256", "SHA-256 of the document"),
    Column("document", "JSON", "", "treatments, what the session changed, kind, model and prompts of each seat"),
)

PAYMENTS = (
    SESSION,
    PARTICIPANT,
    integer("line", "", "number of the line in the person's payment, from 1"),
    text("part", "market, forecasts, exchange, fee, risk, reflection, waiting, or floor: made up to the fee"),
    integer("ticks", "ticks", "earned in the market's currency; what is paid of it is exchanged in one sum"),
    integer("cents", "cents", "money; a person is paid the sum of these where paid is 1"),
    integer("market", "", "which of the markets that pay, from 1; empty for other parts"),
    integer("period", "", "the period that was drawn for pay; empty where all are paid"),
    integer("paid", "", "1 where the line is paid, 0 where another one was drawn"),
    integer("row", "", "of the risk task: the row that was drawn to be played; what was chosen in it is in answers"),
    integer("number", "", "of the risk task: drawn from 1 to 10, up to the row's number the high amount is paid"),
)

ERASURES = (
    SESSION,
    PARTICIPANT,
    MOMENT,
    Column("removed", "JSON", "", "names of what was removed"),
)

IDENTITIES = (
    SESSION,
    PARTICIPANT,
    text("code", "oTree's code of the participant: the end of the start link"),
    text("label", "participant label: of the lab, or the Prolific id"),
    text("started_utc", "when the participant opened the first page, in UTC"),
)

SESSION_TABLES: Mapping[str, tuple[Column, ...]] = {
    "answers": ANSWERS,
    "bots": BOTS,
    "freezes": FREEZES,
    "payments": PAYMENTS,
    "erasures": ERASURES,
    "identities": IDENTITIES,
}

SESSION_ABOUT: Mapping[str, str] = {
    "answers": "One row for each question of the pages that a participant answered.",
    "bots": "One row for each seat that a runner plays, with the last counts that it told; another run has its own.",
    "freezes": "One row for each market and configuration: what was registered, and how far the market was.",
    "payments": "One row for each line of each person's payment; bots and who declined are paid nothing.",
    "erasures": "One row for each participant who was erased.",
    "identities": "One row for each participant who was not erased. It undoes the pseudonyms: keep it apart.",
}


def data_dictionary() -> str:
    """All tables of markets and sessions as Markdown."""
    own = (section(table, SESSION_ABOUT[table], columns) for table, columns in SESSION_TABLES.items())
    return "\n".join([market_dictionary(), *own])
