"""Who plays is in the session's data before the first page; seats that people were told otherwise of are not played."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import AccessDenied, OTreeServer, Refused
from bots.main import main
from bots.services.links import Link, Seating
from bots.services.marking import mark
from pit import Server
from tests.lab import KEY, new_session, own_treatment


class Marked(OTreeServer):
    """Keeps what it is told, or raises what it is told to."""

    def __init__(self, error: SetupError | None = None) -> None:
        super().__init__("http://server")
        self.error, self.marks = error, dict[str, Mapping[str, str]]()

    def mark_seats(self, session: str, seats: Mapping[str, Mapping[str, str]]) -> None:
        if self.error:
            raise self.error
        self.marks.update(seats)


def seats(server: OTreeServer, session: str = "abc") -> Seating:
    return Seating(server, session, (Link("p1", "http://server/p1"),), 1)


MARKS = {"p1": {"kind": "rule", "model": "noise"}}


def test_a_server_that_takes_the_marks_leaves_nothing_to_say() -> None:
    server = Marked()
    assert mark(seats(server), MARKS, anyway=False) == ""
    assert server.marks == MARKS


def test_marks_that_would_make_instructions_false_end_the_run_unless_told_otherwise() -> None:
    server = Marked(Refused("the instructions say how many"))
    with pytest.raises(SetupError, match=r"may not have these seats\. the instructions say how many .*--unmarked"):
        mark(seats(server), MARKS, anyway=False)
    assert mark(seats(server), MARKS, anyway=True) == "the instructions say how many"


@pytest.mark.parametrize("session", ["abc", ""])
def test_without_a_key_or_a_session_the_run_goes_on_and_says_so(session: str) -> None:
    said = mark(seats(Marked(AccessDenied("wants a key")), session), MARKS, anyway=False)
    assert said.startswith("wants a key" if session else "the session's code is not known")


def test_a_run_on_seats_that_were_announced_as_peoples_does_not_begin(
    lab: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTREE_REST_KEY", KEY)
    session, _ = new_session(lab, seats=3, bots=1, **own_treatment(lab, bot_disclosure="how_many", bots=1))
    link = f"{lab.address}/SessionStartLinks/{session}"
    assert main([link, "noise", "--out", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: Bots may not have these seats.")
    assert "P1, P2" in said
    assert not (tmp_path / "data").exists()
    state = lab.ask(f"/api/openpit/session/{session}")
    assert [one["kind"] for one in state["participants"]][:2] == ["human", "human"]
