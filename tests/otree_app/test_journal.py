"""The server's log says who came and went, in a form that programs read and nobody can forge."""

from __future__ import annotations

import asyncio
import time

from otree_app.journal import told
from pit import Server
from tests.lab import Seat, new_session


def test_a_line_is_pairs_and_nothing_in_it_makes_another() -> None:
    assert told("page_opened", session="abc12345", market=7) == "event=page_opened session=abc12345 market=7"
    assert told("x", why='a b="c"\nevent=y') == 'event=x why="a b=\\"c\\"\\nevent=y"'
    assert told("x", why="") == 'event=x why=""'


def lines_of(server: Server, session: str) -> list[dict[str, str]]:
    said = (server.folder / "server.log").read_text().splitlines()
    ours = [line[line.index("event=") :].split() for line in said if f"session={session}" in line]
    return [dict(word.split("=", 1) for word in words) for words in ours]


def test_pages_that_come_and_go_are_in_the_log_with_session_and_participant(lab: Server) -> None:
    session, codes = new_session(lab, seats=2)

    async def story() -> None:
        async with Seat(lab, codes[0]) as ann:
            await ann.view()

    asyncio.run(asyncio.wait_for(story(), 30))
    until = time.monotonic() + 10
    while len(lines_of(lab, session)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    opened, closed = lines_of(lab, session)
    assert (opened["event"], closed["event"]) == ("page_opened", "page_closed")
    assert opened["participant_code"] == closed["participant_code"] == codes[0]
    assert (opened["trader"], opened["round_number"], closed["code"]) == ("T1", "1", "1000")
