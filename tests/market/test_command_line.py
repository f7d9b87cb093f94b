"""Sentences about `python -m market`."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from market.__main__ import main
from market.custom import treatment_from_toml, treatment_to_toml
from market.designs import DESIGNS, design
from market.events import ClosePeriod
from market.exchange import Exchange
from market.records import names
from market.session_records import data_dictionary
from market.tables import tables
from market.treatments import TreatmentError
from tests.market.builders import buy, opened, play, sell, treatment
from tests.market.test_tables import record_of

CUSTOM = """
base = "asset_cda"
name = "my_market"
title = "Mine"
periods = 5
interest = "1/20"
credit_limit = "unlimited"

[[roles]]
name = "trader"
cash = 1000
shares = 4
"""


def written(folder: Path, text: str) -> str:
    path = folder / "my_market.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def exported(folder: Path, market: Exchange) -> Path:
    """A folder with the tables of a market."""
    for name, rows in tables(record_of(market)).items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, names(name))
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    market = opened()
    play(market, ("T1", sell(60)), ("T2", buy(60)))
    return exported(tmp_path, market)


def test_a_custom_treatment_changes_what_it_names_and_keeps_the_rest() -> None:
    custom, base = treatment_from_toml(CUSTOM), design("asset_cda")
    assert (custom.name, custom.periods, custom.credit_limit, len(custom.roles)) == ("my_market", 5, None, 1)
    assert (custom.dividends, custom.period_seconds) == (base.dividends, base.period_seconds)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_shipped_treatment_written_as_toml_reads_back_the_same(name: str) -> None:
    assert treatment_from_toml(treatment_to_toml(design(name))) == design(name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("periods 3", "This is not TOML: Expected '=' after a key"),
        ("name = my_market", "This is not TOML: Invalid value (at line 1, column 8). Text goes in quotes"),
        ("", "name: it is missing; add name = ...\ntitle: it is missing"),
        ('base = "asset_cda"', "name: expected a name of its own for what changes asset_cda; add name = "),
        ('base = "nothing"\nname = "x"', "Unknown treatment 'nothing'. Known: asset_cda,"),
        ('base = 3\nname = "x"', "Unknown treatment '3'."),
        ('base = "asset_cda"\nname = "x"\nperods = 3', "perods: there is no such field; did you mean 'periods'?"),
        ('base = "asset_cda"\nname = "x"\n[[roles]]\ncash = 3', "roles.0.name: it is missing; add name = ..."),
    ],
)
def test_a_mistake_in_a_file_is_named_with_the_field_and_the_fix(text: str, problem: str) -> None:
    with pytest.raises(TreatmentError) as caught:
        treatment_from_toml(text)
    assert str(caught.value).startswith(problem)


def test_check_accepts_a_good_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", written(tmp_path, CUSTOM)]) == 0
    assert (
        "my_market.toml: fine.\nmy_market            Mine: 5 periods, any number of seats." in capsys.readouterr().out
    )


def test_check_names_file_field_and_fix_on_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, CUSTOM.replace("periods = 5", "periods = 0\ntick = 3"))
    assert main(["check", path]) == 2
    assert [line.split(": ")[:2] for line in capsys.readouterr().err.splitlines()] == [
        [path, "tick"],
        [path, "periods"],
    ]


def test_check_counts_the_seats_of_fixed_schedules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", written(tmp_path, 'base = "smith_1962"\nname = "x"\nhumans = 20\nbots = 1')]) == 2
    assert "x is played by 22 seats, or a multiple of 22, not 21." in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    assert main(["check", str(tmp_path / "nowhere.toml")]) == 2
    assert main(["check", str(tmp_path / "latin.toml")]) == 2
    assert main(["check", str(tmp_path)]) == 2
    missing, latin, folder = capsys.readouterr().err.splitlines()
    assert missing.endswith("nowhere.toml: there is no such file.")
    assert "latin.toml: it cannot be read as UTF-8 text" in latin
    assert "it cannot be read as UTF-8 text" in folder


def test_list_has_a_line_for_each_treatment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(DESIGNS)


@pytest.mark.parametrize("name", DESIGNS)
def test_show_prints_what_check_accepts(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", name]) == 0
    assert main(["check", written(tmp_path, capsys.readouterr().out)]) == 0


def test_show_says_what_theory_predicts(capsys: pytest.CaptureFixture[str]) -> None:
    main(["show", "smith_1962"])
    main(["show", "asset_cda"])
    out = capsys.readouterr().out
    assert "# Competitive equilibrium: prices 2.00 to 2.00, 6 units, surplus 7.50 a period." in out
    assert "# Fundamental value by period: 150, 100, 50." in out


def test_show_names_the_known_treatments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "smith"]) == 2
    assert "Unknown treatment 'smith'. Known: asset_cda" in capsys.readouterr().err


def test_the_dictionary_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dictionary"]) == 0
    assert capsys.readouterr().out == data_dictionary() + "\n"


def test_a_recorded_market_replays_identically(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(run_folder)]) == 0
    line = capsys.readouterr().out
    assert line.startswith("abc 1-1: 3 events, 1 trades, hash ")
    assert line.endswith(", identical\n")


def test_a_replay_that_differs_says_so_and_fails(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trades = run_folder / "trades.csv"
    trades.write_text(trades.read_text().replace(",60,1,buy,", ",61,1,buy,"))
    assert main(["replay", str(run_folder)]) == 1
    assert "Trade 1: price was recorded as 61, comes out as 60." in capsys.readouterr().out


def test_a_replay_names_what_is_missing(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run_folder / "trades.csv").write_text("session,market\n")
    assert main(["replay", str(run_folder)]) == 2
    (run_folder / "events.csv").unlink()
    assert main(["replay", str(run_folder)]) == 2
    columns, file = capsys.readouterr().err.splitlines()
    assert "trades.csv: columns are missing: trade_id, seq," in columns
    assert file.endswith("events.csv: there is no such file.")


def test_the_end_of_a_crowded_period_is_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    market = opened(treatment(open_orders=10_000, credit_limit=None))
    for _ in range(3000):
        play(market, ("T1", buy(50)))
    market.operate(ClosePeriod())
    assert len(market.log()[-1].outcomes) > 131_072
    assert main(["replay", str(exported(tmp_path, market))]) == 0
    assert "identical" in capsys.readouterr().out


def test_the_module_runs_as_a_command() -> None:
    done = subprocess.run([sys.executable, "-m", "market", "list"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("asset_cda")
    wrong = subprocess.run([sys.executable, "-m", "market", "jump"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
