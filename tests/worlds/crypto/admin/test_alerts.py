"""The administrator speaks at its limits, not before, and is silent for a while afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from worlds.crypto.admin.alerts import Alert, Limits, Watch
from worlds.crypto.admin.events import Event

START = datetime(2026, 3, 2, tzinfo=UTC)
BAR = timedelta(hours=4)


def equity(
    values: Iterable[float], *, every: timedelta = BAR, exposures: dict[str, float] | None = None
) -> list[Event]:
    return [
        Event("equity", START + number * every, {"equity": value, "exposures": exposures or {}})
        for number, value in enumerate(values)
    ]


def alerts(events: Iterable[Event], limits: Limits | None = None) -> list[Alert]:
    watch = Watch(limits or Limits())
    return [alert for event in events for alert in watch.see(event)]


def rules(events: Iterable[Event], limits: Limits | None = None) -> list[str]:
    return [alert.rule for alert in alerts(events, limits)]


@pytest.mark.parametrize(("low", "spoken"), [(9010, []), (9000, ["drawdown"])])
def test_a_drawdown_of_a_tenth_is_critical_and_less_is_not(low: float, spoken: list[str]) -> None:
    # over ten days, so that no single day loses five percent
    seen = alerts(equity([10_000, 9_700, 9_400, 9_200, low], every=timedelta(days=2)), Limits(daily_loss=1.0))
    assert [alert.rule for alert in seen] == spoken
    assert all(alert.level == "critical" for alert in seen)


def test_a_drawdown_counts_from_the_highest_equity_not_from_the_first() -> None:
    assert rules(equity([10_000, 20_000, 18_000], every=timedelta(days=2)), Limits(daily_loss=1.0)) == ["drawdown"]


@pytest.mark.parametrize(("last", "spoken"), [(9_510, []), (9_500, ["daily_loss"])])
def test_a_day_that_loses_a_twentieth_is_critical(last: float, spoken: list[str]) -> None:
    assert rules(equity([10_000, 9_800, last])) == spoken


def test_a_day_starts_with_what_the_one_before_left() -> None:
    # six bars a day: the seventh event is the close of the first day's last bar, and the loss comes with the next one
    assert rules(equity([10_000] * 7 + [9_450])) == ["daily_loss"]


def test_a_bar_that_closes_at_midnight_belongs_to_the_day_that_it_ends() -> None:
    assert rules(equity([10_000] * 5 + [9_700, 9_400])) == ["daily_loss"]


def test_the_losses_of_two_days_are_not_added_up() -> None:
    assert rules(equity([10_000, 9_700] + [9_700] * 5 + [9_400])) == []


def test_the_third_breach_within_a_day_speaks() -> None:
    def breach(hours: float) -> Event:
        return Event("breach", START + timedelta(hours=hours), {"symbol": "BTC", "check": "leverage"})

    assert rules(map(breach, (0, 12, 23))) == ["risk_breaches"]
    assert rules(map(breach, (0, 12, 25))) == []


def test_a_month_that_loses_speaks_once_it_is_a_month() -> None:
    falling = [10_000 - number - (number % 2) * 3 for number in range(181)]
    assert rules(equity(falling)) == ["sharpe_30d"]
    assert rules(equity(falling[:180])) == []


def test_a_month_that_gains_says_nothing() -> None:
    assert rules(equity(10_000 + number + (number % 2) * 3 for number in range(300))) == []


def test_one_coin_above_half_of_a_large_book_speaks() -> None:
    assert rules(equity([10_000], exposures={"BTC": -6_000, "ETH": 5_000})) == ["concentration"]
    assert rules(equity([10_000], exposures={"BTC": 5_000, "ETH": -5_000})) == []


def test_a_small_book_or_a_desk_of_one_coin_is_not_called_concentrated() -> None:
    assert rules(equity([10_000], exposures={"BTC": 3_000, "ETH": 0})) == []
    assert rules(equity([10_000], exposures={"BTC": 30_000})) == []


def test_five_losing_trades_in_a_row_speak_and_a_gain_starts_anew() -> None:
    def closed(pnls: Iterable[float]) -> list[Event]:
        return [Event("closed", START, {"symbol": "BTC", "pnl": pnl}) for pnl in pnls]

    assert rules(closed([-1, -1, -1, -1, -1])) == ["losses"]
    assert rules(closed([-1, -1, -1, -1, 2, -1])) == []


def test_a_rule_is_silent_after_it_spoke_and_speaks_again_when_that_is_over() -> None:
    low = equity([10_000] + [8_900] * 7)
    limits = Limits(daily_loss=1.0, cooldown=timedelta(hours=12))
    assert [alert.at - START for alert in alerts(low, limits)] == [BAR, 4 * BAR, 7 * BAR]


def test_the_silence_of_one_rule_does_not_silence_another() -> None:
    assert rules(equity([10_000, 8_900])) == ["drawdown", "daily_loss"]
