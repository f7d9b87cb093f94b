"""The experimenter's buttons on a running session: each does what it says and is in the log, or says why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from market.events import Phase
from pit import Server
from tests.lab import Seat, new_session, own_treatment
from tests.otree_app.test_live import open_market, play

Story = Coroutine[object, object, None]


async def press(server: Server, session: str, do: str, **details: object) -> dict[str, Any]:
    """The answer, also where it is a refusal."""
    body = {"do": do, **details}
    try:
        return dict(await asyncio.to_thread(server.ask, f"/api/openpit/operate/{session}", body))
    except HTTPError as refusal:
        return {"status": refusal.code, **json.loads(refusal.read())}


async def log_of(server: Server, session: str) -> str:
    return await asyncio.to_thread(text_of, server, "events", session)


def text_of(server: Server, table: str, session: str) -> str:
    """A table as the export page gives it."""
    asked = urlencode({"app": "otree_app", "function_name": f"custom_export_{table}", "session_code": session})
    address = f"{server.address}/api/export_app_custom?{asked}"
    with urlopen(Request(address, headers={"otree-rest-key": server.key}), timeout=60) as answer:
        return str(answer.read().decode("utf-8-sig"))


def test_a_pause_stops_everybody_tells_why_and_can_be_lifted(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            assert await press(lab, ann.session, "pause", reason="A question at seat 3") == {
                "done": ["1-1"],
                "refused": {},
            }
            paused = await ann.phase("paused")
            assert paused["host"]["note"] == "A question at seat 3"
            assert (await ann.place("buy", 10))["code"] == "paused"
            await press(lab, ann.session, "resume", reason="answered")
            assert (await ann.place("buy", 10))["status"] == "accepted"
            log = await log_of(lab, ann.session)
            assert "A question at seat 3" in log
            assert "answered" in log

    play(story())


def test_a_message_reaches_every_page_and_those_that_come_later(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, _):
            await press(lab, ann.session, "tell", text="Please be quiet.")
            for page in (ann, bob):
                news = await page.until(lambda one: one.get("host", {}).get("messages"))
                assert news["host"]["messages"][0][1] == "Please be quiet."
            async with Seat(lab, ann.name) as again:
                first = await again.until(lambda one: one["type"] == "snapshot")
                assert first["host"]["messages"][0][1] == "Please be quiet."

    play(story())


def test_a_period_gets_more_time(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab, period_seconds=30.0) as (ann, *_):
            await press(lab, ann.session, "extend", seconds=600)
            longer = await ann.until(lambda one: one["type"] == "snapshot" and (one["host"]["remaining"] or 0) > 31)
            assert 600 < longer["host"]["remaining"] <= 630

    play(story())


def test_a_period_ends_early_and_pays_its_dividend(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            before = (await ann.view()).holdings.cash
            await press(lab, ann.session, "close_period", reason="nobody trades")
            closed = await ann.phase("closed")
            [period] = closed["view"]["history"]
            assert closed["view"]["holdings"]["cash"] == before + period[5] * closed["view"]["holdings"]["shares"]

    play(story())


def test_end_and_pay_ends_the_market_and_all_later_ones_by_the_treatments_rule(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab, **own_treatment(lab, markets=3)) as (ann, *_):
            mine = (await ann.view()).holdings
            answer = await press(lab, ann.session, "end_and_pay", reason="a fire alarm")
            assert answer["done"] == ["1-1", "2-1", "3-1"]
            final = await ann.phase("finished")
            assert final["view"]["holdings"]["cash"] == mine.cash + mine.shares * 150
            await until_finished(lab, ann.session)

    play(story())


async def until_finished(server: Server, session: str) -> None:
    while not (await asyncio.to_thread(server.ask, f"/api/openpit/session/{session}"))["finished"]:
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"do": "explode"}, 400, "do"),
        ({"do": "extend"}, 400, "seconds"),
        ({"do": "extend", "seconds": -5}, 400, "seconds"),
        ({"do": "extend", "seconds": "nan"}, 400, "seconds"),
        ({"do": "tell", "text": "  "}, 400, "text"),
        ({"do": "pause", "market": "9-9"}, 400, "9-9"),
        ({"do": "pause", "colour": "red"}, 400, "colour"),
        ({"do": "resume"}, 409, "open"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(lab: Server, body: dict[str, Any], status: int, words: str) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, *_):
            refusal = await press(lab, ann.session, **body)
            assert refusal["status"] == status
            assert words in refusal["error"]

    play(story())


def test_nobody_presses_buttons_without_key_or_login(lab: Server) -> None:
    session, _ = new_session(lab, seats=2)
    stranger = Server(lab.folder, lab.port, "wrong key")
    with pytest.raises(HTTPError) as refusal:
        stranger.ask(f"/api/openpit/operate/{session}", {"do": "pause"})
    assert refusal.value.code in (401, 403)


def test_buttons_where_nobody_is_there_say_that_no_market_runs(lab: Server) -> None:
    async def story() -> None:
        session, _ = new_session(lab, seats=2)
        assert (await press(lab, session, "pause"))["error"] == "No market is running."

    play(story())


def test_a_market_that_is_ended_while_it_waits_is_cancelled(lab: Server) -> None:
    async def story() -> None:
        session, codes = new_session(lab, seats=2)
        async with Seat(lab, codes[0]) as ann:
            assert (await ann.view()).phase is Phase.WAITING
            await press(lab, session, "end_and_pay", reason="too few came")
            await ann.phase("finished", period=0)
            await until_finished(lab, session)
        state = await asyncio.to_thread(lab.ask, f"/api/openpit/session/{session}")
        assert [market["cancelled"] for market in state["markets"]] == [True]

    play(story())


def test_the_experimenter_starts_a_market_with_those_who_are_there_and_it_is_on_record(lab: Server) -> None:
    async def story() -> None:
        session, codes = new_session(lab, seats=3)
        async with Seat(lab, codes[0]) as ann:
            assert (await ann.view()).phase is Phase.WAITING
            assert "Too few are there" in (await press(lab, session, "start"))["error"]
            async with Seat(lab, codes[1]) as bob:
                assert (await bob.view()).phase is Phase.WAITING
                assert (await press(lab, session, "start"))["done"] == ["1-1"]
                await ann.phase("open")
                assert "The market has started" in (await press(lab, session, "start"))["error"]
        assert "Started by the experimenter" in await log_of(lab, session)

    play(story())
