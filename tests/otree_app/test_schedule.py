"""When phases change: one clock for all seats."""

from __future__ import annotations

import pytest

from market.designs import design
from market.events import (
    AskForecasts,
    ClosePeriod,
    EndMarket,
    Extend,
    OpenPeriod,
    Pause,
    Phase,
    Presence,
    Resume,
    Tell,
)
from market.exchange import Exchange
from market.information import Draw
from market.orders import Forecast
from otree_app.presence import EMPTY_SECONDS, Attendance
from otree_app.schedule import Schedule

NOON = 1_000_000.0
PEOPLE = {"T1": "human", "T2": "human", "T3": "human"}


def schedule(kinds: dict[str, str] = PEOPLE, **changes: object) -> Schedule:
    treatment = design("asset_cda").with_changes(period_seconds=20, result_seconds=5, ready_seconds=120, **changes)
    roles = {trader: treatment.roles[number % 2] for number, trader in enumerate(kinds)}
    draws = tuple(Draw(dividend) for dividend in (20, 40, 60))
    return Schedule(Exchange(treatment, roles), draws, Attendance(dict(kinds), treatment.absence))


def come(waiting: Schedule, *traders: str, now: float = NOON) -> None:
    for trader in traders:
        waiting.operate(Presence(trader, True), now)


def leave(waiting: Schedule, *traders: str, now: float = NOON) -> None:
    for trader in traders:
        waiting.operate(Presence(trader, False), now)


def opened(**changes: object) -> Schedule:
    running = schedule(**changes)  # type: ignore[arg-type]
    come(running, *PEOPLE)
    running.operate(OpenPeriod(), NOON)
    return running


# Waiting


def test_nothing_is_due_before_the_first_seat_comes() -> None:
    assert schedule().next_change() is None


def test_a_period_opens_at_once_when_all_seats_are_there() -> None:
    waiting = schedule()
    come(waiting, "T1", "T2")
    assert waiting.due(NOON + 59) is None
    come(waiting, "T3", now=NOON + 59)
    assert waiting.due(NOON + 59) == OpenPeriod()


def test_a_period_opens_without_those_who_do_not_come_in_time() -> None:
    waiting = schedule()
    come(waiting, "T1", "T2")
    assert waiting.due(NOON + 119) is None
    assert waiting.due(NOON + 120) == OpenPeriod()


def test_a_market_is_cancelled_when_not_all_come_and_the_treatment_says_so() -> None:
    waiting = schedule(absence={"late": "cancel"})
    come(waiting, "T1", "T2")
    assert isinstance(waiting.due(NOON + 120), EndMarket)


def test_nobody_trades_alone() -> None:
    waiting = schedule()
    come(waiting, "T1")
    assert isinstance(waiting.due(NOON + 120), EndMarket)


def test_bots_wait_for_people_however_long_it_takes() -> None:
    waiting = schedule({"T1": "human", "T2": "model", "T3": "rule"})
    come(waiting, "T2", "T3")
    assert waiting.due(NOON + 100_000) is None
    come(waiting, "T1", now=NOON + 100_000)
    assert waiting.due(NOON + 100_000) == OpenPeriod()


def test_bots_start_alone_where_they_are_told_to() -> None:
    waiting = schedule({"T1": "human", "T2": "model", "T3": "rule"}, absence={"bots_alone": True})
    come(waiting, "T2", "T3")
    assert waiting.due(NOON + 120) == OpenPeriod()


def test_a_market_of_bots_alone_waits_for_no_people() -> None:
    waiting = schedule({"T1": "model", "T2": "rule"})
    come(waiting, "T1", "T2")
    assert waiting.due(NOON) == OpenPeriod()


def test_who_has_declined_is_not_waited_for() -> None:
    waiting = schedule({**PEOPLE, "T3": "declined"})
    come(waiting, "T1", "T2")
    assert waiting.due(NOON) == OpenPeriod()


def test_when_all_people_have_declined_the_market_is_cancelled_rather_than_waiting_for_ever() -> None:
    waiting = schedule({"T1": "human", "T2": "model", "T3": "rule"})
    come(waiting, "T2", "T3")
    assert waiting.due(NOON + 100_000) is None
    waiting.attendance.know({"T1": "declined", "T2": "model", "T3": "rule"}, NOON + 100_000)
    assert isinstance(waiting.due(NOON + 100_000), EndMarket)


def test_a_market_never_opens_for_nobody_and_the_wait_starts_anew_with_who_comes_later() -> None:
    waiting = schedule()
    come(waiting, "T1", "T2")
    leave(waiting, "T1", "T2", now=NOON + 10)
    assert waiting.due(NOON + 5000) is None
    come(waiting, "T1", "T2", now=NOON + 5000)
    assert waiting.due(NOON + 5100) is None
    assert waiting.due(NOON + 5120) == OpenPeriod()


def test_a_reload_or_a_restart_does_not_start_the_wait_anew() -> None:
    waiting = schedule()
    come(waiting, "T1", "T2")
    leave(waiting, "T1", "T2", now=NOON + 100)
    come(waiting, "T1", "T2", now=NOON + 100 + EMPTY_SECONDS)
    assert waiting.due(NOON + 160) == OpenPeriod()


# Periods


def test_a_period_closes_after_its_seconds_and_pays_the_dividend_drawn_for_it() -> None:
    running = opened()
    assert running.due(NOON + 19.9) is None
    assert running.due(NOON + 20) == ClosePeriod(20)


def test_the_result_is_shown_for_its_seconds_whoever_is_there() -> None:
    running = opened()
    running.operate(ClosePeriod(20), NOON + 20)
    leave(running, *PEOPLE, now=NOON + 21)
    assert running.due(NOON + 24.9) is None
    assert running.due(NOON + 25) == OpenPeriod()


def test_a_pause_stops_the_clock_and_the_time_is_not_lost() -> None:
    running = opened()
    running.operate(Pause("a question"), NOON + 8)
    assert running.seconds(NOON + 100) == 8
    assert running.next_change() is None
    running.operate(Resume(), NOON + 100)
    assert running.seconds(NOON + 103) == 11
    assert running.next_change() == NOON + 112


def test_time_that_is_given_lengthens_the_phase_that_runs_and_no_other() -> None:
    running = opened()
    running.operate(Extend(15), NOON + 10)
    assert running.next_change() == NOON + 35
    assert running.seconds(NOON + 30) == 30
    running.operate(ClosePeriod(20), NOON + 35)
    assert running.next_change() == NOON + 40
    running.operate(Extend(60), NOON + 36)
    assert running.next_change() == NOON + 100


@pytest.mark.parametrize("operation", [Tell("hello"), Presence("T1", False), Extend(0.5)])
def test_words_and_people_who_come_and_go_leave_the_clock_alone(operation: Tell | Presence | Extend) -> None:
    running = opened()
    running.operate(operation, NOON + 10)
    assert running.seconds(NOON + 12) == 12


def test_a_finished_market_has_nothing_due() -> None:
    running = opened()
    for period in range(3):
        now = NOON + 25 * period
        if period:
            running.operate(OpenPeriod(), now)
        running.operate(ClosePeriod(0), now + 20)
    assert running.exchange.phase is Phase.FINISHED
    assert running.next_change() is None


# Forecasts

ASKING = {"forecasts": {"horizons": [0, 2], "seconds": 30}}


def asking() -> Schedule:
    waiting = schedule(**ASKING)  # type: ignore[arg-type]
    come(waiting, *PEOPLE)
    operation = waiting.due(NOON)
    assert operation == AskForecasts()
    waiting.operate(operation, NOON)
    return waiting


def test_forecasts_are_asked_before_a_period_and_for_their_seconds() -> None:
    waiting = asking()
    assert waiting.due(NOON + 29) is None
    assert waiting.due(NOON + 30) == OpenPeriod()


def test_the_period_opens_early_when_every_seat_has_answered_and_only_then() -> None:
    waiting = asking()
    for trader in ("T1", "T2"):
        waiting.exchange.submit(trader, Forecast((100, 90)), 0.0)
    assert waiting.due(NOON + 5) is None
    waiting.exchange.submit("T3", Forecast((100, 90)), 0.0)
    assert waiting.due(NOON + 5) == OpenPeriod()


def test_no_forecasts_are_asked_where_no_target_is_left() -> None:
    waiting = schedule(forecasts={"horizons": [2], "seconds": 30})
    come(waiting, *PEOPLE)
    waiting.operate(AskForecasts(), NOON)
    waiting.operate(OpenPeriod(), NOON + 30)
    waiting.operate(ClosePeriod(20), NOON + 50)
    assert waiting.due(NOON + 55) == OpenPeriod()
