"""When phases change: one clock for all seats."""

from __future__ import annotations

from market.designs import design
from market.events import ClosePeriod, OpenPeriod, Pause, Phase, Resume
from market.exchange import Exchange
from otree_app.schedule import Schedule

NOON = 1_000_000.0


def schedule() -> Schedule:
    treatment = design("asset_cda").with_changes(period_seconds=20, result_seconds=5, ready_seconds=60)
    roles = {"T1": treatment.roles[0], "T2": treatment.roles[1]}
    return Schedule(Exchange(treatment, roles), dividends=(20, 40, 60))


def opened() -> Schedule:
    running = schedule()
    running.first_seat = NOON
    running.operate(OpenPeriod(), NOON)
    return running


def test_nothing_is_due_before_the_first_seat_comes() -> None:
    assert schedule().next_change(all_ready=False) is None


def test_a_period_opens_at_once_when_all_seats_are_there() -> None:
    waiting = schedule()
    waiting.first_seat = NOON
    assert waiting.due(NOON, all_ready=True) == OpenPeriod()
    assert waiting.due(NOON + 59, all_ready=False) is None


def test_a_period_opens_without_those_who_do_not_come_in_time() -> None:
    waiting = schedule()
    waiting.first_seat = NOON
    assert waiting.due(NOON + 60, all_ready=False) == OpenPeriod()


def test_a_period_closes_after_its_seconds_and_pays_the_dividend_drawn_for_it() -> None:
    running = opened()
    assert running.due(NOON + 19.9, all_ready=True) is None
    assert running.due(NOON + 20, all_ready=True) == ClosePeriod(20)


def test_the_result_is_shown_for_its_seconds_whoever_is_there() -> None:
    running = opened()
    running.operate(ClosePeriod(20), NOON + 20)
    assert running.due(NOON + 24.9, all_ready=False) is None
    assert running.due(NOON + 25, all_ready=False) == OpenPeriod()


def test_a_pause_stops_the_clock_and_the_time_is_not_lost() -> None:
    running = opened()
    running.operate(Pause("a question"), NOON + 8)
    assert running.seconds(NOON + 100) == 8
    assert running.next_change(all_ready=True) is None
    running.operate(Resume(), NOON + 100)
    assert running.seconds(NOON + 103) == 11
    assert running.next_change(all_ready=True) == NOON + 112


def test_a_finished_market_has_nothing_due() -> None:
    running = opened()
    for period in range(3):
        now = NOON + 25 * period
        if period:
            running.operate(OpenPeriod(), now)
        running.operate(ClosePeriod(0), now + 20)
    assert running.exchange.phase is Phase.FINISHED
    assert running.next_change(all_ready=True) is None
