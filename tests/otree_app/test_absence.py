"""People who come late, vanish and come back, on a real server: what the others and they themselves see of it."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest

from pit import Server
from tests.lab import Seat, new_session, own_treatment
from tests.otree_app.test_live import open_market, play

Message = dict[str, Any]


def absent(dropout: str, **more: object) -> dict[str, Any]:
    return {"absence": {"dropout": dropout, "dropout_seconds": 0.3, **more}}


def host(message: Message) -> Message:
    return dict(message.get("host") or {})


async def state(server: Server, session: str) -> Message:
    return dict(await asyncio.to_thread(server.ask, f"/api/openpit/session/{session}"))


def mark(server: Server, session: str, **kinds: str) -> None:
    seats = {code: {"kind": kind, "model": ""} for code, kind in kinds.items()}
    server.ask(f"/api/openpit/seats/{session}", {"seats": seats})


def test_a_market_pauses_for_who_is_away_and_goes_on_when_they_are_back(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab, **own_treatment(lab, **absent("pause"))) as (ann, bob, _):
            await bob.socket.close()
            paused = await ann.phase("paused")
            assert "lost the connection" in paused["host"]["note"]
            ann.messages.clear()
            async with Seat(lab, bob.name):
                again = await ann.phase("open")
                assert again["host"]["note"] == ""
                assert (await ann.place("buy", 10))["status"] == "accepted"

    play(story())


def test_a_market_ends_by_the_treatments_rule_when_somebody_stays_away(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab, **own_treatment(lab, **absent("end"))) as (ann, bob, _):
            await bob.socket.close()
            final = await ann.phase("finished")
            assert final["view"]["holdings"]["cash"] in (1050 + 3 * 150, 450 + 7 * 150)
            assert "lost the connection for too long" in final["host"]["note"]

    play(story())


def test_a_rule_plays_the_seat_of_who_is_away_and_hands_it_back(lab: Server) -> None:
    async def story() -> None:
        config = own_treatment(lab, period_seconds=40.0, decision_seconds=1, **absent("takeover"))
        async with open_market(lab, **config | {"period_seconds": 0}) as (ann, bob, _):
            await bob.socket.close()
            await ann.until(lambda one: one["type"] == "update" and (one["levels"]["bids"] or one["levels"]["asks"]))
            async with Seat(lab, bob.name) as again:
                back = await again.until(lambda one: host(one).get("handed_back"))
                assert not back["host"]["taken_over"]
                quiet = (await again.view()).seq
                await asyncio.sleep(1.8)
                assert (await again.view()).seq == quiet, "nobody else plays a seat whose owner is there"
                assert (await again.place("buy", 10))["status"] == "accepted"

    play(story())


def test_others_see_how_many_people_are_away_but_not_who(lab: Server) -> None:
    async def story() -> None:
        async with open_market(lab) as (ann, bob, _):
            ann.messages.clear()
            await bob.socket.close()
            news = await ann.until(lambda one: host(one).get("away"))
            assert news["host"]["away"] == 1
            assert bob.name not in str(ann.messages)

    play(story())


def test_a_market_that_not_all_came_to_is_cancelled_and_the_wait_is_on_record(lab: Server) -> None:
    async def story() -> None:
        config = own_treatment(lab, ready_seconds=1, markets=2, absence={"late": "cancel"})
        session, codes = new_session(lab, seats=3, **config)
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]):
            await ann.phase("finished", period=0)
            while not (await state(lab, session))["finished"]:
                await asyncio.sleep(0.05)
        assert [one["cancelled"] for one in (await state(lab, session))["markets"]] == [True, True]
        rows = await asyncio.to_thread(waits, lab, codes)
        assert rows[codes[0]] >= 0.9
        assert rows[codes[2]] == 0

    play(story())


def waits(server: Server, codes: list[str]) -> dict[str, float]:
    with sqlite3.connect(server.folder / "db.sqlite3") as database:
        found = database.execute(
            "select otree_participant.code, waited_seconds from otree_app_player join otree_participant"
            " on otree_participant.id = participant_id where round_number = 1"
        )
        return {code: seconds for code, seconds in found if code in codes}


def test_bots_do_not_start_without_the_people_they_wait_for(lab: Server) -> None:
    async def story() -> None:
        session, codes = new_session(lab, seats=3, **own_treatment(lab, ready_seconds=0.5))
        await asyncio.to_thread(mark, lab, session, **{codes[1]: "model", codes[2]: "rule"})
        async with Seat(lab, codes[1]) as bot, Seat(lab, codes[2]):
            await asyncio.sleep(1.5)
            assert (await bot.view()).phase.value == "waiting"
            async with Seat(lab, codes[0]):
                await bot.phase("open")

    play(story())


def test_nobody_waits_for_people_any_more_when_the_last_seat_is_marked_as_a_bots(lab: Server) -> None:
    async def story() -> None:
        session, codes = new_session(lab, seats=3, **own_treatment(lab, ready_seconds=0.5))
        await asyncio.to_thread(mark, lab, session, **{codes[1]: "rule", codes[2]: "rule"})
        async with Seat(lab, codes[1]) as bot, Seat(lab, codes[2]):
            await asyncio.sleep(0.7)
            assert (await bot.view()).phase.value == "waiting"
            await asyncio.to_thread(mark, lab, session, **{codes[0]: "rule"})
            await bot.phase("open")

    play(story())


def test_a_bot_is_no_faster_than_its_least_reaction_time_and_people_are_not_held(lab: Server) -> None:
    async def story() -> None:
        config = own_treatment(lab, bot_reaction_seconds=0.8, period_seconds=60)
        session, codes = new_session(lab, seats=2, **config)
        await asyncio.to_thread(mark, lab, session, **{codes[1]: "rule"})
        clock = asyncio.get_running_loop().time
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]) as bot:
            for seat in (ann, bot):
                await seat.phase("open")
            began = clock()
            assert (await ann.place("buy", 10))["status"] == "accepted"
            assert clock() - began < 0.5
            began = clock()
            assert (await bot.place("sell", 10))["status"] == "traded"
            assert 0.6 < clock() - began < 1.6
        held = await asyncio.to_thread(holds, lab)
        assert max(held) > 0.5

    play(story())


def holds(server: Server) -> list[float]:
    with sqlite3.connect(server.folder / "db.sqlite3") as database:
        return [held for (held,) in database.execute("select held from otree_app_marketevent")]


def test_a_seat_has_at_most_eight_pages_and_the_oldest_goes(lab: Server) -> None:
    async def story() -> None:
        _, codes = new_session(lab, seats=2)
        pages = [await Seat(lab, codes[0]).__aenter__() for _ in range(9)]
        await asyncio.wait_for(pages[0].socket.wait_closed(), 5)
        assert pages[0].socket.close_code == 4429
        assert (await pages[1].view()).phase.value == "waiting"
        for page in pages[1:]:
            await page.__aexit__()

    play(story())


def test_forecasts_are_asked_before_the_period_and_end_when_all_have_answered(lab: Server) -> None:
    async def story() -> None:
        config = own_treatment(lab, forecasts={"horizons": [0, 2], "seconds": 60})
        _, codes = new_session(lab, seats=2, **config)
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]) as bob:
            asked = await ann.phase("forecast", period=0)
            assert 50 < asked["host"]["remaining"] <= 60
            assert (await ann.view()).forecast_targets == (1, 3)
            assert (await ann.command(do="forecast", prices=[100, 90]))["status"] == "accepted"
            assert (await ann.view()).phase.value == "forecast"
            assert (await bob.command(do="forecast", prices=[120, 80]))["status"] == "accepted"
            await ann.phase("open")

    play(story())


@pytest.mark.parametrize("present", [True, False])
def test_the_session_state_says_who_is_there(lab: Server, present: bool) -> None:
    async def story() -> None:
        session, codes = new_session(lab, seats=2)
        async with Seat(lab, codes[0]) as ann:
            await ann.view()
            people = {one["code"]: one for one in (await state(lab, session))["participants"]}
            assert people[codes[0] if present else codes[1]]["present"] is present
            assert people[codes[0]]["kind"] == "human"

    play(story())
