"""Reading folders: what is there, and what is said of what is not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.read import ReadError, Recording, recordings
from market.designs import design
from market.records import TABLES, names
from tests.folders import write_csv, write_decisions, write_tables
from tests.headless import Played, play


@pytest.fixture(scope="module")
def played() -> Played:
    return play(design("asset_cda"), ["heuristic"] * 4, seed=2, turns=60)


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    return write_tables(tmp_path, played)


def test_every_table_comes_back_with_its_columns_and_types(folder: Path, played: Played) -> None:
    recording = Recording(folder)
    for name in TABLES:
        assert list(recording.table(name).columns) == list(names(name))
    trades = recording.table("trades")
    assert trades["price"].tolist() == [trade.price for trade in played.exchange.trades]
    assert trades["price"].dtype == "Int64"
    assert trades["buyer_value"].isna().all()


def test_a_market_comes_back_with_its_treatment_and_roles(folder: Path, played: Played) -> None:
    [market] = Recording(folder).markets()
    assert market.treatment == played.exchange.treatment
    assert market.roles == played.exchange.roles


def test_rows_are_told_apart_by_market(played: Played, tmp_path: Path) -> None:
    recording = Recording(write_tables(tmp_path, played, played))
    first, second = recording.markets()
    assert (first.market, second.market) == ("1-1", "2-1")
    assert len(first.rows(recording.table("trades"))) == len(played.exchange.trades)


def test_a_market_for_practice_is_recorded_but_not_measured(played: Played, tmp_path: Path) -> None:
    folder = write_tables(tmp_path, played, played)
    table = pd.read_csv(folder / "markets.csv")
    table.loc[0, "practice"] = 1
    table.to_csv(folder / "markets.csv", index=False)
    assert [one.market for one in Recording(folder).markets()] == ["2-1"]


def test_a_missing_folder_file_or_column_is_named(folder: Path) -> None:
    with pytest.raises(ReadError, match="no-such-run: there is no such folder"):
        Recording(folder / "no-such-run")
    (folder / "quotes.csv").unlink()
    with pytest.raises(ReadError, match=r"quotes\.csv: there is no such file"):
        Recording(folder).table("quotes")
    pd.read_csv(folder / "trades.csv").drop(columns=["price", "seller"]).to_csv(folder / "trades.csv", index=False)
    with pytest.raises(ReadError, match=r"trades\.csv: columns are missing: price, seller\."):
        Recording(folder).table("trades")


def test_a_cell_of_a_wrong_type_is_an_error_that_names_the_file(folder: Path) -> None:
    text = (folder / "accounts.csv").read_text().replace("rich in cash,", "rich in cash,much ", 1)
    (folder / "accounts.csv").write_text(text)
    with pytest.raises(ReadError, match=r"accounts\.csv: it is not the table expected"):
        Recording(folder).table("accounts")


def test_a_table_may_be_empty_and_a_trader_may_be_called_na(folder: Path) -> None:
    write_csv(folder / "trades.csv", names("trades"), [])
    assert Recording(folder).table("trades").empty
    text = (folder / "participants.csv").read_text().replace("codeT1,", "NA,")
    (folder / "participants.csv").write_text(text)
    assert "NA" in Recording(folder).table("participants")["participant"].tolist()


def test_a_treatment_that_cannot_be_read_is_an_error_that_names_the_market(folder: Path) -> None:
    text = (folder / "markets.csv").read_text().replace('""periods"":3', '""periods"":-3')
    (folder / "markets.csv").write_text(text)
    with pytest.raises(ReadError, match=r"markets\.csv: market 1-1: its treatment cannot be read: periods: "):
        Recording(folder).markets()


def test_a_last_decision_cut_short_is_left_out(folder: Path) -> None:
    write_decisions(folder, {"T1": ["valid", "late"]})
    with (folder / "decisions.jsonl").open("a") as file:
        file.write('{"seat": 1, "outc')
    assert [line["outcome"] for line in Recording(folder).decisions()] == ["valid", "late"]


DECISION = '{"seat": 1, "trader": "T1", "model": "noise", "outcome": "valid"}\n'


@pytest.mark.parametrize("line", ["[1]", '{"seat": 1}'])
def test_a_line_that_is_no_decision_is_named(folder: Path, line: str) -> None:
    (folder / "decisions.jsonl").write_text(f"{DECISION}{line}\n")
    with pytest.raises(ReadError, match=r"decisions\.jsonl: line 2: expected an object with seat, trader, model"):
        list(Recording(folder).decisions())


@pytest.mark.parametrize("document", ["3", "[]", '["kind"]'])
def test_a_summary_that_is_no_object_is_an_error(folder: Path, document: str) -> None:
    (folder / "summary.json").write_text(document)
    with pytest.raises(ReadError, match=r"summary\.json: line 1: expected an object, got"):
        Recording(folder).document("summary.json")


def test_a_folder_named_twice_counts_once_and_a_sweep_for_each_run_that_is_done(tmp_path: Path) -> None:
    for name, file in (("a", "manifest.json"), ("b", "manifest.json"), ("half", "summary.json")):
        (tmp_path / "cells" / name).mkdir(parents=True)
        (tmp_path / "cells" / name / file).write_text("{}")
    found = recordings([tmp_path, tmp_path / "cells" / "a", tmp_path / "cells" / ".." / "cells" / "b"])
    assert [one.folder.resolve().name for one in found] == ["a", "b"]


def test_simulated_sessions_of_the_same_seed_are_two_and_a_labs_session_read_twice_is_one(tmp_path: Path) -> None:
    played = play(design("asset_cda"), ["noise"] * 4, seed=1, turns=20)
    folders = [write_tables(tmp_path / name, played, session="sim1") for name in "ab"]
    assert len({Recording(one).markets()[0].unit for one in folders}) == 1
    for one in folders:
        (one / "summary.json").write_text('{"kind": "simulation"}')
    assert len({Recording(one).markets()[0].unit for one in folders}) == 2


def test_a_broken_line_of_decisions_is_named(folder: Path) -> None:
    (folder / "decisions.jsonl").write_text(DECISION + "oh\n")
    with pytest.raises(ReadError, match=r"decisions\.jsonl: line 2 is no JSON"):
        list(Recording(folder).decisions())


def test_a_folder_without_bots_has_no_decisions_and_no_summary(folder: Path) -> None:
    assert list(Recording(folder).decisions()) == []
    assert Recording(folder).document("summary.json") == {}
