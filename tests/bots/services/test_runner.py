"""Whole runs: real server, real browsers, and everything that happened on disk afterwards."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bots.adapters.otree_server import OTreeServer
from bots.services.cli import RunConfig
from bots.services.runner import run
from market.records import TABLES
from pit import Server
from tests.bots.runs import ENVIRON, document, lines, rows
from tests.lab import KEY, new_session


@pytest.fixture(scope="module")
def played(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """(session, run folder) of three bots that played a session to its end."""
    session, _ = new_session(lab, seats=3, period_seconds=3, result_seconds=1)
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}", seed=5, pace=0.3, out=tmp_path_factory.mktemp("data")
    )
    result = run(config, ENVIRON)
    assert result.ended == "finished"
    return session, result.folder


def test_a_run_leaves_everything_that_it_promises(played: tuple[str, Path]) -> None:
    _, folder = played
    assert folder.name == "run-1"
    named = {path.name for path in folder.iterdir()}
    promised = {"manifest.json", "decisions.jsonl", "run.log", "summary.json", "report.html"}
    assert named == promised | {f"{table}.csv" for table in TABLES}
    assert (folder.parent / "runs.metadata").read_text().count("| run-1 | heuristic | 3 subjects | 3 bots |") == 1


def test_every_order_of_the_tables_was_decided_and_every_acknowledged_one_is_there(played: tuple[str, Path]) -> None:
    _, folder = played
    ordered = {(row["participant"], row["order_id"]) for row in rows(folder, "orders") if row["command"] != "cancel"}
    acknowledged = {
        (line["participant"], str(receipt["order_id"]))
        for line in lines(folder)
        for action, receipt in zip(line["actions"], line["receipts"], strict=False)
        if receipt["status"] in ("accepted", "traded") and action[0] != "cancel"
    }
    assert acknowledged
    assert acknowledged == ordered


def test_the_server_was_told_how_the_bots_did(lab: Server, played: tuple[str, Path]) -> None:
    session, folder = played
    told = csv.DictReader(io.StringIO(OTreeServer(lab.address, key=KEY).table(session, "bots")))
    by_seat = document(folder, "summary.json")["decisions"]["by_seat"]
    assert [
        {name: int(row[name]) for name in ("due", "valid", "repaired", "late", "stale", "failed")} for row in told
    ] == [{name: count for name, count in counts.items() if name != "substituted"} for counts in by_seat.values()]


def test_bots_are_marked_in_the_data(played: tuple[str, Path]) -> None:
    session, folder = played
    people = rows(folder, "participants")
    assert {(row["session"], row["kind"], row["model"]) for row in people} == {(session, "model", "heuristic")}
    assert {(row["participant"], row["trader"]) for row in people} == {
        (line["participant"], line["trader"]) for line in lines(folder)
    }


def test_the_summary_adds_up_with_lines_and_tables(played: tuple[str, Path]) -> None:
    session, folder = played
    summary, turns, trades = document(folder, "summary.json"), lines(folder), rows(folder, "trades")
    assert (summary["kind"], summary["session"], summary["ended"]) == ("lab", session, "finished")
    assert summary["decisions"]["due"] == len(turns) == sum(1 for turn in turns if turn["outcome"])
    for seat, counts in summary["decisions"]["by_seat"].items():
        outcomes = [turn["outcome"] for turn in turns if turn["seat"] == int(seat)]
        assert counts["due"] == len(outcomes)
        assert counts["valid"] == outcomes.count("valid")
    assert summary["trades"] == len(trades)
    assert summary["volume"] == sum(int(trade["quantity"]) for trade in trades)
    assert summary["measures"]["1-1"]["turnover"] >= 0
    assert summary["latencies"]["act"]["p95"] < 2000


def test_turns_of_a_seat_keep_their_order_and_their_pace(played: tuple[str, Path]) -> None:
    _, folder = played
    for seat in (1, 2, 3):
        own = [line for line in lines(folder) if line["seat"] == seat]
        assert [line["turn"] for line in own] == list(range(1, len(own) + 1))
        for period in (1, 2, 3):
            times = [datetime.fromisoformat(line["utc"]) for line in own if line["period"] == period]
            assert all(later - earlier >= timedelta(seconds=0.299) for earlier, later in pairwise(times))


def test_the_manifest_says_how_it_was_made_and_keeps_secrets(played: tuple[str, Path]) -> None:
    session, folder = played
    manifest = document(folder, "manifest.json")
    assert (manifest["session"], manifest["seed"], manifest["treatment"]) == (session, 5, "asset_cda")
    assert manifest["treatment_sha256"] == rows(folder, "markets")[0]["treatment_sha256"]
    assert manifest["versions"]["selenium"]
    assert manifest["versions"]["browser"].startswith("chrom")
    for file in folder.rglob("*"):
        assert KEY.encode() not in file.read_bytes(), file.name
