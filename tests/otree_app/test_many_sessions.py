"""Several sessions of different treatments that trade on one server at the same moment know nothing of each other."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any
from urllib.request import Request, urlopen

from market.parts import Forecasts
from pit import Server
from tests.lab import Seat, new_session, operate, own_treatment
from tests.otree_app.test_operate import text_of

LONG = {"period_seconds": 600.0, "practice_periods": 0, "markets": 1}
CALL = {**LONG, "forecasts": Forecasts(), "orders_per_second": 50.0}
# nobody else's prices have this first digit
BANDS = {"asset": range(110, 120), "other": range(210, 220), "call": range(310, 320)}
ROUNDS = 12


def sessions(server: Server) -> dict[str, tuple[str, list[str]]]:
    """By name: (code of the session, codes of its participants)."""
    other = own_treatment(server, **LONG, title="Another market", orders_per_second=50.0)
    call = own_treatment(server, "flat_value", **CALL)
    return {
        "asset": new_session(server, seats=3, period_seconds=600.0),
        "other": new_session(server, seats=2, **other),
        "call": new_session(server, seats=2, **call),
    }


async def trade(name: str, seats: Sequence[Seat]) -> None:
    """Each seat of a session in its own prices, as fast as answers come."""
    for number in range(ROUNDS):
        price = BANDS[name][number % len(BANDS[name])]
        wishes = (_wish(name, seat, price, "buy" if (number + n) % 2 else "sell") for n, seat in enumerate(seats))
        receipts = await asyncio.gather(*wishes)
        assert {one["status"] for one in receipts} <= {"accepted", "traded", "refused"}
        assert {one["code"] for one in receipts} <= {"", "too_fast", "no_cash", "no_shares", "crosses"}, receipts


async def _wish(name: str, seat: Seat, price: int, side: str) -> dict[str, Any]:
    if name == "call":
        return await seat.command(do="sheet", orders=[[side, price, 1]])
    return await seat.place(side, price)


def told_prices(messages: Sequence[dict[str, Any]]) -> Iterator[int]:
    """All prices that a page was told of book, trades and own orders."""
    for message in messages:
        news = message.get("view") or message
        levels = news.get("levels", news)
        yield from (level[0] for side in ("bids", "asks") for level in levels.get(side, ()))
        yield from (trade[3] for trade in news.get("trades", ()))
        own = news if "orders" in news else message.get("me", {})
        yield from (order[2] for order in own.get("orders", ()))


def logged_prices(server: Server, session: str) -> set[int]:
    rows = csv.DictReader(io.StringIO(text_of(server, "events", session)))
    commands = [json.loads(row["command"]) for row in rows if row["actor"] != "market"]
    sheets = [line for name, *rest in commands if name == "sheet" for line in rest[0]]
    return {one[1] for one in sheets} | {one[2] for one in commands if one[0] == "place"}


def monitor(server: Server, session: str) -> dict[str, Any]:
    address = f"{server.address}/openpit/monitor/{session}/state"
    with urlopen(Request(address, headers={"otree-rest-key": server.key}), timeout=60) as answer:
        return dict(json.loads(answer.read()))


def test_sessions_that_trade_at_the_same_moment_do_not_mix(lab: Server) -> None:
    played = sessions(lab)

    async def story() -> dict[str, list[Seat]]:
        async with AsyncExitStack() as stack:
            seats = {
                name: [await stack.enter_async_context(Seat(lab, code)) for code in codes]
                for name, (_, codes) in played.items()
            }
            await asyncio.gather(*(seat.phase("open") for each in seats.values() for seat in each))
            await asyncio.gather(*(trade(name, each) for name, each in seats.items()))
            await asyncio.to_thread(operate, lab, played["asset"][0], "pause", reason="Only here")
            await seats["asset"][1].phase("paused")
            for name in ("other", "call"):
                assert (await _wish(name, seats[name][0], BANDS[name][0], "buy"))["status"] != "refused"
                assert "Only here" not in json.dumps(seats[name][0].messages)
            return seats

    seats = asyncio.run(asyncio.wait_for(story(), 60))
    for name, (session, codes) in played.items():
        band = set(BANDS[name])
        for seat in seats[name]:
            assert set(told_prices(seat.messages)) <= band
        assert set() < logged_prices(lab, session) <= band
        state = lab.ask(f"/api/openpit/session/{session}")
        assert {one["code"] for one in state["participants"]} == set(codes)
        assert state["markets"][0]["phase"] == ("paused" if name == "asset" else "open")
        seen = monitor(lab, session)
        assert {one["participant"] for one in seen["seats"]} == set(codes)
        prices = {trade[2] for trade in seen["figures"]["prints"]}
        assert prices <= band
        assert bool(prices) == (name != "call")
