"""A seat tells its trader what became of its decisions, lets it look back and has it answer pages, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import sleep

import pytest

from bots.adapters.forms import Field
from bots.adapters.page import PhaseChanged
from bots.agents.questions import FormAnswers, FormField
from bots.agents.trader import Decision, Fate
from bots.domain import seat as seats
from market.events import Phase
from market.orders import PlaceOrder, Side
from market.view import MarketView
from tests.bots.domain.test_seat import Watched, eventually
from tests.bots.fake_page import arrived

AGE = Field(name="age", type="number", min="0", max="100")


@dataclass
class Model:
    """A trader that can do all a language model can; `seconds` of thinking, `error` when it answers a page."""

    seconds: float = 0.0
    error: Exception | None = None
    deaf: bool = False
    at_once: int = 0
    most_at_once: int = 0
    heard: list[tuple[str, int]] = field(default_factory=list)
    looked_at: list[MarketView] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def decide(self, view: MarketView) -> Decision:
        self._work()
        order = PlaceOrder(Side.BUY, 10)
        return Decision(actions=(order,), outcome="repaired", calls=("call-1", "call-1/repair"))

    def told(self, decision: Decision, fates: Sequence[Fate]) -> None:
        self.heard.append((decision.outcome, len(fates)))
        if self.deaf:
            raise KeyError("news")

    def reflect(self, view: MarketView) -> Decision | None:
        self._work()
        self.looked_at.append(view)
        return Decision(calls=("reflection-1",))

    def answer_form(
        self, fields: Sequence[FormField], neutral: Mapping[str, list[str]], *, title: str = "", text: str = ""
    ) -> FormAnswers:
        self._work()
        self.titles.append(title)
        if self.error:
            raise self.error
        return FormAnswers(values={**neutral, "age": ["30"]}, calls=("form-1",))

    def _work(self) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        sleep(self.seconds)
        self.at_once -= 1


def test_a_decision_is_recorded_with_its_calls_and_the_trader_hears_of_it() -> None:
    watched = Watched(model := Model())
    watched.at(turns=2)
    with watched.playing():
        eventually(lambda: len(model.heard) == 2)
    assert model.heard == [("repaired", 1)] * 2
    assert [(line["outcome"], line["calls"]) for line in watched.lines] == [
        ("repaired", ["call-1", "call-1/repair"])
    ] * 2


def test_the_trader_hears_of_a_late_decision_once_it_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.02)
    watched = Watched(model := Model(seconds=0.3))
    watched.at(seconds=0.1, turns=1)
    with watched.playing():
        eventually(lambda: model.heard)
    assert model.heard == [("late", 0)]
    assert [(line["outcome"], line["calls"]) for line in watched.lines] == [("late", ["call-1", "call-1/repair"])]


def test_a_trader_that_cannot_take_its_news_goes_on() -> None:
    watched = Watched(model := Model(deaf=True))
    watched.at(turns=2)
    with watched.playing():
        eventually(lambda: len(model.heard) == 2)
    assert any("KeyError: 'news'" in text for text in watched.logged)


def test_the_trader_looks_back_once_in_each_pause() -> None:
    watched = Watched(model := Model())
    watched.at(turns=1)
    with watched.playing():
        eventually(lambda: model.heard)
        for _ in range(2):
            watched.seat.hear(PhaseChanged(Phase.CLOSED, 1, "T1"))
        eventually(lambda: any("looked back: valid, calls: reflection-1" in text for text in watched.logged))
    assert [view.phase for view in model.looked_at] == [Phase.CLOSED]


def test_the_trader_never_does_two_things_at_a_time() -> None:
    watched = Watched(model := Model(seconds=0.2))
    page = watched.at(turns=1)
    with watched.playing():
        eventually(lambda: model.at_once)
        watched.seat.hear(PhaseChanged(Phase.CLOSED, 1, "T1"))
        watched.seat.hear(replace(arrived("form", "/p/code/survey/Age/3"), fields=(AGE,)))
        eventually(lambda: page.passed)
    assert (model.most_at_once, len(model.looked_at), model.titles) == (1, 1, ["Form"])


def test_a_page_gets_the_traders_answers() -> None:
    watched = Watched(model := Model())
    page = watched.at(turns=0)
    with watched.playing():
        watched.seat.hear(replace(arrived("form", "/p/code/survey/Age/3"), fields=(AGE,)))
        eventually(lambda: page.passed)
    assert model.titles == ["Form"]
    assert page.given == [{"age": ["30"]}]


def test_a_trader_that_fails_on_a_page_leaves_it_to_neutral_answers_and_the_log_says_so() -> None:
    watched = Watched(Model(error=ZeroDivisionError("no age")))
    page = watched.at(turns=0)
    with watched.playing():
        watched.seat.hear(replace(arrived("form", "/p/code/survey/Age/3"), fields=(AGE,)))
        eventually(lambda: page.passed)
    assert page.given == [{"age": ["50"]}]
    assert any("answered: failed" in text and "no age" in text for text in watched.logged)


def test_a_page_waits_for_its_answers_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "FORM_SECONDS", 0.05)
    monkeypatch.setattr(seats, "TICK_SECONDS", 0.02)
    watched = Watched(Model(seconds=1.0))
    page = watched.at(turns=0)
    with watched.playing():
        watched.seat.hear(replace(arrived("form", "/p/code/survey/Age/3"), fields=(AGE,)))
        eventually(lambda: page.passed, seconds=0.8)
    assert page.given[0] == {}


def test_a_page_without_fields_is_passed_at_once() -> None:
    watched = Watched(model := Model())
    page = watched.at(turns=0)
    with watched.playing():
        watched.seat.hear(arrived("form", "/p/code/otree_app/Instructions/1"))
        eventually(lambda: page.passed)
    assert model.titles == []
