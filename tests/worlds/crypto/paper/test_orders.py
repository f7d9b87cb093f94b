"""An order is sent once, whatever the line does, and its end is known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.worlds.crypto.paper.exchanges import KEYS, QUICK, broken_line, client_of, exchange, orders_at
from worlds.crypto.paper.client import Unreachable, connect
from worlds.crypto.paper.journal import FILE_NAME, Journal
from worlds.crypto.paper.orders import Orders
from worlds.crypto.paper.tickets import Refusal, Standing, Ticket
from worlds.errors import WorldError


def buy(link: str, coins: str, price: str | None = None) -> Ticket:
    limit = None if price is None else Decimal(price)
    return Ticket(link=link, symbol="SOL", side="Buy", quantity=Decimal(coins), price=limit)


def test_an_order_that_fills_at_once_is_over(tmp_path: Path) -> None:
    with exchange() as running:
        standing = orders_at(running, tmp_path).settle(buy("a-1", "2"))
    assert isinstance(standing, Standing)
    assert (standing.state, standing.filled) == ("filled", Decimal(2))
    assert [line["kind"] for line in Journal(tmp_path).lines] == ["intended", "standing"]


def test_what_a_thin_market_fills_of_a_limit_order_is_kept_and_the_rest_is_cancelled(tmp_path: Path) -> None:
    with exchange(depth_usd=150) as running:
        standing = orders_at(running, tmp_path).settle(buy("a-1", "5", "101"))
        assert isinstance(standing, Standing)
        assert (standing.state, standing.filled) == ("cancelled", Decimal("1.4"))
        assert client_of(running).positions() == {"SOL": Decimal("1.4")}
    assert Journal(tmp_path).positions() == {"SOL": Decimal("1.4")}


def test_a_limit_order_that_fills_bar_by_bar_is_followed_to_its_end(tmp_path: Path) -> None:
    with exchange(depth_usd=150) as running:

        def a_bar_later(_: float) -> None:
            running.advance()

        orders = Orders(client_of(running), Journal(tmp_path), sleep=a_bar_later)
        standing = orders.settle(buy("a-1", "2.7", "101"))
    assert isinstance(standing, Standing)
    assert (standing.state, standing.filled) == ("filled", Decimal("2.7"))
    assert [line.get("filled") for line in Journal(tmp_path).lines if line["kind"] == "standing"] == ["1.4", "2.7"]


def test_an_order_whose_answer_was_lost_is_not_doubled(tmp_path: Path) -> None:
    with exchange() as running, broken_line(running, lose_answer_to="/v5/order/create") as address:
        orders = Orders(connect(KEYS, address, seconds=2), Journal(tmp_path), sleep=lambda _: None, patience=QUICK)
        standing = orders.settle(buy("a-1", "2"))
        assert isinstance(standing, Standing)
        assert standing.filled == Decimal(2)
        assert client_of(running).positions() == {"SOL": Decimal(2)}


def test_an_order_of_a_process_that_died_is_found_and_counted(tmp_path: Path) -> None:
    with exchange() as running:
        Journal(tmp_path).intend(buy("a-1", "2"))
        client_of(running).place(buy("a-1", "2"))  # and the process ends before it writes the answer
        (found,) = orders_at(running, tmp_path).recover()
        assert found.filled == Decimal(2)
        assert orders_at(running, tmp_path).reconcile() == []


def test_an_order_that_never_left_is_written_off(tmp_path: Path) -> None:
    Journal(tmp_path).intend(buy("a-1", "2"))
    with exchange() as running:
        assert orders_at(running, tmp_path).recover() == []
        assert client_of(running).positions() == {}
    assert Journal(tmp_path).unsettled() == {}


def test_an_order_that_was_written_off_and_is_sent_after_all_is_on_record_again(tmp_path: Path) -> None:
    Journal(tmp_path).intend(buy("a-1", "2"))
    with exchange() as running:
        orders_at(running, tmp_path).recover()
        orders = orders_at(running, tmp_path)
    with pytest.raises(Unreachable):
        orders.settle(buy("a-1", "2"))
    assert Journal(tmp_path).unsettled() == {"a-1": "SOL"}


def test_an_order_that_still_rests_after_a_restart_is_ended(tmp_path: Path) -> None:
    with exchange(depth_usd=150) as running:
        Journal(tmp_path).intend(buy("a-1", "5", "101"))
        client_of(running).place(buy("a-1", "5", "101"))
        (found,) = orders_at(running, tmp_path).recover()
        assert (found.state, found.filled) == ("cancelled", Decimal("1.4"))
    assert Journal(tmp_path).unsettled() == {}


def test_a_position_that_somebody_else_changed_is_reported_and_taken_over(tmp_path: Path) -> None:
    with exchange() as running:
        orders = orders_at(running, tmp_path)
        orders.settle(buy("a-1", "2"))
        client_of(running).place(buy("by-hand", "1"))
        (difference,) = orders.reconcile()
        assert (difference.symbol, difference.ours, difference.theirs) == ("SOL", Decimal(2), Decimal(3))
        assert orders.reconcile() == []


def test_a_refused_order_is_over_and_on_record(tmp_path: Path) -> None:
    with exchange() as running:
        outcome = orders_at(running, tmp_path).settle(buy("a-1", "100000"))
    assert isinstance(outcome, Refusal)
    assert Journal(tmp_path).unsettled() == {}


def test_an_exchange_that_is_gone_is_an_error_and_the_order_stays_open_in_the_journal(tmp_path: Path) -> None:
    with exchange() as running:
        orders = orders_at(running, tmp_path)
    with pytest.raises(Unreachable):
        orders.settle(buy("a-1", "2"))
    assert Journal(tmp_path).unsettled() == {"a-1": "SOL"}


def test_half_a_line_at_the_end_of_a_journal_is_cut_off(tmp_path: Path) -> None:
    Journal(tmp_path).intend(buy("a-1", "2"))
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"at": "2026')
    journal = Journal(tmp_path)
    journal.intend(buy("a-2", "1"))
    assert list(Journal(tmp_path).unsettled()) == ["a-1", "a-2"]


def test_a_spoilt_line_in_the_middle_names_file_line_and_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('nonsense\n{"kind": "intended"}\n')
    with pytest.raises(WorldError, match=r"orders\.jsonl, line 1: it is not JSON.*new folder by --out"):
        Journal(tmp_path)
