"""A session of the lab, people and models on a real server, done again without it: the same trades, to the byte."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bots.adapters.llm import Request, Scripted
from bots.services.cli import RunConfig
from bots.services.runner import run
from pit import Server
from simulation.__main__ import main
from simulation.recording import RecordedRun
from simulation.replay import replay
from tests.bots.agents.models import intends, sensible
from tests.lab import Seat, new_session

ENVIRON = {"OTREE_REST_KEY": "rest-key-of-the-tests"}
TREATMENT = """
name = "short"
title = "Short"
periods = 2
period_seconds = 6
result_seconds = 2
decision_seconds = 3
dividends = [0, 10, 20]
buyback = 100

[[roles]]
name = "trader"
cash = 2000
shares = 5
"""
SEATS = '2 = "sensible"\n3 = "slicing"\n4 = "noise"\n'


def slicing(request: Request) -> Mapping[str, Any]:
    """Wants two shares more or two fewer, by turns, and leaves the trading to its execution policy."""
    if request.facts["asked"] == "reflection":
        return {"insights": "slices get filled", "plans": "go on"}
    side = "buy" if request.facts["view"].seq % 2 else "sell"
    return intends(side=side, quantity=2, urgency="high", horizon_seconds=2)


def reads(request: Request) -> Mapping[str, Any]:
    return {"insights": "x", "plans": "y"} if request.facts["asked"] == "reflection" else sensible(request)


async def a_person(server: Server, participant: str) -> None:
    """Trades in both periods: quotes, takes, cancels and replaces."""
    async with Seat(server, participant) as seat:
        for period in (1, 2):
            await seat.phase("open", period)
            for price in (118, 122, 126):
                await asyncio.sleep(0.7)
                await seat.place("buy", price)
                offered = await seat.place("sell", price + 2)
                await seat.command(do="cancel", order_id=offered.get("order_id") or 1)
                await seat.place("sell", None)
            await seat.phase("finished" if period == 2 else "closed", period)


@pytest.fixture(scope="module")
def recorded(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a session of one person, two scripted models and a rule trader."""
    out = tmp_path_factory.mktemp("recorded")
    (out / "short.toml").write_text(TREATMENT)
    (out / "seats.toml").write_text(SEATS)
    session, codes = new_session(lab, "custom", seats=4, treatment_file=str(out / "short.toml"))
    player = Thread(target=lambda: asyncio.run(asyncio.wait_for(a_person(lab, codes[0]), 90)), daemon=True)
    player.start()
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}",
        model="mixed",
        models_by_seat=out / "seats.toml",
        num_bots=3,
        seed=3,
        pace=0.4,
        execution="twap",
        reflection="period",
        out=out,
        timeout_minutes=2,
    )
    result = run(config, ENVIRON, local={"sensible": Scripted(reads), "slicing": Scripted(slicing)})
    player.join(10)
    assert result.folder
    return result.folder


def test_a_recorded_session_gives_the_same_trades_to_the_byte(recorded: Path) -> None:
    run = RecordedRun(recorded)
    done = replay(run)
    assert done.differences == []
    assert done.trades == (recorded / "trades.csv").read_bytes().decode()
    kinds = {kind for one in run.markets for kind in (seat.kind for seat in one.seats)}
    assert kinds == {"human", "model", "rule"}
    assert len(done.trades.splitlines()) > 5


def test_every_decision_comes_out_of_its_reply_and_its_view(recorded: Path) -> None:
    done = replay(RecordedRun(recorded))
    assert len(done.verdicts) > 20
    assert all(one.agrees for one in done.verdicts)
    asked = [one for one in done.verdicts if one.prompt is not None]
    assert asked
    assert all(one.prompt for one in asked)


def test_the_command_says_so(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(recorded)]) == 0
    assert "Identical: trades.csv comes out byte for byte" in capsys.readouterr().out


def changed(folder: Path, copy: Path, name: str, change: Callable[[str], str]) -> Path:
    shutil.copytree(folder, copy)
    file = copy / name
    file.write_bytes(change(file.read_bytes().decode()).encode())
    return copy


def another_reply(text: str) -> str:
    """The first reply that led to an order, with another price."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        said = json.loads(line["raw"])
        if said.get("actions") and said["actions"][-1]["price"]:
            said["actions"][-1]["price"] += 1
            line["raw"] = json.dumps(said)
            break
    return "".join(json.dumps(line) + "\n" for line in lines)


def another_decision(text: str) -> str:
    lines = text.splitlines(keepends=True)
    number = next(n for n, one in enumerate(lines) if '"place"' in one and '"accepted"' in one)
    line = json.loads(lines[number])
    line["actions"], line["receipts"] = [], []
    return "".join([*lines[:number], json.dumps(line) + "\n", *lines[number + 1 :]])


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("llm_calls.jsonl", another_reply, "was recorded"),
        ("decisions.jsonl", another_decision, "was recorded"),
        ("trades.csv", lambda text: text.replace(",buy,", ",sell,", 1), "trades.csv, line"),
        ("events.csv", lambda text: text.rsplit("\n", 2)[0] + "\n", "the end of the log is missing"),
    ],
)
def test_a_record_that_was_changed_is_told(
    name: str, change: Callable[[str], str], says: str, recorded: Path, tmp_path: Path, capsys: Any
) -> None:
    copy = changed(recorded, tmp_path / "copy", name, change)
    assert main(["replay", str(copy)]) == 1
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["events.csv", "markets.csv", "trades.csv", "decisions.jsonl", "manifest.json", "llm_calls.jsonl"]
)
def test_a_folder_that_lacks_something_says_what(name: str, recorded: Path, tmp_path: Path, capsys: Any) -> None:
    shutil.copytree(recorded, tmp_path / "copy")
    (tmp_path / "copy" / name).unlink()
    assert main(["replay", str(tmp_path / "copy")]) == 2
    assert f"{name} is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("markets.csv", lambda text: text.replace("state_hash", "stat_hash"), "columns are missing: state_hash"),
        ("markets.csv", lambda text: text.replace('""periods""', '""periodz""'), "cannot be read"),
        ("events.csv", lambda text: text.replace(",1,0.0,", ",one,0.0,", 1), "cannot be read"),
        ("decisions.jsonl", lambda text: text.replace('"view_seq"', '"seq"'), "lacks view_seq"),
        ("decisions.jsonl", lambda text: text.replace("{", "", 1), "line 1: it is no JSON"),
    ],
)
def test_a_folder_that_cannot_be_read_says_where(
    name: str, change: Callable[[str], str], says: str, recorded: Path, tmp_path: Path, capsys: Any
) -> None:
    copy = changed(recorded, tmp_path / "copy", name, change)
    assert main(["replay", str(copy)]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "/nowhere"]) == 2
    assert "there is no such folder" in capsys.readouterr().err
