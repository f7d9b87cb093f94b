"""From whatever leads to a session to its seats: start links, a session-wide link, a room, a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.adapters.errors import SetupError
from bots.services.links import read_links, seating
from pit import Server
from tests.lab import KEY, new_session

BY_KEY = {"OTREE_REST_KEY": KEY}


def by_password(lab: Server) -> dict[str, str]:
    return {"OTREE_ADMIN_PASSWORD": lab.environment["OTREE_ADMIN_PASSWORD"]}


def links_file(folder: Path, text: str) -> Path:
    file = folder / "bot-links.cfg"
    file.write_text(text)
    return file


def codes(lab: Server, url: str, bots: int | None, environ: dict[str, str]) -> list[str]:
    return [link.participant for link in seating(url, None, bots, environ).links]


# On a protected server


def test_the_last_seats_become_bots_by_key_or_by_password(lab: Server) -> None:
    session, participants = new_session(lab, seats=4)
    page = f"{lab.address}/SessionStartLinks/{session}"
    for environ in (BY_KEY, by_password(lab)):
        found = seating(page, None, 2, environ)
        assert [link.participant for link in found.links] == participants[2:]
        assert [link.url for link in found.links] == [
            f"{lab.address}/InitializeParticipant/{code}" for code in participants[2:]
        ]
        assert (found.session, found.subjects) == (session, 4)
    assert codes(lab, page, None, BY_KEY) == participants


def test_a_session_wide_link_is_the_session_itself_where_one_may_look(lab: Server) -> None:
    session, participants = new_session(lab, seats=3)
    join = lab.ask(f"/api/get_session/{session}", {})["session_wide_url"]
    for environ in (BY_KEY, by_password(lab)):
        found = seating(join, None, 1, environ)
        assert ([link.participant for link in found.links], found.session) == (participants[2:], session)


def test_without_key_and_password_a_session_wide_link_gives_the_next_free_seats(lab: Server) -> None:
    session, participants = new_session(lab, seats=3)
    join = lab.ask(f"/api/get_session/{session}", {})["session_wide_url"]
    found = seating(join, None, 2, {})
    assert ([link.participant for link in found.links], found.session) == (participants[:2], "")
    assert codes(lab, join, None, {}) == participants[2:]
    with pytest.raises(SetupError, match="gives no seat"):
        seating(join, None, 1, {})


def test_a_room_leads_to_its_session(lab: Server) -> None:
    body = {"session_config_name": "asset_cda", "num_participants": 3, "room_name": "lab"}
    session = lab.ask("/api/sessions", body)["code"]
    participants = [seat["code"] for seat in lab.ask(f"/api/get_session/{session}", {})["participants"]]
    for environ in (BY_KEY, by_password(lab)):
        found = seating(f"{lab.address}/room/lab", None, 2, environ)
        assert ([link.participant for link in found.links], found.session) == (participants[1:], session)
    assert codes(lab, f"{lab.address}/room/lab", 1, {}) == participants[:1]


def test_a_file_of_links_keeps_its_order_and_finds_its_session(lab: Server, tmp_path: Path) -> None:
    session, (_, second, third) = new_session(lab, seats=3)
    line = f"{lab.address}/InitializeParticipant/"
    file = links_file(tmp_path, f"# bots\n2={line}{third}\n\n1 = {line}{second}\n")
    found = seating("", file, None, BY_KEY)
    assert ([link.participant for link in found.links], found.session) == ([second, third], session)
    named = seating(f"{lab.address}/SessionStartLinks/{session}", file, 1, {})
    assert ([link.participant for link in named.links], named.session) == ([third], session)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "asks for a login. Set OTREE_REST_KEY .* or OTREE_ADMIN_PASSWORD"),
        ({"OTREE_REST_KEY": "wrong-key"}, "did not take the REST key. Check OTREE_REST_KEY"),
        ({"OTREE_ADMIN_PASSWORD": "wrong-word"}, "did not take the admin password. Check OTREE_ADMIN_PASSWORD"),
    ],
)
def test_a_protected_server_says_what_it_wants_and_no_secret_is_shown(
    lab: Server, environ: dict[str, str], says: str
) -> None:
    session, _ = new_session(lab, seats=3)
    with pytest.raises(SetupError, match=says) as refused:
        seating(f"{lab.address}/SessionStartLinks/{session}", None, None, environ)
    assert "wrong-" not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/SessionStartLinks/nosuch00", "does not exist. Check the code"),
        ("/demo", "is no address of a session. Expected a SessionStartLinks page"),
        ("/join/nosuch00", "gives no seat"),
        ("/room/nosuch00", "gives no seat"),
    ],
)
def test_addresses_that_lead_nowhere_are_told(lab: Server, path: str, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        seating(lab.address + path, None, None, BY_KEY)


def test_more_bots_than_seats_are_told(lab: Server) -> None:
    session, _ = new_session(lab, seats=3)
    with pytest.raises(SetupError, match=r"--num-bots 4: .* has 3 links"):
        seating(f"{lab.address}/SessionStartLinks/{session}", None, 4, BY_KEY)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(SetupError, match=r"No server answers at http://127.0.0.1:9 .* start it"):
        seating("http://127.0.0.1:9/SessionStartLinks/x", None, None, {})


# Files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no links"),
        ("# only a comment\n", "has no links"),
        ("1=http://a/join/x\n1=http://a/join/y\n", "line 2: seat 1 is there twice"),
        ("one=http://a/join/x\n", "line 1: 'one=http://a/join/x' is no link. Expected a line such as 1="),
        ("1=ftp://a/x\n", "line 1"),
        ("http://a/join/x\n", "line 1"),
    ],
)
def test_a_bad_links_file_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        read_links(links_file(tmp_path, text))


def test_a_missing_or_unreadable_links_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        read_links(tmp_path / "none.cfg")
    (tmp_path / "binary.cfg").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SetupError, match="cannot be read"):
        read_links(tmp_path / "binary.cfg")


def test_links_of_one_run_lead_to_one_server(tmp_path: Path) -> None:
    file = links_file(tmp_path, "1=http://a/InitializeParticipant/x\n2=http://b/InitializeParticipant/y\n")
    with pytest.raises(SetupError, match="one server"):
        seating("", file, None, {})
