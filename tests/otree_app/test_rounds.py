"""A session of several markets: practice first, who meets whom, and rounds that are not played."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from random import Random
from typing import Any
from urllib.error import HTTPError

import pytest

from market.designs import design
from market.treatments import TreatmentError
from otree_app.rounds import plan
from otree_app.setup import matched
from pit import Server
from tests.lab import Seat, new_session, own_treatment
from tests.otree_app.test_live import play
from tests.otree_app.test_operate import text_of


def markets_of(server: Server, session: str) -> list[dict[str, Any]]:
    return list(server.ask(f"/api/openpit/session/{session}")["markets"])


def test_a_session_is_a_practice_market_and_then_those_that_pay() -> None:
    treatment = design("asset_cda").with_changes(practice_periods=1, markets=3, periods=5)
    assert [one.periods for one in plan(treatment)] == [1, 5, 5, 5]
    assert plan(treatment)[1:] == (treatment,) * 3
    assert plan(design("asset_cda")) == (design("asset_cda"),)


def test_only_rounds_of_the_treatment_have_a_market(lab: Server) -> None:
    session, _ = new_session(lab, seats=4, **own_treatment(lab, practice_periods=1, markets=2))
    found = markets_of(lab, session)
    assert [one["market"] for one in found] == ["1-1", "2-1", "3-1"]
    assert [json.loads(one["document"])["periods"] for one in found] == [1, 3, 3]
    rows = list(csv.DictReader(io.StringIO(text_of(lab, "markets", session))))
    assert [(row["market"], row["practice"]) for row in rows] == [("1-1", "1"), ("2-1", "0"), ("3-1", "0")]


def groups(server: Server, session: str) -> dict[str, list[list[str]]]:
    """By round, the participants of each market."""
    found: dict[str, list[list[str]]] = {}
    for one in markets_of(server, session):
        found.setdefault(one["market"][0], []).append(sorted(one["seats"]))
    return found


def test_partners_meet_in_every_market_and_strangers_are_mixed_anew(lab: Server) -> None:
    several = {"markets": 4, "market_seats": 3}
    partner, _ = new_session(lab, seats=9, **own_treatment(lab, **several))
    stranger, _ = new_session(lab, seats=9, **own_treatment(lab, matching="stranger", **several))
    fixed, mixed = groups(lab, partner), groups(lab, stranger)
    assert all(len(one) == 3 for rounds in (fixed, mixed) for markets in rounds.values() for one in markets)
    assert len({json.dumps(markets) for markets in fixed.values()}) == 1
    assert len({json.dumps(markets) for markets in mixed.values()}) > 1


def test_the_same_seed_matches_and_deals_the_same(lab: Server) -> None:
    config = own_treatment(lab, markets=2, market_seats=3, matching="stranger")
    sessions = [new_session(lab, seats=6, seed=7, **config) for _ in range(2)]
    numbers = []
    for session, codes in sessions:
        seats = [one["seats"] for one in markets_of(lab, session)]
        numbers.append([{codes.index(code): trader for code, trader in one.items()} for one in seats])
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("seed", range(20))
def test_each_market_gets_as_many_bots_as_the_others_or_one_more(seed: int) -> None:
    kinds = ["human"] * 7 + ["model"] * 5
    markets = matched(kinds, 4, Random(seed))
    assert sorted(seat for one in markets for seat in one) == list(range(1, 13))
    bots = Counter(number for number, one in enumerate(markets) for seat in one if kinds[seat - 1] == "model")
    assert max(bots.values()) - min(bots.values()) <= 1


def test_seats_that_cannot_be_split_into_markets_make_no_session(lab: Server) -> None:
    with pytest.raises(TreatmentError):
        matched(["human"] * 7, 3, Random(1))
    with pytest.raises(HTTPError) as refusal:
        new_session(lab, seats=7, **own_treatment(lab, market_seats=3))
    assert "cannot be split into markets of 3" in refusal.value.read().decode()


def test_each_market_waits_for_its_seats_and_runs_from_its_own_start(lab: Server) -> None:
    async def story() -> None:
        config = own_treatment(lab, practice_periods=1, markets=1, periods=2, period_seconds=0.4, result_seconds=0.2)
        session, codes = new_session(lab, seats=2, **config)
        async with Seat(lab, codes[0]) as ann, Seat(lab, codes[1]):
            practice = await ann.phase("finished", period=1)
            assert practice["view"]["facts"]["periods"] == 1
        async with Seat(lab, codes[0], 2) as ann:
            fresh = await ann.view()
            assert (fresh.phase.value, fresh.history, fresh.facts.periods) == ("waiting", (), 2)
            async with Seat(lab, codes[1], 2):
                await ann.phase("finished", period=2)
        async with Seat(lab, codes[0], 3) as late:
            await asyncio.wait_for(late.socket.wait_closed(), 5)
            assert late.socket.close_code == 4404
        await asyncio.sleep(0.2)
        assert (await asyncio.to_thread(lab.ask, f"/api/openpit/session/{session}"))["finished"]

    play(story())


def test_where_people_guess_who_is_a_bot_the_numbers_of_traders_tell_nothing(lab: Server) -> None:
    session, _ = new_session(lab, seats=12, seed=4, **own_treatment(lab, steps={"guess_bots": True}, bots=6))
    traders = [one["trader"] for one in lab.ask(f"/api/openpit/session/{session}")["participants"]]
    assert sorted(traders) == sorted(f"T{number}" for number in range(1, 13))
    bots = {int(trader.removeprefix("T")) for trader in traders[6:]}
    assert bots != set(range(7, 13))
