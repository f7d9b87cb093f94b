"""The bots' reports to the server: early, regular, and never in the way of the run."""

from __future__ import annotations

import time
from collections import Counter
from threading import Event
from typing import Any

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import AccessDenied
from bots.domain.state import SeatState
from bots.domain.turns import SeatName
from bots.services.reporting import LAST_SECONDS, Reporter, report

PATIENCE = 5.0


class FakeServer:
    """Takes reports, or raises what it is told to."""

    def __init__(self, error: SetupError | None = None) -> None:
        self.reports: list[dict[str, Any]] = []
        self.asked, self.error = 0, error

    def send(self, document: dict[str, Any]) -> None:
        self.asked += 1
        if self.error:
            raise self.error
        self.reports.append(document)


def told(ended: str) -> dict[str, Any]:
    return {"ended": ended}


def wait_for(count: int, server: FakeServer) -> None:
    until = time.monotonic() + PATIENCE
    while server.asked < count and time.monotonic() < until:
        time.sleep(0.01)
    assert server.asked >= count


def test_bots_are_registered_at_once_and_at_the_end() -> None:
    server = FakeServer()
    reporter = Reporter(server.send, told, print, every=60)
    reporter.begin()
    wait_for(1, server)
    reporter.end("finished")
    assert server.reports == [{"ended": ""}, {"ended": "finished"}]


def test_reports_go_on_though_the_server_fails_for_a_while() -> None:
    server, troubles = FakeServer(), list[str]()
    reporter = Reporter(server.send, told, troubles.append, every=0.01)
    reporter.begin()
    server.error = SetupError("no answer")
    wait_for(5, server)
    server.error = None
    asked = server.asked
    wait_for(asked + 3, server)
    reporter.end("finished")
    assert server.reports[-1] == {"ended": "finished"}
    assert troubles == ["The monitor does not hear of the bots: no answer"]


def test_without_a_key_nothing_more_is_tried() -> None:
    server, troubles = FakeServer(AccessDenied("wants a key")), list[str]()
    reporter = Reporter(server.send, told, troubles.append, every=0.01)
    reporter.begin()
    time.sleep(0.1)
    reporter.end("finished")
    assert (server.asked, len(troubles)) == (1, 1)


def test_a_server_that_hangs_keeps_the_run_neither_from_beginning_nor_from_ending() -> None:
    hanging = Event()

    def send(document: dict[str, Any]) -> None:
        hanging.wait(60)

    reporter = Reporter(send, told, print, every=0.01)
    began = time.monotonic()
    reporter.begin()
    assert time.monotonic() - began < 1
    reporter.end("finished")
    assert time.monotonic() - began < LAST_SECONDS + 1
    hanging.set()


def test_a_report_has_counts_and_money_by_seat() -> None:
    seat = SeatState(SeatName(seat=4, participant="abc", model="gpt-4o"), place="open", cost_usd=0.5)
    seat.outcomes = Counter(valid=3, late=1)
    registered = {"abc": {"kind": "model", "model": "gpt-4o", "id": "gpt-4o-2024"}}
    assert report("run-1", [seat], registered, "", 0.75, None, "") == {
        "run": "run-1",
        "prompts_sha256": "",
        "seats": {
            "abc": {
                "kind": "model",
                "model": "gpt-4o",
                "id": "gpt-4o-2024",
                "place": "open",
                "due": 4,
                "valid": 3,
                "repaired": 0,
                "late": 1,
                "stale": 0,
                "failed": 0,
                "cost_usd": 0.5,
            }
        },
        "cost_usd": 0.75,
        "budget_usd": None,
        "ended": "",
    }
