"""The README's first command, run whole: a person beside bots, on a real server, and a folder that tells all of it."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from selenium.webdriver.common.keys import Keys

from market.records import TABLES
from pit import Server
from requirements.install import Stop
from tests.lab import KEY, free_port
from tests.person import Person, person

ROOT = Path(__file__).resolve().parent.parent
DEMO = [sys.executable, str(ROOT / "pit.py"), "demo"]


@dataclass
class Demo:
    """A demo that has ended: what it printed, its run folder and its server's database."""

    code: int
    lines: list[str]
    out: Path

    @property
    def folder(self) -> Path:
        (line,) = [line for line in self.lines if line.startswith("Run folder: ")]
        return Path(line.removeprefix("Run folder: "))

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def document(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())

    def decisions(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "decisions.jsonl").read_text().splitlines()]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        (database,) = self.out.glob("servers/*/db.sqlite3")
        return sqlite3.connect(database).execute(query).fetchall()


def take_part(subject: Person, link: str) -> None:
    """Play one seat as a person would: read, type, use the keyboard, click."""
    subject.driver.get(link)
    subject.see("1-instructions")
    assert "Trader 1" in subject.text("body")
    subject.click(".otree-btn-next")
    subject.wait_for_phase("open")
    offer_by_keyboard(subject)
    buy_by_click(subject)
    be_refused(subject)
    subject.wait_for_phase("closed")
    subject.see("6-period-result")
    subject.wait_for_page("Results")
    subject.see("7-results")


def be_paid(subject: Person) -> None:
    """The bots are through when the market is; the server waits for the person."""
    time.sleep(3)
    subject.click(".otree-btn-next")
    subject.wait_for_page("Payment")
    subject.see("8-payment")


def offer_by_keyboard(subject: Person) -> None:
    subject.press("s")
    subject.fill("#op-price", "900")
    subject.press(Keys.ENTER)
    subject.wait_for(lambda: subject.count("#op-orders tr") == 1)
    subject.see("2-offered")
    subject.press(Keys.ESCAPE)
    subject.driver.execute_script("document.activeElement.blur()")
    subject.press("x")
    subject.wait_for(lambda: subject.count("#op-orders tr") == 0)
    subject.see("3-taken-back")


def buy_by_click(subject: Person) -> None:
    before = subject.holdings()["shares"]
    subject.wait_for(lambda: subject.driver.find_element("id", "op-buy-now").is_enabled())
    subject.click("#op-buy-now")
    subject.wait_for(lambda: subject.holdings()["shares"] != before)
    subject.see("4-bought")


def be_refused(subject: Person) -> None:
    subject.press("b")
    subject.fill("#op-price", "999")
    subject.fill("#op-quantity", "500")
    subject.click("#op-send")
    subject.wait_for(lambda: "Not placed" in subject.text("#op-message"))
    subject.see("5-refused")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A session of one person and three bots, from the command to its end."""
    out = tmp_path_factory.mktemp("demo")
    wish = ["--humans", "1", "--bots", "3", "--period-seconds", "9", "--port", str(free_port()), "--out", str(out)]
    environment = {**os.environ, "OTREE_REST_KEY": KEY}
    process = subprocess.Popen([*DEMO, *wish], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    assert process.stdout
    lines = []
    with person("demo") as subject:
        for line in process.stdout:
            lines.append(line.rstrip())
            if link := re.match(r"Seat 1, for a person: (\S+)", line):
                take_part(subject, link.group(1))
            if line.startswith("Waiting for people"):
                be_paid(subject)
    return Demo(process.wait(30), lines, out)


def test_the_demo_ends_by_itself_and_names_its_folder(demo: Demo) -> None:
    assert demo.code == 0
    assert re.fullmatch(r".*debug-runs/run-1", str(demo.folder))


def test_the_server_waits_for_the_person_and_all_tables_are_kept(demo: Demo) -> None:
    assert demo.lines[-2].startswith("Waiting for people")
    with ZipFile(demo.lines[-1].removeprefix("All tables of the session: ")) as files:
        (name,) = [name for name in files.namelist() if name.endswith("/payments.csv")]
        lines = list(csv.DictReader(files.read(name).decode().splitlines()))
    (stored,) = demo.rows("select payment from otree_app_player where kind = 'human' and payment <> ''")
    paid = [(line[0], line[2]) for line in json.loads(stored[0])]
    assert [(line["part"], int(line["cents"]) if line["cents"] else None) for line in lines] == paid


def test_every_table_is_there_with_its_columns(demo: Demo) -> None:
    for name, columns in TABLES.items():
        with (demo.folder / f"{name}.csv").open(newline="") as file:
            assert next(csv.reader(file)) == [column.name for column in columns], name


def test_the_folder_agrees_with_the_servers_database(demo: Demo) -> None:
    assert [(int(row["seq"]), row["hash"]) for row in demo.table("events")] == demo.rows(
        "select seq, hash from otree_app_marketevent order by seq"
    )
    stored = dict(demo.rows("select trader, final_cash from otree_app_player where trader is not null"))
    assert {row["trader"]: int(row["final_cash"]) for row in demo.table("participants")} == stored


def test_the_tables_agree_with_each_other(demo: Demo) -> None:
    participants, trades, orders = demo.table("participants"), demo.table("trades"), demo.table("orders")
    assert trades
    for seat in participants:
        mine = [trade for trade in trades if seat["trader"] in (trade["buyer"], trade["seller"])]
        assert int(seat["trades"]) == len(mine)
        assert int(seat["orders"]) == sum(
            (order["trader"], order["command"]) == (seat["trader"], "place") for order in orders
        )
    assert sum(int(seat["final_shares"]) for seat in participants) == sum(
        int(one["endowed_shares"]) for one in participants
    )


def test_people_and_bots_are_marked(demo: Demo) -> None:
    kinds = {row["trader"]: (row["kind"], row["model"]) for row in demo.table("participants")}
    assert kinds == {"T1": ("human", ""), **dict.fromkeys(("T2", "T3", "T4"), ("model", "heuristic"))}


def test_every_order_of_a_bot_goes_back_to_a_decision(demo: Demo) -> None:
    decided = {
        (turn["trader"], receipt["order_id"])
        for turn in demo.decisions()
        for receipt in turn["receipts"]
        if receipt["status"] != "refused"
    }
    ordered = {(row["trader"], int(row["order_id"])) for row in demo.table("orders") if row["kind"] == "model"}
    assert ordered <= decided


def test_decisions_add_up(demo: Demo) -> None:
    counts = demo.document("summary.json")["decisions"]
    assert counts["due"] == len(demo.decisions()) > 0
    assert counts["due"] == sum(counts[outcome] for outcome in ("valid", "repaired", "late", "stale", "failed"))


def test_the_manifest_freezes_what_was_run(demo: Demo) -> None:
    manifest, market = demo.document("manifest.json"), demo.table("markets")[0]
    assert manifest["treatment_sha256"] == market["treatment_sha256"]
    assert manifest["session"] == market["session"]


def test_the_key_is_in_no_file(demo: Demo) -> None:
    for path in demo.out.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert KEY.encode() not in path.read_bytes(), path


def test_the_log_replays_headless_to_the_same_trades_and_hash(demo: Demo) -> None:
    replay = [sys.executable, "-m", "market", "replay", str(demo.folder)]
    done = subprocess.run(replay, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "identical" in done.stdout


def test_the_person_is_in_the_data(demo: Demo) -> None:
    mine = [row for row in demo.table("orders") if row["trader"] == "T1"]
    assert [row["command"] for row in mine] == ["place", "cancel", "place"]
    assert int(mine[2]["traded"]) == 1


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (["--bots", "none"], "expected a whole number from 1"),
        (["--period-seconds", "-3"], "expected a number of seconds above 0"),
        (["--treatment", "tulips"], "Unknown treatment 'tulips'. Known: asset_cda"),
        (["--treatment", "smith_1962"], "smith_1962 is played by 22 seats"),
        (["--colour", "blue"], "unrecognized arguments"),
    ],
)
def test_a_wrong_option_gets_the_remedy(wish: list[str], said: str, tmp_path: Path) -> None:
    command = [*DEMO, *wish, "--port", str(free_port()), "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "debug-runs").exists()


def test_a_taken_port_gets_the_remedy(lab: Any, tmp_path: Path) -> None:
    command = [*DEMO, "--port", str(lab.port), "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {lab.port} is taken" in done.stderr


def test_a_server_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = Server(tmp_path, free_port(), "key")
    (tmp_path / "server.log").write_text("Traceback (most recent call last):\nImportError: no such thing\n\n")
    server.process = subprocess.Popen([sys.executable, "-c", ""])
    server.process.wait()
    with pytest.raises(Stop, match=r"last words: ImportError: no such thing\n.*server\.log"):
        server.wait()
