"""Sessions that come, go and clash: each market is its own, results come in the end, and mistakes get a remedy."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.error import HTTPError

import pytest
from websockets.legacy.client import connect

from market.events import Phase
from pit import ROOT, Server
from tests.lab import Seat, new_session, own_treatment, running_lab

DELETE = "/delete_sessions"


async def delete(server: Server, session: str) -> None:
    """As the admin's page does it."""
    cookie = await asyncio.to_thread(admin_cookie, server)
    async with connect(f"ws://127.0.0.1:{server.port}{DELETE}", extra_headers={"Cookie": cookie}) as socket:
        await socket.send(json.dumps([session]))
        await asyncio.wait_for(socket.recv(), 5)


def admin_cookie(server: Server) -> str:
    import requests

    with requests.Session() as browser:
        page = browser.get(f"{server.address}/login").text
        token = page.split('name="csrftoken" value="')[1].split('"')[0]
        password = server.environment["OTREE_ADMIN_PASSWORD"]
        browser.post(f"{server.address}/login", {"csrftoken": token, "username": "admin", "password": password})
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def test_a_new_session_never_plays_in_the_market_of_a_deleted_one(tmp_path: Path) -> None:
    async def story(server: Server) -> None:
        old, codes = new_session(server, seats=2, period_seconds=60.0)
        async with Seat(server, codes[0]) as ann, Seat(server, codes[1]):
            await ann.phase("open")
            await ann.place("buy", 77)
        await delete(server, old)
        _, codes = new_session(server, seats=3, period_seconds=60.0)
        async with Seat(server, codes[0]) as bea:
            view = await bea.view()
            assert (view.phase, view.seq, view.bids) == (Phase.WAITING, 0, ())

    with running_lab(tmp_path) as server:
        asyncio.run(asyncio.wait_for(story(server), 40))


def test_a_market_does_not_open_for_nobody(lab: Server) -> None:
    async def story() -> None:
        _, codes = new_session(lab, seats=2, period_seconds=60.0)
        async with Seat(lab, codes[0]) as early:
            await early.view()
        await asyncio.sleep(0.2)
        async with Seat(lab, codes[0]) as later:
            assert (await later.view()).phase is Phase.WAITING

    asyncio.run(asyncio.wait_for(story(), 20))


@pytest.mark.parametrize("identity", ["\ud800", "a\u0000b", "é"])
def test_an_id_that_no_database_takes_is_refused(lab: Server, identity: str) -> None:
    async def story() -> None:
        _, codes = new_session(lab, seats=2, period_seconds=60.0)
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]):
            await ann.phase("open")
            await ann.send(json.dumps({"id": identity, "do": "place", "side": "buy", "price": 5}))
            refusal = await ann.until(lambda one: one["type"] == "ack")
            assert refusal["receipt"]["code"] == "bad_message"
            assert (await ann.place("buy", 6))["status"] == "accepted"

    asyncio.run(asyncio.wait_for(story(), 20))


def test_more_bots_and_people_than_seats_make_no_session(lab: Server) -> None:
    with pytest.raises(HTTPError) as refusal:
        new_session(lab, seats=3, humans=2, bots=2)
    assert "2 people and 2 bots are announced for 3 seats" in refusal.value.read().decode()


def test_a_rule_trader_that_does_not_exist_makes_no_session(lab: Server) -> None:
    with pytest.raises(HTTPError) as refusal:
        new_session(lab, seats=2, **own_treatment(lab, absence={"dropout_trader": "zip2"}))
    assert "absence.dropout_trader: unknown trader 'zip2'; known: fundamental," in refusal.value.read().decode()


def test_each_seat_is_shown_its_own_clue_and_the_state_when_the_period_has_ended(lab: Server) -> None:
    async def story() -> None:
        changes = {"practice_periods": 0, "markets": 1, "period_seconds": 2.0}
        _, codes = new_session(lab, seats=4, **own_treatment(lab, "plott_sunder_1988", **changes))
        async with AsyncExitStack() as all_seats:
            seats = [await all_seats.enter_async_context(Seat(lab, code)) for code in codes]
            views = [(await seat.phase("open"))["view"] for seat in seats]
            ended = [(await seat.phase("finished"))["view"] for seat in seats]
        told = [view["clue"]["state"] for view in views]
        assert all(view["clue"]["kind"] == "not_this" for view in views)
        assert sorted(told.count(state) for state in set(told)) == [2, 2]
        assert [view["history"][0][-1] for view in views] == [""] * 4
        [state] = {view["history"][0][-1] for view in ended}
        assert {*told, state} == {"X", "Y", "Z"}
        assert [view["clue"] for view in ended] == [None] * 4

    asyncio.run(asyncio.wait_for(story(), 30))


def test_a_server_in_production_does_not_start_without_its_secrets(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTREE_")}
    environment |= {"OTREE_PRODUCTION": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "import settings"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "needs OTREE_ADMIN_PASSWORD, OTREE_SECRET_KEY, OTREE_AUTH_LEVEL" in done.stderr
