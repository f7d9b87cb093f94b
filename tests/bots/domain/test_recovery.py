"""Bots on the real page: what happens to one of them is nothing to the others."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep, time
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException

from bots.adapters.browser import Browser, Tab
from bots.adapters.page import Page
from bots.adapters.web_driver import BrowserOptions, find, start
from bots.agents.trader import Decision, Trader
from bots.agents.trading_agents import make_trader
from bots.domain import seat as seats
from bots.domain.seat import Seat
from bots.domain.turns import SeatName
from market.orders import PlaceOrder, Side
from market.view import MarketView
from pit import Server
from tests.lab import new_session

PACE = 0.4


class Sleeper:
    """Thinks for three seconds about every decision."""

    def decide(self, view: MarketView) -> Decision:
        sleep(3)
        return Decision(actions=(PlaceOrder(Side.BUY, 1),))


class Bots:
    """The seats of one session in one browser, playing, with the turns of each by seat."""

    def __init__(self, lab: Server, browser: Browser, traders: list[Trader]) -> None:
        self.browser = browser
        self.turns: dict[int, list[tuple[float, dict[str, Any]]]] = {seat: [] for seat in range(1, len(traders) + 1)}
        _, self.codes = new_session(lab, seats=len(traders), period_seconds=60)
        self.seats = [
            self._seat(lab, seat, code, trader)
            for seat, (code, trader) in enumerate(zip(self.codes, traders, strict=True), 1)
        ]
        self.threads = [Thread(target=seat.play, daemon=True) for seat in self.seats]

    def _seat(self, lab: Server, number: int, code: str, trader: Trader) -> Seat:
        seat = Seat(
            SeatName(seat=number, participant=code, model="test"),
            trader,
            pace=PACE,
            rng=Random(number),
            record=lambda line: self.turns[number].append((time(), line)),
            album=lambda name, picture: None,
            log=logging.LoggerAdapter(logging.Logger("test")),
        )
        link = f"{lab.address}/InitializeParticipant/{code}"
        seat.sit(Page(lambda deliver: Tab(self.browser, deliver), link, seat.hear))
        return seat

    def has_turns(self, seat: int, more: int, seconds: float = 20) -> None:
        """Wait for so many more turns of a seat."""
        wanted, until = len(self.turns[seat]) + more, monotonic() + seconds
        while len(self.turns[seat]) < wanted:
            assert monotonic() < until, f"seat {seat} did not go on"
            sleep(0.02)

    def longest_wait(self, seat: int, since: float) -> float:
        """Between two turns of a seat in a row, from then to now."""
        times = [since, *(moment for moment, _ in self.turns[seat] if moment > since), time()]
        return max(later - earlier for earlier, later in pairwise(times))

    def context_of(self, seat: int) -> str:
        driver: Any = self.browser.running().driver
        pages = driver.browsing_context.get_tree()
        return str(next(page.context for page in pages if self.codes[seat - 1] in page.url))


@pytest.fixture
def bots(lab: Server) -> Iterator[Bots]:
    """A sleeper in seat 1, quick traders in seats 2 and 3; all have traded once."""
    options = BrowserOptions()
    browser = Browser(lambda: start(options, find(options)), hidden=True)
    playing = Bots(lab, browser, [Sleeper(), *(make_trader("heuristic", Random(seat)) for seat in (2, 3))])
    for thread in playing.threads:
        thread.start()
    playing.has_turns(2, 1, seconds=30)
    playing.has_turns(3, 1)
    yield playing
    for seat in playing.seats:
        seat.stop()
    for thread in playing.threads:
        thread.join(5)
    browser.close()


def test_slow_traders_crashed_pages_and_dead_browsers(
    bots: Bots, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(seats, "SILENCE_SECONDS", 4.0)
    driver: Any = bots.browser.running().driver

    # a slow trader: the others keep their pace while it thinks
    began = time()
    bots.has_turns(1, 1)
    assert bots.longest_wait(2, began) < 2.5
    assert len(bots.turns[2]) > 2 * len(bots.turns[1])

    # a page that crashed: its bot comes back, the other did not notice
    began = time()
    with suppress(WebDriverException):
        driver.browsing_context.navigate(context=bots.context_of(3), url="chrome://crash", wait="none")
    bots.has_turns(3, 2)
    assert (bots.seats[2].state.joined, bots.seats[1].state.joined) == (2, 1)
    assert bots.longest_wait(2, began) < 2.5

    # a browser that died: all come back and trade on
    process = bots.browser.running().process
    assert process
    os.killpg(process.pid, signal.SIGKILL)
    for seat in (1, 2, 3):
        bots.has_turns(seat, 2, seconds=40)
    assert all(line["outcome"] in ("valid", "stale", "failed") for turns in bots.turns.values() for _, line in turns)
