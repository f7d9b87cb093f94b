"""Strangers at the websocket and at every address: they change nothing they may not, and break nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import requests
from otree.channels.routing import websocket_routes
from starlette.routing import Route
from websockets.exceptions import InvalidStatusCode
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.legacy.client import connect

from otree_app.live import TOO_MANY_PAGES, UNKNOWN_SEAT
from otree_app.seats import MOST_PAGES, Inflow
from otree_app.sockets import LARGEST_BYTES, WINDOW_BITS
from pit import Server
from tests.hostile import run
from tests.lab import Seat, new_session

KEYED = "otree-rest-key"
# The one address that is for everybody.
HEALTH = "/openpit/health"
OURS = [
    (method, route.path)
    for route in websocket_routes
    if isinstance(route, Route) and "openpit" in route.path and route.path != HEALTH
    for method in sorted(set(route.methods or ()) - {"HEAD"})  # type: ignore[has-type]
]
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"do"',
    b"1e400",
    b"\xff\xfe",
    b'{"do": "\xed\xa0\x80"}',
    b"[" * 100_000,
    b'{"do":' * 20_000,
    b'{"do": 1, "seats": 1, "participant": 1}',
    b'{"do": {}, "seats": {"x": {}}, "participant": {}}',
    b'{"do": "pause", "seats": {"x": null}, "participant": null, "market": "9-9"}',
    b'{"do": "extend", "seconds": NaN}',
    b'{"do": "tell", "text": "\\ud800"}',
    b'{"do": "end_and_pay", "market": "\\u0000"}',
    b'{"participant": "\\ud800\\u0000"}',
    b'{"seats": {"\\ud800": {"kind": "model", "model": "\\ud800"}}}',
)


def test_a_hostile_page_changes_nothing_but_its_own_orders(tmp_path: Path) -> None:
    outcome = run(tmp_path / "lab", messages=1200, seed=7, quiet=0.5)
    assert outcome.problems == ()
    assert outcome.attack.accepted
    assert outcome.attack.answers.keys() >= {"bad_message", "unknown_order", "bad_price", "too_large", "no_forecasts"}


def test_a_hostile_page_cannot_spoil_a_call_market(tmp_path: Path) -> None:
    outcome = run(tmp_path / "lab", messages=600, seed=8, design="flat_value", quiet=0.5)
    assert outcome.problems == ()
    assert outcome.attack.accepted


def test_a_flood_waits_in_its_own_connections() -> None:
    inflow = Inflow(rate=10)
    assert [inflow.wait("T1", now=100.0) for _ in range(20)] == [0.0] * 20
    assert inflow.wait("T1", now=100.0) == pytest.approx(0.1)
    assert inflow.wait("T1", now=100.0) == pytest.approx(0.2)
    assert inflow.wait("T2", now=100.0) == 0.0
    assert inflow.wait("T1", now=103.0) == 0.0


def test_a_page_is_given_little_memory(lab: Server) -> None:
    _, codes = new_session(lab, seats=2)

    async def story() -> None:
        async with Seat(lab, codes[0]) as ann:
            [compression] = ann.socket.extensions
            assert isinstance(compression, PerMessageDeflate)
            assert compression.remote_max_window_bits == WINDOW_BITS
            await ann.send("x" * LARGEST_BYTES)
            refused = await ann.until(lambda one: one["type"] == "ack")
            assert refused["receipt"]["code"] == "too_large"
            await ann.send("x" * (LARGEST_BYTES + 1))
            await asyncio.wait_for(ann.socket.wait_closed(), 10)
            assert ann.socket.close_code == 1009

    asyncio.run(asyncio.wait_for(story(), 40))


def test_a_seat_has_a_limited_number_of_pages(lab: Server) -> None:
    _, codes = new_session(lab, seats=2)

    async def story() -> None:
        address = f"ws://127.0.0.1:{lab.port}/openpit/market/{codes[0]}/1"
        pages = [await connect(address, max_size=None) for _ in range(MOST_PAGES + 3)]
        for page in pages[:3]:
            await asyncio.wait_for(page.wait_closed(), 10)
            assert page.close_code == TOO_MANY_PAGES
        assert all(page.open for page in pages[3:])
        await asyncio.gather(*(page.close() for page in pages))

    asyncio.run(asyncio.wait_for(story(), 40))


@pytest.mark.parametrize(
    "tail", ["nosuch00/1", "{mine}/2", "{mine}/0", "{mine}/\u0661", "{mine}/99999999", "%00/1", "../1"]
)
def test_there_is_no_market_behind_an_address_that_nobody_was_given(tail: str, lab: Server) -> None:
    _, [mine, _] = new_session(lab, seats=2)

    async def story() -> int:
        try:
            page = await connect(f"ws://127.0.0.1:{lab.port}/openpit/market/{tail.format(mine=mine)}")
        except InvalidStatusCode as refused:
            return int(refused.status_code)
        await page.wait_closed()
        return int(page.close_code or 0)

    assert asyncio.run(asyncio.wait_for(story(), 20)) in (UNKNOWN_SEAT, 403, 404)


def test_what_one_session_sends_reaches_no_other(lab: Server) -> None:
    (_, ours), (_, theirs) = new_session(lab, seats=2), new_session(lab, seats=2)

    async def story() -> None:
        async with Seat(lab, ours[0]) as ann, Seat(lab, ours[1]), Seat(lab, theirs[0]) as eve, Seat(lab, theirs[1]):
            await ann.phase("open")
            await eve.phase("open")
            order = (await ann.place("buy", 50))["order_id"]
            for claim in ({}, {"participant": ours[0]}, {"trader": "T1"}, {"market": "1-1"}):
                refused = await eve.command(do="cancel", order_id=order, **claim)
                assert (refused["status"], refused["code"]) == ("refused", "unknown_order")
            assert [one.id for one in (await ann.view()).orders] == [order]

    asyncio.run(asyncio.wait_for(story(), 40))


def unexpected(server: Server) -> list[str]:
    said = (server.folder / "server.log").read_text(errors="replace").splitlines()
    return [line for line in said if "Traceback" in line or "Exception in" in line]


@pytest.mark.parametrize(("method", "path"), OURS)
def test_every_address_of_ours_is_closed_to_strangers(method: str, path: str, lab: Server) -> None:
    code, _ = new_session(lab, seats=2)
    for session in (code, "nosuch00", "%00", "..%2f..", "\u4e2d"):
        for headers in ({}, {KEYED: ""}, {KEYED: "\u00ff" * 300}, {"cookie": "session=forged.x.y"}):
            address = lab.address + path.format(code=session)
            encoded = {name: value.encode("latin-1") for name, value in headers.items()}
            reply = requests.request(method, address, json={}, headers=encoded, allow_redirects=False, timeout=20)
            assert reply.status_code in (302, 400, 401, 403, 404, 415), (method, address, reply.status_code)
            assert "Traceback" not in reply.text


@pytest.mark.parametrize("path", [path for method, path in OURS if method == "POST"])
def test_a_body_that_makes_no_sense_is_refused_in_words(path: str, lab: Server) -> None:
    code, _ = new_session(lab, seats=2)
    before = unexpected(lab)
    for body in BODIES:
        headers = {KEYED: lab.key, "content-type": "application/json"}
        reply = requests.post(lab.address + path.format(code=code), data=body, headers=headers, timeout=20)
        assert 400 <= reply.status_code < 500, (path, body[:60], reply.status_code, reply.text[:200])
        assert reply.json()["error"]
    assert unexpected(lab) == before


ADMIN = [
    *("/demo", "/sessions", "/rooms", "/create_session", "/export", "/server_check", "/ExportPageTimes"),
    *("/SessionData/{code}", "/SessionMonitor/{code}", "/SessionPayments/{code}", "/AdminReport/{code}"),
    *("/SessionStartLinks/{code}", "/SessionSplitScreen/{code}"),
    *("/api/sessions", "/api/get_session/{code}", "/api/export_app_custom"),
]


@pytest.mark.parametrize("path", ADMIN)
def test_the_admins_pages_want_a_login(path: str, lab: Server) -> None:
    code, _ = new_session(lab, seats=2)
    reply = requests.get(lab.address + path.format(code=code), allow_redirects=False, timeout=20)
    assert reply.status_code in (302, 403, 404), reply.status_code
    if reply.status_code == 302:
        assert reply.headers["location"].endswith("/login")


def test_a_pages_form_full_of_nonsense_breaks_nothing(lab: Server) -> None:
    code, [mine, _] = new_session(lab, seats=2)
    browser = requests.Session()
    page = browser.get(f"{lab.address}/InitializeParticipant/{mine}", timeout=20)
    before = unexpected(lab)
    for form in ({}, {"consent": "maybe"}, {"consent": ["yes", "no"]}, {"consent": "\u0000"}, {"x" * 5000: "y"}):
        reply = browser.post(page.url, data=form, timeout=20)
        assert reply.status_code < 500, (form, reply.status_code)
    reply = browser.post(page.url, data=json.dumps({"a": 1}), headers={"content-type": "application/json"}, timeout=20)
    assert reply.status_code < 500
    assert unexpected(lab) == before
    assert code


def test_half_a_character_in_the_labs_words_spoils_no_monitor(lab: Server) -> None:
    code, seats = new_session(lab, seats=2, period_seconds=60.0)
    headers = {KEYED: lab.key, "content-type": "application/json"}

    async def story() -> None:
        async with Seat(lab, seats[0]) as ann, Seat(lab, seats[1]):
            await ann.phase("open")
            await asyncio.to_thread(tell)

    def tell() -> None:
        body = b'{"do": "tell", "text": "\\ud800"}'
        assert (
            requests.post(f"{lab.address}/api/openpit/operate/{code}", body, headers=headers, timeout=20).status_code
            == 400
        )
        assert (
            requests.get(f"{lab.address}/openpit/monitor/{code}/state", headers=headers, timeout=20).status_code == 200
        )

    asyncio.run(asyncio.wait_for(story(), 40))
