"""Who needs a look: idle people, people who are away, and nobody who cannot trade anyway."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from market.designs import design
from market.events import ClosePeriod, OpenPeriod, Pause, Presence, Resume, TakeOver
from market.exchange import Exchange
from market.orders import CancelOrder, PlaceOrder, Side
from otree_app.happenings import Diary, action_in_words, lines
from otree_app.watch import IDLE_SECONDS, Watched, whereabouts

START = 1_000_000.0


@dataclass
class FakeParticipant:
    visited: bool = True
    _current_page_name: str = "Market"
    _last_page_timestamp: float = START


@dataclass
class FakePlayer:
    trader: str = "T1"
    kind: str = "human"
    participant: FakeParticipant = field(default_factory=FakeParticipant)


class Scene:
    """A market of two; each event happens ten seconds after the one before."""

    def __init__(self) -> None:
        treatment = design("asset_cda")
        self.exchange = Exchange(treatment, {"T1": treatment.roles[0], "T2": treatment.roles[1]})
        self.diary = Diary(self.exchange)
        self.exchange.operate(OpenPeriod())

    @property
    def stamps(self) -> list[float]:
        return [START + 10 * number for number in range(len(self.exchange.events))]

    def look(self, after: float, *present: str, player: FakePlayer | None = None) -> dict[str, object]:
        """Where T1 is, `after` seconds after the last event."""
        events = len(self.exchange.events)
        self.diary.follow(events)
        watched = Watched(1, self.exchange, events, self.stamps, frozenset(present), None)
        return whereabouts(player or FakePlayer(), watched, self.diary, self.stamps[-1] + after)  # type: ignore[arg-type]


def test_a_person_who_does_nothing_while_others_trade_is_idle() -> None:
    scene = Scene()
    assert scene.look(IDLE_SECONDS - 1, "T1")["state"] == "trading"
    seen = scene.look(IDLE_SECONDS + 5, "T1")
    assert (seen["state"], seen["since"], seen["warning"]) == ("idle", IDLE_SECONDS + 5, True)


def test_a_bot_may_hold_as_long_as_it_likes() -> None:
    assert Scene().look(1000, "T1", player=FakePlayer(kind="model"))["warning"] is False


def test_an_order_or_the_end_of_a_pause_starts_the_patience_anew() -> None:
    scene = Scene()
    scene.exchange.submit("T1", PlaceOrder(Side.BUY, 50), 1.0)
    assert scene.look(IDLE_SECONDS - 1, "T1")["state"] == "trading"
    scene.exchange.operate(Pause())
    assert scene.look(1000, "T1")["state"] == "there"
    scene.exchange.operate(Resume())
    assert scene.look(1, "T1")["state"] == "trading"


def test_who_has_left_the_market_is_away_since_the_last_page_went() -> None:
    scene = Scene()
    scene.exchange.operate(Presence("T1", True))
    scene.exchange.operate(Presence("T1", False))
    seen = scene.look(22)
    assert (seen["state"], seen["since"], seen["warning"]) == ("away", 22, True)
    scene.exchange.operate(TakeOver("T1", "zero_intelligence"))
    assert scene.look(22)["taken_over"] == "zero_intelligence"


def test_a_slow_reader_is_on_a_page_and_gets_a_warning_late() -> None:
    reader = FakePlayer(participant=FakeParticipant(_current_page_name="Quiz"))
    assert Scene().look(100, player=reader)["warning"] is False
    seen = Scene().look(300, player=reader)
    assert (seen["state"], seen["page"], seen["warning"]) == ("reading", "Quiz", True)


def test_who_has_not_opened_the_link_is_not_here_yet() -> None:
    assert Scene().look(9, player=FakePlayer(participant=FakeParticipant(visited=False)))["state"] == "not here yet"


def test_the_log_tells_what_the_host_did_and_leaves_arrivals_out() -> None:
    scene = Scene()
    scene.exchange.operate(Presence("T1", True))
    scene.exchange.operate(Presence("T1", False))
    scene.exchange.operate(Pause("A fire drill."))
    scene.exchange.operate(Resume())
    scene.exchange.operate(ClosePeriod(20))
    scene.diary.follow(len(scene.exchange.events))
    told = [line["text"] for line in lines(scene.diary, scene.stamps)]
    assert told == [
        "Period 1 opened",
        "T1 is away",
        "Paused: A fire drill.",
        "Trading goes on",
        "Period 1 closed; a share paid 20",
    ]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (PlaceOrder(Side.BUY, 55, 2), "bid 55 \u00d7 2"),
        (PlaceOrder(Side.BUY, 90, 2), "bought 2 at 81"),
        (CancelOrder(3), "took an order back"),
    ],
)
def test_an_action_is_told_in_words(action: PlaceOrder | CancelOrder, words: str) -> None:
    scene = Scene()
    for price in (80, 82):
        scene.exchange.submit("T2", PlaceOrder(Side.SELL, price), 1.0)
    scene.exchange.submit("T1", PlaceOrder(Side.BUY, 40), 1.0)
    assert scene.exchange.submit("T1", action, 2.0).ok
    assert action_in_words(scene.exchange.events[-1], scene.exchange.treatment) == words
