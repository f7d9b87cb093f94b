"""What a runner tells of its bots: checked, kept over a restart, part of the frozen configuration."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from otree_app.reports import report_from
from pit import Server
from tests.lab import Seat, new_session, own_treatment, running_lab
from tests.otree_app.test_monitor import state, table

PROMPTS = "a" * 64


def report(seat: str, **counts: Any) -> dict[str, Any]:
    one = {"kind": "model", "model": "gpt-4o", "id": "gpt-4o-2024-08-06", **counts}
    return {"run": "run-1", "prompts_sha256": PROMPTS, "seats": {seat: one}, "cost_usd": 0.25, "budget_usd": 10}


def post(server: Server, session: str, body: object) -> None:
    server.ask(f"/api/openpit/report/{session}", body)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"seats": {"abc": {"kind": "human", "model": ""}}}, "seats.abc.kind"),
        ({"seats": {"abc": {"kind": "model", "model": "m", "due": -1}}}, "seats.abc.due"),
        ({"seats": {"abc": {"kind": "model", "model": "m", "due": 1, "valid": 2}}}, "at least the sum"),
        ({"seats": {"abc": {"kind": "model", "model": "m" * 201}}}, "seats.abc.model"),
        ({"cost_usd": float("nan")}, "cost_usd"),
        ({"prompts_sha256": "<script>"}, "prompts_sha256"),
        ({"run": ""}, "run"),
        ({"key": "secret"}, "key"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_in_words(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        report_from({"run": "run-1", "seats": {}, **wrong})


def test_a_report_of_somebody_elses_seat_is_refused(lab: Server) -> None:
    code, _ = new_session(lab)
    with pytest.raises(HTTPError) as refusal:
        post(lab, code, report("nobody"))
    assert "Not of this session: nobody" in refusal.value.read().decode()


def test_the_last_report_outlives_the_server(tmp_path: Path) -> None:
    with running_lab(tmp_path) as server:
        code, seats = new_session(server)
        post(server, code, report(seats[2], due=2, valid=1))
        post(server, code, report(seats[2], due=5, valid=3, late=1, failed=1))
        server.stop()
        server.start()
        shown = state(server, code)
        assert shown["seats"][2]["bot"]["due"] == 5
        assert shown["seats"][2]["model"] == "gpt-4o"
        assert (shown["runners"][0]["cost_usd"], shown["runners"][0]["budget_usd"]) == (0.25, 10)
        [row] = table(server, "bots", code)
        assert (row["participant"], row["due"], row["late"], row["cost_usd"]) == (seats[2], "5", "1", "")


def frozen(server: Server, session: str) -> str:
    return table(server, "markets", session)[0]["freeze_sha256"]


def test_the_same_design_has_the_same_hash_and_any_change_another(lab: Server) -> None:
    one, other = new_session(lab), new_session(lab)
    assert frozen(lab, one[0]) == frozen(lab, other[0])
    assert frozen(lab, new_session(lab, period_seconds=61.0)[0]) != frozen(lab, one[0])
    post(lab, one[0], report(one[1][0]))
    assert frozen(lab, one[0]) != frozen(lab, other[0])
    post(lab, other[0], report(other[1][0]) | {"prompts_sha256": "b" * 64})
    assert frozen(lab, one[0]) != frozen(lab, other[0])
    post(lab, other[0], report(other[1][0]))
    assert frozen(lab, one[0]) == frozen(lab, other[0])


def test_the_hash_is_that_of_the_document_beside_it(lab: Server) -> None:
    code, seats = new_session(lab)
    post(lab, code, report(seats[0]))
    rows = table(lab, "freezes", code)
    assert [row["number"] for row in rows] == ["1", "2"]
    for row in rows:
        assert hashlib.sha256(row["document"].encode()).hexdigest() == row["freeze_sha256"]
    assert json.loads(rows[-1]["document"])["seats"]["1"] == {
        "kind": "model", "model": "gpt-4o", "id": "gpt-4o-2024-08-06", "prompts_sha256": PROMPTS,
    }  # fmt: skip


def test_counts_alone_change_no_configuration(lab: Server) -> None:
    code, seats = new_session(lab)
    for due in range(3):
        post(lab, code, report(seats[0], due=due, valid=due))
    assert len(table(lab, "freezes", code)) == 2


def test_data_that_came_after_another_configuration_is_marked(lab: Server) -> None:
    async def story() -> None:
        code, seats = new_session(lab, seats=2, period_seconds=60.0)
        async with Seat(lab, seats[0]) as ann, Seat(lab, seats[1]):
            await ann.phase("open")
            await ann.place("buy", 50)
            before = frozen(lab, code)
            events = len(table(lab, "events", code))
            await asyncio.to_thread(post, lab, code, report(seats[1]))
            await ann.place("buy", 51)
            [market] = table(lab, "markets", code)
            assert (market["freeze_sha256"], market["freeze_changes"]) == (before, "1")
            assert table(lab, "freezes", code)[-1]["after_seq"] == str(events)
            assert state(lab, code)["freeze"]["changes"] == 1

    asyncio.run(asyncio.wait_for(story(), 40))


@pytest.mark.parametrize("disclosure", ["how_many", "which"])
@pytest.mark.parametrize("address", ["seats", "report"])
def test_bots_that_people_were_not_told_of_are_refused_where_their_number_is_told(
    lab: Server, disclosure: str, address: str
) -> None:
    code, seats = new_session(lab, seats=3, bots=1, **own_treatment(lab, bot_disclosure=disclosure))
    lab.ask(f"/api/openpit/{address}/{code}", report_or_mark(address, seats[2]))
    with pytest.raises(HTTPError) as refusal:
        lab.ask(f"/api/openpit/{address}/{code}", report_or_mark(address, seats[1]))
    assert refusal.value.code == 409
    assert "P2: the instructions say" in json.loads(refusal.value.read())["error"]
    kinds = {one["code"]: one["kind"] for one in lab.ask(f"/api/openpit/session/{code}")["participants"]}
    assert [kinds[seat] for seat in seats] == ["human", "human", "model"]


def report_or_mark(address: str, seat: str) -> dict[str, Any]:
    return report(seat) if address == "report" else {"seats": {seat: {"kind": "model", "model": "gpt-4o"}}}
