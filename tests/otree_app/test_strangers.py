"""What strangers send to oTree's own pages, interface and sockets is refused and is no error of the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatusCode
from websockets.legacy.client import connect

from pit import Server
from tests.hostile_http import run, status_of, traces
from tests.hostile_requests import COOKIES, HOSTS, JSON, Ask
from tests.lab import new_session

KEYED = "otree-rest-key"
REST = ("/api/sessions", "/api/get_session/{code}", "/api/participant_vars", "/api/session_vars/{code}", "/api/rooms")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def nothing_unexpected(lab: Server) -> Iterator[None]:
    """Whatever is sent leaves no trace of an error in the server's log."""
    before = traces(lab)
    yield
    assert traces(lab) == before


def test_no_address_answers_a_stranger_with_an_error_of_the_server(lab: Server) -> None:
    answers = run(lab, number=450, seed=2)
    assert answers.broken == []
    assert answers.statuses.keys() >= {400, 403, 404, 405, 415}


@pytest.mark.parametrize("path", REST)
def test_without_the_key_nobody_is_told_what_is_wrong_with_a_body(path: str, lab: Server) -> None:
    address = lab.address + path.format(code=new_session(lab, seats=2)[0])
    for headers in ({}, {KEYED: "wrong"}):
        for body in JSON:
            assert requests.post(address, body, headers=headers, timeout=20).status_code == 403


@pytest.mark.parametrize("path", REST)
def test_who_has_the_key_is_told_that_a_body_is_no_object(path: str, lab: Server) -> None:
    address = lab.address + path.format(code=new_session(lab, seats=2)[0])
    for body in (b"{", b"[]", b"null", b"[" * 60_000, b"9" * 5000, b"\xff", b'{"a": "\\ud800"}'):
        reply = requests.post(address, body, headers={KEYED: lab.key}, timeout=20)
        assert (reply.status_code, list(reply.json())) == (400, ["error"])


def test_cookies_that_nobody_signed_are_no_login(lab: Server) -> None:
    for cookie in COOKIES:
        ask = Ask("GET", "/sessions", (("host", "lab"), ("cookie", cookie)), b"")
        assert status_of(lab, ask) == 302


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "SCOPE", "DISPATCH", "__init__"])
def test_a_method_is_not_the_name_of_a_part_of_a_page(method: str, lab: Server) -> None:
    for path in ("/login", "/GBATInactive", "/api/otree_version", "/openpit/health"):
        assert status_of(lab, Ask(method, path, (("host", "lab"),), b"")) == 405


def test_hosts_and_addresses_that_are_none_are_refused(lab: Server) -> None:
    for host in HOSTS:
        assert status_of(lab, Ask("GET", "/login", (("host", host),), b"")) == 400
    for path in ("/join/%00", "/login?a=%00", "/InitializeParticipant/x?participant_label=%00"):
        assert requests.get(lab.address + path, timeout=20).status_code == 400
    for host in ("lab", "lab.example.org:8000", "127.0.0.1", "[::1]:8000", "my_lab"):
        assert status_of(lab, Ask("GET", "/login", (("host", host),), b"")) == 200


def test_forms_are_small_texts(lab: Server) -> None:
    _, [mine, _] = new_session(lab, seats=2)
    page = requests.get(f"{lab.address}/InitializeParticipant/{mine}", timeout=20).url
    assert requests.post(page, files={"a": b"x"}, timeout=20).status_code == 415
    assert requests.post(page, {"consent": "\0"}, timeout=20).status_code == 400
    assert requests.post(page, {"back_button": "1"}, timeout=20).status_code == 400
    assert requests.post(f"{lab.address}/login", {"\0": "a"}, timeout=20).status_code == 400


def test_a_rooms_welcome_page_sends_texts(lab: Server) -> None:
    room = f"{lab.address}/room/lab"
    for body in JSON:
        if body not in (b"{}", b'{"vars": 1}'):
            assert requests.post(room, body, timeout=20).status_code == 400
    assert requests.post(room, b'{"participant_label": ["a"]}', timeout=20).status_code == 400
    assert requests.post(room, b'{"participant_label": "ann"}', timeout=20).json() == {"status": "ok"}


def test_pages_for_those_who_are_not_there(lab: Server) -> None:
    code, _ = new_session(lab, seats=2)
    assert requests.get(f"{lab.address}/logout", allow_redirects=False, timeout=20).status_code == 302
    for session in (code, "nosuch00"):
        hit = f"{lab.address}/MTurkStart/{session}?assignmentId=a&workerId=b"
        assert requests.get(hit, timeout=20).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["x" * 3000, "openpit/market.js/x", "..%2fdb.sqlite3", "%2e%2e/settings.py", "..%2f_static_beside/secret", ""],
)
def test_there_are_static_files_of_ours_and_no_others(name: str, lab: Server) -> None:
    beside = lab.folder / "_static_beside"
    beside.mkdir(exist_ok=True)
    (beside / "secret").write_text("x")
    assert status_of(lab, Ask("GET", f"/static/{name}", (("host", "lab"),), b"")) == 404
    assert requests.get(f"{lab.address}/static/openpit/market.js", timeout=20).status_code == 200


# Sockets

SENT = ("{", "[]", "5", '"x"', b"\xff", '{"tab_hidden": {}}', "[" * 5000, '{"body": 1}')
HUGE = "9" * 20
SOCKETS = (
    *(
        "/live",
        "/trial",
        "/chat?channel=a&participant_id=1",
        "/auto_advance?participant_code=x&page_index=y",
        "/export",
    ),
    *("/create_session", "/room_without_session/nosuch", "/session_monitor/nosuch", "/browser_bot_wait", "/wait_page"),
    *("/wait_for_session_in_room?room_name=nosuch&tab_unique_id=1", "/live?participant_code=x&page_index=1"),
    f"/wait_page?session_pk={HUGE}&page_index=1&participant_id={HUGE}&group_id=1",
    f"/live?participant_code=x&page_index=1&session_code={HUGE}&page_name=Consent",
    "/group_by_arrival_time?app_name=nosuch&session_pk=1&participant_id=1&page_index=1&player_id=1",
)


async def say(lab: Server, path: str, *messages: str | bytes) -> None:
    """Open a page of oTree's, say something at once, wait until the server has had enough of it or has taken it."""
    with suppress(ConnectionClosed, InvalidStatusCode, TimeoutError):
        async with connect(f"ws://127.0.0.1:{lab.port}{path}") as page:
            for message in messages:
                await page.send(message)
            await asyncio.wait_for(page.wait_closed(), 0.3)


@pytest.mark.parametrize("path", SOCKETS)
def test_a_socket_of_otrees_takes_nonsense_without_an_error(path: str, lab: Server) -> None:
    async def story() -> None:
        await asyncio.gather(*(say(lab, path, message) for message in SENT))

    asyncio.run(asyncio.wait_for(story(), 20))


def test_a_page_that_takes_no_messages_is_sent_some(lab: Server) -> None:
    code, [mine, _] = new_session(lab, seats=2)
    page = requests.get(f"{lab.address}/InitializeParticipant/{mine}", timeout=20).url
    name, index = page.split("/")[-2:]
    live = f"/live?participant_code={mine}&page_index={index}&session_code={code}&page_name={name}"
    asyncio.run(asyncio.wait_for(say(lab, live, *SENT[:3]), 20))


def test_a_stranger_deletes_no_session(lab: Server) -> None:
    """Also not by saying so before the server has closed the connection."""
    code, _ = new_session(lab, seats=2)
    asyncio.run(asyncio.wait_for(say(lab, "/delete_sessions", json.dumps([code])), 20))
    assert code in [one["code"] for one in lab.ask("/api/sessions")]
