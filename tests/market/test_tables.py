"""Sentences about the tables a market leaves."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

import pytest

from market.designs import design
from market.events import ClosePeriod, OpenPeriod, Told
from market.exchange import Exchange
from market.records import ABOUT, DECISION_OUTCOMES, TABLES, data_dictionary, names
from market.replay import replay
from market.tables import MarketRecord, Seat, tables
from market.treatments import Role
from tests.market.builders import FOK, IOC, buy, cancel, induced, opened, play, replace, sell, treatment
from tests.market.commands import TREATMENTS, played

KINDS = ("human", "model", "rule")
Rows = list[dict[str, Any]]


def record_of(exchange: Exchange) -> MarketRecord:
    seats = tuple(
        Seat(f"p{number}", trader, KINDS[number % 3], "heuristic" if number % 3 else "")
        for number, trader in enumerate(exchange.accounts, start=1)
    )
    utc = [f"2026-01-01T00:00:{number % 60:02}+00:00" for number in range(len(exchange.events))]
    return MarketRecord("abc", "1-1", 7, exchange, seats, utc)


def table(exchange: Exchange, name: str) -> Rows:
    return tables(record_of(exchange))[name]


def as_read(rows: Rows) -> list[dict[str, str]]:
    """Rows as they come back from a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return list(csv.DictReader(io.StringIO(text.getvalue())))


@pytest.mark.parametrize("name", TREATMENTS)
def test_rows_have_exactly_the_declared_columns_and_types(name: str) -> None:
    types = {"text": str, "integer": int, "number": float, "JSON": str}
    for table_name, rows in tables(record_of(played(TREATMENTS[name], seed=3))).items():
        columns = TABLES[table_name]
        for row in rows:
            assert tuple(row) == names(table_name)
            assert [one.name for one in columns if not isinstance(row[one.name], types[one.type] | None)] == []


def test_every_command_that_was_accepted_is_an_order_row() -> None:
    market = opened()
    play(market, ("T1", sell(60, 3)), ("T2", buy(60, 1)), ("T2", buy(50, 2)), ("T2", replace(3, 55, 4)))
    play(market, ("T1", replace(1, 60, 1)), ("T2", cancel(4)), ("T2", buy(None)))
    market.submit("T2", buy(999), 20)
    asked = ("command", "order_id", "replaces", "side", "price", "quantity", "time_in_force", "traded", "resting")
    assert [tuple(row[name] for name in asked) for row in table(market, "orders")] == [
        ("place", 1, None, "sell", 60, 3, "period", 0, 3),
        ("place", 2, None, "buy", 60, 1, "period", 1, 0),
        ("place", 3, None, "buy", 50, 2, "period", 0, 2),
        ("replace", 4, 3, "buy", 55, 4, "period", 0, 4),
        ("replace", 1, 1, "sell", 60, 1, "period", 0, 1),
        ("cancel", 4, None, "buy", 55, 4, None, 0, 0),
        ("place", 5, None, "buy", None, 1, "period", 1, 0),
    ]


def test_an_order_that_traded_and_cleared_the_book_rests_nowhere() -> None:
    market = opened(treatment(single_unit=True, clear_after_trade=True))
    play(market, ("T1", sell(60)), ("T2", buy(40)), ("T3", buy(60)))
    assert [row["resting"] for row in table(market, "orders")] == [1, 1, 0]


def test_immediate_orders_say_so() -> None:
    market = opened()
    play(market, ("T1", sell(60, 3)), ("T2", buy(60, 1, IOC)), ("T2", buy(60, 1, FOK)))
    assert [row["time_in_force"] for row in table(market, "orders")] == ["period", "ioc", "fok"]


def test_a_trade_row_says_who_of_what_kind_and_against_what_fundamental_value() -> None:
    market = opened(treatment(dividends=(10, 20)))
    play(market, ("T1", sell(60, 3)), ("T2", buy(60, 2)))
    [row] = table(market, "trades")
    assert row == {
        "session": "abc", "market": "1-1", "trade_id": 1, "seq": 3, "period": 1, "seconds": 2.0,
        "utc": "2026-01-01T00:00:02+00:00", "price": 60, "quantity": 2, "aggressor": "buy", "buyer": "T2",
        "seller": "T1", "buyer_participant": "p2", "seller_participant": "p1", "buyer_kind": "rule",
        "seller_kind": "model", "bid_id": 2, "ask_id": 1, "buyer_value": None, "seller_cost": None, "fundamental": 30.0,
    }  # fmt: skip


def test_induced_trades_carry_value_and_cost_and_no_fundamental() -> None:
    market = opened(induced())
    play(market, ("T3", sell(70)), ("T1", buy(70)))
    [row] = table(market, "trades")
    assert (row["buyer_value"], row["seller_cost"], row["fundamental"]) == (100, 40, None)


def test_a_quote_row_is_written_whenever_the_best_prices_or_sizes_change() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)), ("T2", buy(45)), ("T2", sell(60)), ("T3", sell(None)), ("T3", buy(50)))
    market.operate(ClosePeriod(), 30)
    quotes = [
        (row["seq"], row["bid"], row["bid_quantity"], row["ask"], row["ask_quantity"])
        for row in table(market, "quotes")
    ]
    assert quotes == [
        (2, 50, 2, None, None),
        (4, 50, 2, 60, 1),
        (5, 50, 1, 60, 1),
        (6, 50, 2, 60, 1),
        (7, None, None, None, None),
    ]


@pytest.mark.parametrize("name", [name for name, rules in TREATMENTS.items() if rules.institution == "continuous"])
def test_quotes_rebuilt_from_the_log_are_those_of_the_book(name: str) -> None:
    """Each prefix of the log is a market of its own; its last quote row is what its book says."""
    whole = played(TREATMENTS[name], seed=11, number=20)
    market = Exchange(whole.treatment, whole.roles)
    for event in whole.events:
        if event.actor == "market":
            market.operate(event.command, event.seconds)  # type: ignore[arg-type]
        else:
            market.submit(event.actor, event.command, event.seconds)  # type: ignore[arg-type]
        rows = table(market, "quotes")
        last = (rows[-1]["bid"], rows[-1]["ask"]) if rows else (None, None)
        assert last == market.book.quote()


def test_accounts_are_those_at_the_end_of_each_period_after_payments() -> None:
    market = opened(treatment(dividends=(0, 10), interest="1/10", buyback=5))
    play(market, ("T1", sell(50, 2)), ("T2", buy(50, 2)))
    market.operate(ClosePeriod(10))
    market.operate(OpenPeriod())
    market.operate(ClosePeriod(0))
    rows = [row for row in table(market, "accounts") if row["trader"] == "T1"]
    shown = ("period", "cash", "shares", "interest", "dividend", "buyback", "period_profit", "profit")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        (1, 1100 + 110 + 80, 8, 110, 80, 0, None, None),
        (2, 1290 + 129 + 40, 8, 129, 0, 40, None, None),
    ]


def test_accounts_say_what_the_state_was_and_what_each_was_told_of_it() -> None:
    rules = design("plott_sunder_1988")
    market = Exchange(rules, dict.fromkeys(("T1", "T2", "T3"), rules.roles[0]))
    market.operate(OpenPeriod("X", (Told("T1", "not_this", "Y"), Told("T2", "state", "X"))))
    market.operate(ClosePeriod(50))
    told = [(row["trader"], row["state"], row["clue"], row["clue_state"]) for row in table(market, "accounts")]
    assert told == [("T1", "X", "not_this", "Y"), ("T2", "X", "state", "X"), ("T3", "X", "", "")]


def test_trades_are_compared_with_the_value_to_who_knows_the_state() -> None:
    rules = design("plott_sunder_1988").with_changes(periods=2, markets=1, practice_periods=0)
    market = Exchange(rules, dict.fromkeys(("T1", "T2"), rules.roles[0]))
    for state, dividend in (("Z", 490), ("X", 50)):
        market.operate(OpenPeriod(state))
        play(market, ("T1", sell(200)), ("T2", buy(200)))
        market.operate(ClosePeriod(dividend))
    # Nobody knows the second period's state in the first: 490 + 223.50, then 50.
    assert [row["fundamental"] for row in table(market, "trades")] == [713.5, 50.0]


def test_accounts_say_who_is_bankrupt() -> None:
    market = opened(treatment(short_limit=9, bankrupt="stop", dividends=(0, 200)), traders=2)
    play(market, ("T1", sell(1, 19)), ("T2", buy(1, 19)))
    market.operate(ClosePeriod(200))
    assert [(row["trader"], row["cash"], row["bankrupt"]) for row in table(market, "accounts")] == [
        ("T1", 1000 + 19 - 9 * 200, 1),
        ("T2", 1000 - 19 + 29 * 200, 0),
    ]


def test_accounts_of_induced_markets_show_the_profit_of_the_period_and_of_the_market() -> None:
    market = opened(induced())
    for _ in range(2):
        play(market, ("T3", sell(70)), ("T1", buy(70)))
        market.operate(ClosePeriod())
        if market.period == 1:
            market.operate(OpenPeriod())
    rows = [row for row in table(market, "accounts") if row["trader"] == "T1"]
    assert [(row["period_profit"], row["profit"]) for row in rows] == [(30, 30), (30, 60)]


@pytest.mark.parametrize("name", TREATMENTS)
def test_the_tables_agree_with_each_other_and_with_the_accounts(name: str) -> None:
    market = played(TREATMENTS[name], seed=5)
    all_rows = tables(record_of(market))
    last = {row["trader"]: row for row in all_rows["accounts"] if row["period"] == market.period}
    for row in all_rows["participants"]:
        account = market.accounts[str(row["trader"])]
        assert (row["final_cash"], row["final_shares"], row["earnings"]) == (
            account.cash,
            account.shares,
            account.earnings,
        )
        assert (last[row["trader"]]["cash"], last[row["trader"]]["shares"]) == (account.cash, account.shares)
    placing = ("place", "sheet")
    placed = [row["trader"] for row in all_rows["orders"] if row["command"] in placing and row["order_id"]]
    assert {row["trader"]: row["orders"] for row in all_rows["participants"]} == {
        trader: placed.count(trader) for trader in market.accounts
    }
    assert len(all_rows["trades"]) == len(market.trades)


def test_the_market_row_has_all_that_is_needed_to_do_the_log_again() -> None:
    market = opened(induced())
    [row] = table(market, "markets")
    assert json.loads(row["document"])["name"] == "test"
    assert json.loads(row["roles"])["T3"] == {**asdict(Role(name="seller")), "values": [], "costs": [40, 60]}
    assert (row["treatment_sha256"], row["seed"], row["state_hash"]) == (
        market.treatment.sha256(),
        7,
        market.state_hash(),
    )


@pytest.mark.parametrize("name", TREATMENTS)
def test_a_market_read_back_from_its_tables_replays_identically(name: str) -> None:
    market = played(TREATMENTS[name], seed=8)
    rows = {table_name: as_read(list(rows)) for table_name, rows in tables(record_of(market)).items()}
    [again] = replay(rows["markets"], rows["events"], rows["trades"])
    assert again == ("abc", "1-1", len(market.events), len(market.trades), market.state_hash(), "")


@pytest.mark.parametrize(
    ("table_name", "change", "difference"),
    [
        ("trades", {"price": "61"}, "Trade 1: price was recorded as 61, comes out as 60."),
        ("trades", {"buyer": "T4"}, "Trade 1: buyer was recorded as T4, comes out as T2."),
        ("trades", None, "0 trades were recorded, 1 come out of the log."),
        ("events", {"command": '["open"]'}, "Event 3 cannot be done again: OpenPeriod is not possible"),
        ("events", {"outcomes": "[]"}, "Event 3 came out differently when done again"),
        ("events", None, "1 trades were recorded, 0 come out of the log."),
        ("markets", {"state_hash": "0" * 16}, "The state was recorded as 0000000000000000, comes out as"),
        ("markets", {"document": "{}"}, "name: it is missing"),
    ],
)
def test_a_changed_table_is_noticed(table_name: str, change: dict[str, str] | None, difference: str) -> None:
    market = opened()
    play(market, ("T1", sell(60)), ("T2", buy(60)))
    rows = {name: as_read(list(of)) for name, of in tables(record_of(market)).items()}
    if change is None:
        rows[table_name].pop()
    else:
        rows[table_name][-1] |= change
    [again] = replay(rows["markets"], rows["events"], rows["trades"])
    assert again.difference.startswith(difference)


def test_the_data_dictionary_has_every_table_and_every_column() -> None:
    text = data_dictionary()
    assert list(ABOUT) == list(TABLES)
    for name, columns in TABLES.items():
        assert f"## {name}.csv" in text
        assert all(
            f"| {column.name} | {column.type} | {column.unit} | {column.meaning} |" in text for column in columns
        )


def test_columns_have_a_known_type_a_meaning_and_a_name_of_their_own() -> None:
    for name, columns in TABLES.items():
        assert {column.type for column in columns} <= {"text", "integer", "number", "JSON"}
        assert all(column.meaning for column in columns)
        assert len(set(names(name))) == len(columns)
        assert names(name)[:2] == ("session", "market")


def test_a_decision_ends_in_one_of_five_ways() -> None:
    assert DECISION_OUTCOMES == ("valid", "repaired", "late", "stale", "failed")
