"""A model whose key fails while the market is open, where the treatment says that the session then stops."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import requests

from bots.adapters.llm import Failure, Request, Scripted
from bots.agents.stand_in import StandIn
from bots.services.cli import RunConfig
from bots.services.runner import RunResult, run
from pit import Server
from tests.bots.runs import ENVIRON, lines, rows
from tests.lab import new_session, own_treatment

GOOD_TURNS = 2
REASON = "The model failing is out of reach: bad_key: the key was withdrawn"


def failing() -> Scripted:
    """Good for pages and for a few turns."""
    turns: list[Request] = []

    def say(request: Request) -> Any:
        if request.facts["asked"] != "turn":
            return StandIn(Random)(request.facts)
        turns.append(request)
        no_key = Failure(kind="bad_key", message="the key was withdrawn")
        return {"reasoning": "I wait"} if len(turns) <= GOOD_TURNS else no_key

    return Scripted(say)


def played(lab: Server, folder: Path, policy: str) -> tuple[str, RunResult]:
    """(session, result) of a market of one model and two rule traders, for a few seconds more than it would last."""
    changes = own_treatment(lab, period_seconds=7, result_seconds=1, periods=2, absence={"out_of_reach": policy})
    session, _ = new_session(lab, seats=3, **changes)
    by_seat = folder / "seats.toml"
    by_seat.write_text('1 = "failing"\n2 = "noise"\n3 = "heuristic"')
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}",
        model="mixed",
        models_by_seat=by_seat,
        pace=0.3,
        seed=1,
        out=folder,
        timeout_minutes=0.75,
    )
    return session, run(config, ENVIRON, local={"failing": failing()})


def commands(folder: Path) -> list[list[Any]]:
    """What the host did, in order."""
    return [json.loads(row["command"]) for row in rows(folder, "events") if row["actor"] == "market"]


def test_the_market_pauses_with_the_reason_shown_and_waits_for_a_person(lab: Server, tmp_path: Path) -> None:
    session, result = played(lab, tmp_path, "pause")
    assert result.ended == "timeout"
    done = [one for one in commands(result.folder) if one[0] in ("pause", "close", "end", "resume")]
    assert done == [["pause", REASON]]
    [market] = lab.ask(f"/api/openpit/session/{session}")["markets"]
    assert market["phase"] == "paused"
    after = [line for line in lines(result.folder) if line["model"] != "failing"]
    assert {line["outcome"] for line in after} <= {"valid", "stale"}
    assert f"Reason: {REASON}" in (result.folder / "run.log").read_text()


def test_the_market_ends_and_everybody_is_told_what_is_paid(lab: Server, tmp_path: Path) -> None:
    session, result = played(lab, tmp_path, "end")
    assert result.ended == "finished"
    assert commands(result.folder)[-1] == ["end", REASON]
    [market] = lab.ask(f"/api/openpit/session/{session}")["markets"]
    assert market["phase"] == "finished"
    for row in rows(result.folder, "participants"):
        page = requests.get(f"{lab.address}/InitializeParticipant/{row['participant']}", timeout=10)
        assert "/otree_app/Payment/" in page.url
