"""Sentences about a market at work in memory: what a restart gives back, and what is said when it has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from market.designs import design
from market.events import EndMarket, OpenPeriod, Operation, Pause, Phase, Presence
from market.exchange import Exchange
from market.facts import facts_of
from market.language import say
from market.payment import Line, Payment
from otree_app.happenings import DIARIES_KEPT, _diaries, diary_of
from otree_app.host import MarketHost
from otree_app.live_market import LiveMarket, note_of
from otree_app.pages_after import cancelled_lines
from otree_app.payment import came, is_due
from otree_app.presence import EMPTY_SECONDS
from otree_app.store import Head, Stored

NOON = 1_000_000.0
TRADERS = ("T1", "T2", "T3")
PEOPLE = dict.fromkeys(TRADERS, "human")


def head(**changes: object) -> Head:
    treatment = design("asset_cda").with_changes(ready_seconds=120, **changes)
    roles = {trader: asdict(treatment.roles[0]) for trader in TRADERS}
    return Head(treatment.canonical(), json.dumps(roles), json.dumps([(20,)] * 3))


def live(kept: Head, log: Sequence[Stored] = ()) -> LiveMarket:
    return LiveMarket(kept, log, PEOPLE)


def exchange(*operations: Operation) -> Exchange:
    market = live(head()).exchange
    for operation in operations:
        market.operate(operation)
    return market


# A restart while people wait


@pytest.mark.parametrize("late", ["start", "cancel"])
def test_a_server_that_was_down_while_people_waited_does_not_call_the_market_off(late: str) -> None:
    before = live(head(absence={"late": late}))
    before.run_clock(NOON, frozenset({"T1", "T2"}))
    again = live(head(absence={"late": late}), before.unsaved(NOON))
    back = NOON + 1200
    again.give_back_lost_time(back, "host.restarted")
    again.run_clock(back, frozenset({"T1"}))
    assert again.exchange.phase is Phase.WAITING
    assert again.schedule.next_change() == back + EMPTY_SECONDS


def test_a_market_that_nobody_had_come_to_waits_for_nobody_after_a_restart() -> None:
    again = live(head())
    again.give_back_lost_time(NOON, "host.restarted")
    assert again.schedule.next_change() is None


# The longest pause


def test_a_market_goes_on_without_who_does_not_come_back_and_all_are_told() -> None:
    market = live(head(absence={"dropout": "pause", "dropout_seconds": 10, "longest_pause": 50}))
    market.run_clock(NOON, frozenset(TRADERS))
    market.run_clock(NOON + 1, frozenset({"T1"}))
    market.run_clock(NOON + 11, frozenset({"T1"}))
    assert market.exchange.phase is Phase.PAUSED
    assert list(market.moments()) == [NOON + 61]
    market.run_clock(NOON + 60.9, frozenset({"T1"}))
    assert market.exchange.conduct.paused
    market.run_clock(NOON + 61, frozenset({"T1"}))
    assert not market.exchange.conduct.paused, "nor is there a pause for the other who is away"
    assert [one.text for one in market.exchange.conduct.messages] == [say("en", "host.went_on")]


# What is said


def test_a_bot_reads_of_the_others_what_people_read() -> None:
    market = LiveMarket(head(bot_disclosure="which"), [], {**PEOPLE, "T2": "model", "T3": "rule"})
    for trader in ("T1", "T2"):
        view = json.loads(market.feed.snapshot(trader, 0.0, {}))["view"]
        assert view["facts"]["others"] == facts_of(market.exchange.treatment, 3, ("T2", "T3")).others
        assert "Trader 2 and Trader 3 are computer programs" in view["facts"]["others"]


def test_all_read_why_a_market_ended_by_itself() -> None:
    words = say("en", "host.ended_absent")
    assert note_of(exchange(OpenPeriod(), EndMarket(words))) == words


def test_the_labs_reason_for_an_end_is_for_the_data_alone() -> None:
    assert note_of(exchange(OpenPeriod(), EndMarket("P3 used a phone"))) == ""


def test_a_market_that_ended_in_a_pause_does_not_say_that_it_goes_on() -> None:
    words = say("en", "host.paused_absent", length="5 minutes")
    paused = exchange(OpenPeriod(), Pause(words, waits_for="T1"))
    assert note_of(paused) == words
    paused.operate(EndMarket("no use"))
    assert note_of(paused) == ""


def speaker() -> Any:
    return SimpleNamespace(say=lambda key: key)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), ["cancelled.text"]),
        ((Line("fee", cents=500),), ["cancelled.text", "cancelled.fee"]),
        ((Line("fee", cents=0), Line("waiting", cents=20)), ["cancelled.text", "cancelled.paid"]),
    ],
)
def test_a_cancelled_market_promises_pay_for_waiting_only_where_it_is_paid(
    lines: tuple[Line, ...], told: list[str]
) -> None:
    assert cancelled_lines(speaker(), "text", Payment(lines)) == told


# Who is paid


def seat(consent: str, page: str | None, *, asked: bool = True, visited: bool = True, kind: str = "human") -> Any:
    document = design("asset_cda").with_changes(steps={"consent": asked}).canonical()
    one = SimpleNamespace(
        kind=kind,
        consent=consent,
        participant=SimpleNamespace(visited=visited, _current_page_name=page),
        session=SimpleNamespace(vars={"openpit_treatment": document}),
    )
    one.in_round = lambda number: one
    return one


@pytest.mark.parametrize(
    ("player", "due"),
    [
        (seat("yes", "Market"), True),
        (seat("no", "Declined"), False),
        (seat("", "Consent"), False),
        (seat("", None), False),
        (seat("", "Instructions"), True),
        (seat("", "Instructions", asked=False), True),
        (seat("", None, visited=False, asked=False), False),
        (seat("yes", "Market", kind="model"), False),
    ],
    ids=["takes part", "declined", "left at the consent", "only opened", "moved on", "not asked", "absent", "bot"],
)
def test_who_left_without_an_answer_to_the_consent_is_not_paid(player: Any, due: bool) -> None:
    assert is_due(player) is due


def test_who_declined_has_come() -> None:
    assert came(seat("no", "Declined"))


# The host and the monitor


class SlowStore:
    """Says who sits where only when it is let; `host` is told meanwhile that this has changed."""

    def __init__(self) -> None:
        self.asked = 0
        self.host: MarketHost | None = None

    async def head(self, head_id: int) -> Head:
        return head()

    async def read(self, head_id: int, since: int) -> list[Stored]:
        return []

    async def append(self, head_id: int, stored: Sequence[Stored]) -> None:
        await asyncio.sleep(0)

    async def kinds(self, head_id: int) -> dict[str, str]:
        self.asked += 1
        if self.host and self.asked == 2:
            self.host.kinds_changed()
        return dict(PEOPLE)


def test_seats_that_are_marked_while_the_database_is_asked_are_looked_up_once_more() -> None:
    async def story() -> None:
        store = SlowStore()

        async def never(_: MarketHost) -> None:
            raise AssertionError("the market did not finish")

        host = store.host = MarketHost(1, store, never)  # type: ignore[arg-type]
        await host.start()
        for trader in TRADERS:
            host.join(trader)
        while host.exchange.phase is not Phase.OPEN:
            await asyncio.sleep(0.01)
        store.asked = 1
        host.kinds_changed()
        await asyncio.sleep(0.1)
        assert store.asked == 3
        host.close()

    asyncio.run(story())


def test_the_monitor_does_not_keep_every_market_that_it_ever_showed() -> None:
    _diaries.clear()
    for number in range(50):
        diary_of(number, exchange(Presence("T1", True)), 1)
    assert list(_diaries) == list(range(50 - DIARIES_KEPT, 50))
    assert diary_of(49, _diaries[49].exchange, 1).present == {"T1": (True, 0)}
