"""What follows when people who take part are away, and when they come back."""

from __future__ import annotations

import pytest

from market.events import (
    ClosePeriod,
    EndMarket,
    HandBack,
    OpenPeriod,
    Operation,
    Pause,
    Presence,
    Resume,
    TakeOver,
)
from otree_app.presence import due_to_absence, next_absence, waited
from otree_app.schedule import Schedule
from tests.otree_app.test_schedule import NOON, PEOPLE, come, leave, opened, schedule


def trading(dropout: str) -> Schedule:
    return opened(absence={"dropout": dropout, "dropout_seconds": 10})


def answer(running: Schedule, now: float) -> Operation | None:
    return due_to_absence(running.exchange, running.attendance, now)


def absent(dropout: str) -> Schedule:
    """T2 has been away since 3 seconds after the opening."""
    running = trading(dropout)
    leave(running, "T2", now=NOON + 3)
    return running


@pytest.mark.parametrize(
    ("dropout", "expected"),
    [("stay", type(None)), ("pause", Pause), ("end", EndMarket), ("takeover", TakeOver)],
)
def test_a_seat_that_is_away_for_too_long_is_treated_as_the_treatment_says(dropout: str, expected: type) -> None:
    running = absent(dropout)
    assert answer(running, NOON + 12.9) is None
    assert isinstance(answer(running, NOON + 13), expected)


def test_who_is_back_in_time_was_never_missed() -> None:
    running = absent("end")
    come(running, "T2", now=NOON + 12)
    assert answer(running, NOON + 14) is None
    assert next_absence(running.exchange, running.attendance) is None


def test_a_market_paused_for_somebody_goes_on_when_they_are_back_and_not_before() -> None:
    running = absent("pause")
    pause = answer(running, NOON + 13)
    assert isinstance(pause, Pause)
    assert pause.reason
    running.operate(pause, NOON + 13)
    come(running, "T1", now=NOON + 15)
    assert answer(running, NOON + 16) is None
    come(running, "T2", now=NOON + 17)
    assert answer(running, NOON + 17) == Resume()


def test_a_pause_of_the_experimenter_does_not_end_when_somebody_comes() -> None:
    running = trading("pause")
    running.operate(Pause("a question"), NOON + 1)
    leave(running, "T2", now=NOON + 3)
    come(running, "T2", now=NOON + 4)
    assert answer(running, NOON + 4) is None


def test_a_pause_of_the_experimenter_lasts_however_long_it_takes() -> None:
    running = absent("pause")
    running.operate(Pause("away", waits_for="T2"), NOON + 13)
    running.operate(ClosePeriod(20), NOON + 14)
    running.operate(OpenPeriod(), NOON + 20)
    running.operate(Pause("a fire alarm"), NOON + 21)
    assert answer(running, NOON + 10_000) is None


def test_an_absence_that_the_experimenter_overrules_does_not_pause_again() -> None:
    running = absent("pause")
    pause = answer(running, NOON + 13)
    assert pause
    running.operate(pause, NOON + 13)
    running.operate(Resume(), NOON + 20)
    assert answer(running, NOON + 21) is None


def test_a_seat_that_was_taken_over_is_handed_back_at_once() -> None:
    running = absent("takeover")
    takeover = answer(running, NOON + 13)
    assert takeover == TakeOver("T2", "zero_intelligence")
    running.operate(takeover, NOON + 13)
    assert answer(running, NOON + 100) is None
    come(running, "T2", now=NOON + 100)
    assert answer(running, NOON + 100) == HandBack("T2")


def test_an_absence_between_periods_is_answered_when_the_next_one_opens() -> None:
    running = trading("end")
    running.operate(ClosePeriod(20), NOON + 20)
    leave(running, "T1", now=NOON + 21)
    assert answer(running, NOON + 40) is None
    running.operate(OpenPeriod(), NOON + 40)
    assert isinstance(answer(running, NOON + 40), EndMarket)


def test_bots_that_vanish_stay_as_they_are() -> None:
    running = schedule({"T1": "human", "T2": "model", "T3": "rule"}, absence={"dropout": "end", "dropout_seconds": 10})
    come(running, *PEOPLE)
    running.operate(OpenPeriod(), NOON)
    leave(running, "T2", "T3", now=NOON + 1)
    assert answer(running, NOON + 100) is None


@pytest.mark.parametrize("dropout", ["pause", "end"])
def test_who_never_came_does_not_stop_those_who_did(dropout: str) -> None:
    running = schedule(absence={"dropout": dropout, "dropout_seconds": 10})
    come(running, "T1", "T2")
    running.operate(OpenPeriod(), NOON + 120)
    assert answer(running, NOON + 200) is None


def test_a_rule_plays_for_who_never_came_where_rules_may() -> None:
    running = schedule(absence={"dropout": "takeover", "dropout_seconds": 10})
    come(running, "T1", "T2")
    running.operate(OpenPeriod(), NOON + 120)
    assert answer(running, NOON + 129) is None
    assert answer(running, NOON + 130) == TakeOver("T3", "zero_intelligence")


def test_a_clock_built_again_from_the_log_knows_who_is_missed_since_when() -> None:
    running = absent("takeover")
    again = schedule(absence={"dropout": "takeover", "dropout_seconds": 10})
    for event in running.exchange.events:
        again.exchange.operate(event.command, event.seconds)  # type: ignore[arg-type]
        again.moved(event, NOON + event.seconds)
    assert again.attendance == running.attendance


def test_the_time_somebody_waited_is_counted_until_the_market_begins() -> None:
    waiting = schedule()
    stamps = []
    for at, operation in (
        (0, Presence("T1", True)),
        (10, Presence("T2", True)),
        (20, Presence("T1", False)),
        (50, Presence("T1", True)),
        (90, OpenPeriod()),
        (95, Presence("T1", False)),
    ):
        waiting.operate(operation, NOON + at)
        stamps.append(NOON + at)
    assert waited(waiting.exchange.events, stamps) == {"T1": 20 + 40, "T2": 80}


def test_the_time_somebody_waited_for_a_market_that_was_cancelled_is_counted_too() -> None:
    waiting = schedule()
    come(waiting, "T1")
    waiting.operate(EndMarket("not everybody came"), NOON + 120)
    assert waited(waiting.exchange.events, [NOON, NOON + 120]) == {"T1": 120}
