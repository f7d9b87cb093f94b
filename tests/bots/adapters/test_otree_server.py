"""What programs do at a protected server, by its REST key or by the admin's password."""

from __future__ import annotations

import csv
import io

import pytest

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import NotThere, OTreeServer
from market.records import TABLES, names
from pit import Server
from tests.bots.pages import Site, served
from tests.lab import KEY, new_session, own_treatment


@pytest.fixture(params=["key", "password"])
def server(request: pytest.FixtureRequest, lab: Server) -> OTreeServer:
    """The lab as seen by one who knows the key, or the password alone."""
    if request.param == "key":
        return OTreeServer(lab.address, key=KEY)
    return OTreeServer(lab.address, password=lab.environment["OTREE_ADMIN_PASSWORD"])


def test_seats_are_marked_and_the_session_tells_so(lab: Server, server: OTreeServer) -> None:
    session, participants = new_session(lab, seats=3)
    server.mark_seats(session, {participants[2]: {"kind": "model", "model": "heuristic"}})
    state = server.state(session)
    assert state["finished"] is False
    assert [(one["code"], one["kind"], one["model"]) for one in state["participants"]] == [
        (participants[0], "human", ""),
        (participants[1], "human", ""),
        (participants[2], "model", "heuristic"),
    ]


def test_tables_hold_the_rows_of_the_session_alone(lab: Server, server: OTreeServer) -> None:
    new_session(lab, seats=3)
    session, participants = new_session(lab, seats=4)
    rows = list(csv.DictReader(io.StringIO(server.table(session, "participants"))))
    assert tuple(rows[0]) == names("participants")
    assert [row["participant"] for row in rows] == ["P1", "P2", "P3", "P4"]
    server.mark_seats(session, {participants[3]: {"kind": "rule", "model": "noise"}})
    rows = list(csv.DictReader(io.StringIO(server.table(session, "participants"))))
    assert [row["participant"] for row in rows] == ["P1", "P2", "P3", participants[3]]


def test_every_table_is_the_same_by_key_and_by_password(lab: Server) -> None:
    session, _ = new_session(lab, seats=3)
    by_key = OTreeServer(lab.address, key=KEY)
    by_password = OTreeServer(lab.address, password=lab.environment["OTREE_ADMIN_PASSWORD"])
    for table in TABLES:
        assert by_key.table(session, table).split() == by_password.table(session, table).split()


def test_sessions_are_created_with_changes(lab: Server) -> None:
    server = OTreeServer(lab.address, key=KEY)
    session = server.create_session("asset_cda", 3, {"period_seconds": 7})
    assert len(server.participants(session)) == 3


def test_unknown_sessions_and_refused_marks_are_told(lab: Server, server: OTreeServer) -> None:
    with pytest.raises(NotThere, match="does not exist"):
        server.state("nosuch00")
    session, participants = new_session(lab, seats=3)
    with pytest.raises(SetupError, match="failed with status 400"):
        server.mark_seats(session, {participants[0]: {"kind": "robot"}})
    session, participants = new_session(lab, seats=3, **own_treatment(lab, bot_disclosure="how_many"))
    with pytest.raises(SetupError, match="refused: P1: the instructions say how many"):
        server.mark_seats(session, {participants[0]: {"kind": "model"}})


def test_a_page_of_something_else_in_the_place_of_an_answer_is_told() -> None:
    """A proxy's page, or a login that it sends programs to, has status 200 and is no answer."""
    with (
        served(Site("")) as site,
        pytest.raises(SetupError, match=r"text/html.* where JSON was expected"),
    ):
        OTreeServer(site.address, key=KEY).state("abc")
