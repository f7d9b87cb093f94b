"""What is taken away from a session: safe in a spreadsheet, pseudonymous, whole, and erasable."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests

from market.designs import design
from market.events import OpenPeriod
from market.exchange import Exchange
from market.orders import PlaceOrder, Side
from market.records import TABLES
from market.session_records import SESSION_TABLES
from market.tables import Freeze
from market.tables import Seat as SeatOf
from otree_app import snapshot
from otree_app.cells import as_csv, safe
from otree_app.live_market import restored
from otree_app.snapshot import Material, made
from otree_app.store import Head, Stored
from pit import Server
from tests.lab import Seat, new_session, running_lab
from tests.otree_app.test_monitor import KEYED, arrive, state, table

Tables = dict[str, list[dict[str, str]]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", [-5, -0.5, None, "", "T4", "a=b", '["place","buy"]', True])
def test_numbers_and_plain_text_stay_as_they_are(value: object) -> None:
    assert safe(value) == value


def test_a_table_reads_back_as_it_was_written() -> None:
    rows: list[list[object]] = [["name", "value"], ["a, b", 'say "hi"\nthere'], [None, 3]]
    assert list(csv.reader(io.StringIO(as_csv(rows)))) == [["name", "value"], ["a, b", 'say "hi"\nthere'], ["", "3"]]


def bundle(server: Server, session: str, **asked: str) -> dict[str, str]:
    """The files of a session's archive by name."""
    address = f"{server.address}/openpit/export/{session}.zip"
    reply = requests.get(address, asked, headers={KEYED: server.key}, timeout=20)
    assert reply.headers["cache-control"] == "no-store"
    with ZipFile(io.BytesIO(reply.content)) as files:
        return {name.removeprefix(f"{session}/"): files.read(name).decode() for name in files.namelist()}


def traded(server: Server) -> tuple[str, list[str]]:
    """A session of two in which something was bought."""
    code, seats = new_session(server, seats=2, period_seconds=60.0)

    async def story() -> None:
        async with Seat(server, seats[0]) as ann, Seat(server, seats[1]) as bob:
            await ann.phase("open")
            await ann.place("buy", 100, 2)
            await bob.place("sell", 100)

    asyncio.run(asyncio.wait_for(story(), 30))
    wait_for_both_to_be_gone(server, code)
    return code, seats


def wait_for_both_to_be_gone(server: Server, session: str) -> None:
    """Their going is in the log, too."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        commands = [json.loads(row["command"]) for row in table(server, "events", session)]
        if sum(command[0] == "presence" and not command[2] for command in commands) == 2:
            return
        time.sleep(0.05)
    raise AssertionError("the seats are still there")


def test_the_archive_has_every_table_as_the_exports_have_it(lab: Server) -> None:
    code, _ = traded(lab)
    files = bundle(lab, code)
    assert files.keys() >= {"about.txt", "dictionary.md", "freezes/1.json"}
    for name in (*TABLES, *SESSION_TABLES):
        if name != "identities":
            assert list(csv.DictReader(io.StringIO(files[f"{name}.csv"]))) == table(lab, name, code), name
        assert f"## {name}.csv" in files["dictionary.md"]
    assert len(list(csv.DictReader(io.StringIO(files["trades.csv"])))) == 1


def test_who_people_are_is_in_one_table_that_has_to_be_asked_for(lab: Server) -> None:
    code, seats = traded(lab)
    arrive(lab, seats[0], "=Ann")
    files = bundle(lab, code)
    assert "identities.csv" not in files
    assert not [name for name, text in files.items() if "Ann" in text or seats[0] in text]
    [ann, _] = csv.DictReader(io.StringIO(bundle(lab, code, identities="1")["identities.csv"]))
    assert (ann["participant"], ann["code"], ann["label"]) == ("P1", seats[0], "'=Ann")


def test_who_is_erased_is_gone_and_the_log_still_holds(lab: Server) -> None:
    code, seats = traded(lab)
    arrive(lab, seats[0], "Ann")
    before = {name: table(lab, name, code) for name in ("events", "markets", "trades")}
    assert lab.ask(f"/api/openpit/erase/{code}", {"participant": seats[0]})["removed"] == ["label", "time_started_utc"]
    assert [row["participant"] for row in table(lab, "identities", code)] == ["P2"]
    assert "Ann" not in json.dumps(bundle(lab, code, identities="1")) + json.dumps(state(lab, code))
    assert {name: table(lab, name, code) for name in before} == before
    [erasure] = table(lab, "erasures", code)
    assert (erasure["participant"], json.loads(erasure["removed"])) == ("P1", ["label", "time_started_utc"])
    database = sqlite3.connect(lab.folder / "db.sqlite3")
    assert database.execute("select label from otree_participant where code = ?", seats[:1]).fetchall() == [(None,)]


def test_a_market_that_cannot_be_done_again_is_named_and_breaks_no_other(tmp_path: Path) -> None:
    with running_lab(tmp_path) as server:
        bad, _ = traded(server)
        good, _ = traded(server)
        server.stop()
        with sqlite3.connect(server.folder / "db.sqlite3") as database:
            spoilt = "update otree_app_marketevent set command = '[\"resume\"]' where seq = 2 and head_id = 1"
            assert database.execute(spoilt).rowcount == 1
        server.start()
        everything = requests.get(
            f"{server.address}/api/export_app_custom",
            {"app": "otree_app", "function_name": "custom_export_trades"},
            headers={KEYED: server.key},
            timeout=20,
        ).text.splitlines()
        assert [line.split(",")[0] for line in everything[2:]] == [good]
        assert everything[1].lstrip('"').startswith(f"# market 1-1 of session {bad} is left out: Event 2")
        [market] = table(server, "markets", bad)
        assert market["error"].startswith("Event 2")
        assert table(server, "markets", good)[0]["error"] == ""
        assert len(table(server, "events", bad)) >= 4
        assert state(server, bad)["figures"] is None
        assert bundle(server, bad)["orders.csv"].splitlines()[1].lstrip('"').startswith("# market 1-1")


def test_a_log_is_done_again_only_when_it_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    treatment = design("asset_cda")
    roles = {"T1": treatment.roles[0], "T2": treatment.roles[1]}
    exchange = Exchange(treatment, roles)
    folds = list[int]()

    def counted(head: Head, stored: Sequence[Stored]) -> Exchange:
        folds.append(len(stored))
        return restored(head, stored)

    def material(stored: Sequence[Stored], *kinds: str) -> Material:
        head = Head(treatment.canonical(), json.dumps({name: asdict(role) for name, role in roles.items()}), "[]")
        seats = tuple(SeatOf(f"P{number}", f"T{number}", kind) for number, kind in enumerate(kinds, start=1))
        return Material(-1, "abc", "1-1", 7, head, stored, seats, Freeze())

    monkeypatch.setattr(snapshot, "restored", counted)
    exchange.operate(OpenPeriod())
    stored = [Stored(line, 0.0, "") for line in exchange.log()]
    assert made(material(stored, "human", "human")) is made(material(stored, "human", "human"))
    assert made(material(stored, "human", "model")).tables["participants"][1]["kind"] == "model"
    exchange.submit("T1", PlaceOrder(Side.BUY, 50), 1.0)
    grown = [Stored(line, 0.0, "") for line in exchange.log()]
    assert len(made(material(grown, "human", "model")).tables["orders"]) == 1
    assert folds == [1, 2]
