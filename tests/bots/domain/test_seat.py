"""A bot in its seat keeps to its time, takes failures as outcomes and comes back after its tab died."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest

from bots.adapters.page import Lost, PhaseChanged
from bots.agents.trader import Decision, Trader
from bots.domain import seat as seats
from bots.domain.experiment import Experiment
from bots.domain.seat import Seat
from bots.domain.turns import SeatName, objection_to
from market.events import AskForecasts, OpenPeriod, Phase
from market.exchange import Exchange
from market.orders import Forecast, PlaceOrder, SheetOrder, Side, SubmitSheet
from market.view import MarketView, view_of
from tests.bots.fake_page import FakePage, arrived
from tests.market.builders import opened, treatment


@dataclass
class Buyer:
    """Buys one share, after `seconds`, or fails with `error`."""

    seconds: float = 0.0
    error: Exception | None = None
    asked: int = 0

    def decide(self, view: MarketView) -> Decision:
        self.asked += 1
        sleep(self.seconds)
        if self.error:
            raise self.error
        return Decision(actions=(PlaceOrder(Side.BUY, 10),))


@dataclass
class Watched:
    """A seat with a fake page, and all it leaves."""

    trader: Trader
    lines: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        logger = logging.Logger("test")
        handler = logging.Handler()
        handler.emit = lambda record: self.logged.append(record.getMessage())  # type: ignore[method-assign]
        logger.addHandler(handler)
        self.seat = Seat(
            SeatName(seat=1, participant="code", model="buyer"),
            self.trader,
            pace=0.01,
            rng=Random(1),
            record=self.lines.append,
            album=self.pictures.__setitem__,
            log=logging.LoggerAdapter(logger),
        )

    def at(self, market: Exchange | None = None, *, seconds: float = 15, **page: Any) -> FakePage:
        """Sit down at a market, or at an open one that allows `seconds` for a decision."""
        fake = FakePage(market or opened(treatment(decision_seconds=seconds)), self.seat.hear, **page)
        self.seat.sit(fake)
        return fake

    @contextmanager
    def playing(self) -> Iterator[None]:
        thread = Thread(target=self.seat.play, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.seat.stop()
            thread.join(5)
            assert not thread.is_alive()


def eventually(true: Callable[[], object], seconds: float = 5.0) -> None:
    until = monotonic() + seconds
    while not true():
        assert monotonic() < until, "it did not come true in time"
        sleep(0.01)


def test_each_due_decision_becomes_one_line() -> None:
    watched = Watched(Buyer())
    page = watched.at(turns=3)
    with watched.playing():
        eventually(lambda: len(page.armed) == 4)
    assert [line["turn"] for line in watched.lines] == [1, 2, 3]
    assert {line["outcome"] for line in watched.lines} == {"valid"}
    assert watched.seat.state.outcomes == {"valid": 3}
    assert len(page.exchange.ledger.open_orders["T1"]) == 3


def test_decisions_keep_the_least_interval() -> None:
    watched = Watched(Buyer())
    page = watched.at(turns=2)
    with watched.playing():
        eventually(lambda: len(page.armed) == 3)
    opening, *later = page.armed
    assert opening["least"] <= 0.01
    assert all(0.01 <= arming["least"] <= arming["longest"] for arming in later)


def test_a_decision_after_its_time_is_late_and_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(seats, "LATE_SECONDS", 0.0)
    watched = Watched(slow := Buyer(seconds=0.6))
    page = watched.at(seconds=0.2, turns=2)
    with watched.playing():
        eventually(lambda: len(watched.lines) == 1)
        assert slow.asked == 1
        eventually(lambda: len(page.armed) == 2)  # asked again only when it has answered
    assert watched.lines[0]["outcome"] == "late"
    assert watched.lines[0]["actions"] == []
    assert page.exchange.ledger.open_orders["T1"] == {}


def test_a_trader_with_a_bug_loses_its_turns_and_the_log_has_the_traceback() -> None:
    watched = Watched(Buyer(error=ZeroDivisionError("no depth")))
    page = watched.at(turns=2)
    with watched.playing():
        eventually(lambda: len(page.armed) == 3)
    assert [line["outcome"] for line in watched.lines] == ["failed", "failed"]
    assert watched.lines[0]["reason"] == "ZeroDivisionError: no depth"
    assert any("Traceback" in text and "ZeroDivisionError" in text for text in watched.logged)


def test_a_lost_tab_is_opened_again_until_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "REJOIN_SECONDS", 0.01)
    watched = Watched(Buyer())
    page = watched.at(turns=9, broken=2)
    with watched.playing():
        eventually(lambda: watched.lines)
        watched.seat.hear(Lost("the tab was closed"))
        eventually(lambda: watched.seat.state.joined == 2)
    assert page.joins == 4


def test_a_page_that_falls_silent_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.02)
    watched = Watched(Buyer())
    watched.at(turns=0)
    with watched.playing():
        eventually(lambda: watched.seat.state.joined >= 2)


def test_a_machine_that_is_too_slow_is_not_made_slower_by_ever_more_new_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.01)
    watched, moments = Watched(Buyer()), list[float]()
    page = watched.at(turns=0)
    join = page.join

    def timed() -> None:
        moments.append(monotonic())
        join()

    monkeypatch.setattr(page, "join", timed)
    with watched.playing():
        eventually(lambda: len(moments) == 5)
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert all(wait >= 0.1 * number for number, wait in enumerate(waits, 1))


def test_a_server_that_answers_with_an_error_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "REJOIN_SECONDS", 0.01)
    watched = Watched(Buyer())
    watched.at(turns=1)
    with watched.playing():
        eventually(lambda: watched.seat.state.joined == 1)
        watched.seat.hear(arrived("still", status=500))
        eventually(lambda: watched.seat.state.joined == 2)
    assert not watched.seat.state.resting


def test_a_page_that_cannot_be_passed_is_photographed_once_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "PRESS_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.01)
    watched = Watched(Buyer())
    page = watched.at(turns=0, hurdle="q1: not this")
    with watched.playing():
        watched.seat.hear(arrived("form", "/p/code/survey/Quiz/3"))
        eventually(lambda: page.passed > seats.MOST_TRIES)
    assert watched.seat.state.place == "stuck"
    assert watched.pictures == {"seat-1-stuck.png": b"picture"}
    assert sum("stuck on /p/code/survey/Quiz/3" in text for text in watched.logged) == 1


def test_nothing_is_decided_while_the_market_is_closed() -> None:
    watched = Watched(Buyer())
    page = watched.at(turns=0)
    with watched.playing():
        eventually(lambda: page.armed)
        watched.seat.hear(PhaseChanged(Phase.CLOSED, 1, "T1"))
        eventually(lambda: watched.seat.state.place == "closed")
    assert len(page.armed) == 1


# Call markets and forecasts


@dataclass
class Writer:
    """Forecasts, and submits sheets until one is taken."""

    sheets: list[SubmitSheet]
    asked: list[Phase] = field(default_factory=list)

    def decide(self, view: MarketView) -> Decision:
        self.asked.append(view.phase)
        if view.phase is Phase.FORECAST:
            return Decision(actions=(Forecast((100,)),))
        return Decision(actions=(self.sheets.pop(0),))


def sheet(quantity: int) -> SubmitSheet:
    return SubmitSheet((SheetOrder(Side.SELL, 100, quantity),))


def call(*, forecast_seconds: float = 20, decision_seconds: float = 15) -> Exchange:
    """Before the first period; each trader has 10 shares."""
    asked = {"horizons": (0,), "seconds": forecast_seconds}
    rules = treatment(institution="call", forecasts=asked, decision_seconds=decision_seconds)
    exchange = Exchange(rules, {"T1": rules.roles[0], "T2": rules.roles[0]})
    exchange.operate(AskForecasts())
    return exchange


def test_forecasts_are_decided_once_and_then_one_sheet_a_period() -> None:
    watched = Watched(writer := Writer([sheet(99), sheet(2), sheet(3)]))
    page = watched.at(call(), turns=9)
    with watched.playing():
        eventually(lambda: watched.lines)
        sleep(0.1)
        assert len(page.armed) == 1
        page.exchange.operate(OpenPeriod())
        watched.seat.hear(PhaseChanged(Phase.OPEN, 1, "T1"))
        eventually(lambda: len(watched.lines) == 3)
        sleep(0.1)
    assert writer.asked == [Phase.FORECAST, Phase.OPEN, Phase.OPEN]
    assert [line["asked"] for line in watched.lines] == ["forecast", "trade", "trade"]
    statuses = [line["receipts"][0]["status"] for line in watched.lines]
    assert statuses == ["accepted", "refused", "accepted"]
    assert len(page.armed) == 3
    assert [order.quantity for order in page.exchange.ledger.open_orders["T1"].values()] == [2]


def test_forecasts_have_a_time_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(seats, "LATE_SECONDS", 0.0)

    class Slow(Writer):
        def decide(self, view: MarketView) -> Decision:
            sleep(0.5)
            return super().decide(view)

    for forecast, decision, outcome in ((0.2, 5.0, "late"), (5.0, 0.2, "valid")):
        watched = Watched(Slow([]))
        watched.at(call(forecast_seconds=forecast, decision_seconds=decision), turns=1)
        with watched.playing():
            eventually(lambda watched=watched: watched.lines)  # type: ignore[misc]
        assert watched.lines[0]["outcome"] == outcome


def test_a_sheet_that_was_thought_about_too_long_is_not_sent_into_the_next_phase() -> None:
    exchange = call()
    seen = view_of(exchange, "T1", 0.0)
    exchange.operate(OpenPeriod())
    assert objection_to(Forecast((100,)), seen, view_of(exchange, "T1", 0.0)) == (
        "Not sent: these forecasts are no longer asked for."
    )


def test_a_trader_is_told_of_each_market_once_though_it_joins_again() -> None:
    class Beginner(Buyer):
        begun = 0

        def begin(self) -> None:
            self.begun += 1

    watched = Watched(trader := Beginner())
    page = watched.at(turns=9)
    with watched.playing():
        eventually(lambda: len(watched.lines) > 1)
        watched.seat.hear(Lost("the tab was closed"))
        eventually(lambda: page.joins == 2 and len(watched.lines) > 3)
        assert trader.begun == 1
        watched.seat.hear(arrived("market", "/p/code/otree_app/Market/20"))
        page.turns = 99
        watched.seat.hear(PhaseChanged(Phase.OPEN, 1, "T1"))
        eventually(lambda: trader.begun == 2)


# A whole session


def experiment(*watched: Watched, finished: bool | None = None, timeout: float = 20) -> Experiment:
    return Experiment([one.seat for one in watched], lambda: finished, lambda: None, timeout=timeout)


def test_a_trader_that_hangs_holds_up_neither_the_others_nor_the_end() -> None:
    never = Event()

    class Hanging:
        def decide(self, view: MarketView) -> Decision:
            never.wait()
            return Decision()

    hanging, quick = Watched(Hanging()), Watched(Buyer())
    hanging.at()
    page = quick.at(turns=20)
    began = monotonic()
    assert experiment(hanging, quick, timeout=1).run() == "timeout"
    assert monotonic() - began < 4
    assert len(page.armed) == 21
    assert hanging.lines == []
    never.set()


def test_a_session_ends_when_it_has_finished_and_everybody_is_on_the_last_page() -> None:
    watched = Watched(Buyer())
    watched.at(turns=0).join = lambda: None  # type: ignore[method-assign]
    watched.seat.hear(arrived("still", "/p/code/otree_app/Results/3"))
    assert experiment(watched, finished=True).run() == "finished"


def test_without_word_from_the_server_bots_that_are_stuck_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.domain.experiment.RESTING_SECONDS", 0.2)
    watched = Watched(Buyer())
    watched.at(turns=0).join = lambda: None  # type: ignore[method-assign]
    watched.seat.state.place = "stuck"
    assert experiment(watched).run() == "stuck"
