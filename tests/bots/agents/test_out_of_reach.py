"""A model that cannot be asked: when it is taken for lost, when it is tried again, and what is done in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from bots.adapters.llm import Failure, FailureKind, Keys, Models, Request, Scripted, Timing
from bots.agents.language_model import LanguageModelTrader
from bots.agents.policy import OutOfReachPolicy
from bots.agents.trader import Decision
from bots.agents.trading_agents import make_trader
from market.designs import design
from market.view import MarketView
from tests.bots.agents.models import HOLD
from tests.bots.agents.scenes import market, seen

SILENT: list[FailureKind] = ["unreachable", "server_error", "broken_reply", "timeout", "rate_limited"]
TREATMENT = design("asset_cda")
LASTING: list[FailureKind] = ["bad_key", "no_credit", "unknown_model", "no_price", "not_installed"]


@dataclass
class World:
    """A model at a seat, a clock, and who may stop the session. The model says `lines` first; `fails` is what it fails
    with after them, None for an answer to hold."""

    fails: FailureKind | None = None
    lines: list[Any] = field(default_factory=list)
    now: float = 0.0
    asked: list[Request] = field(default_factory=list)
    stops: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        timing = Timing(clock=lambda: self.now, sleep=lambda seconds: None)
        models = Models(local={"scripted": Scripted(self._say)}, keys=Keys({}), timing=timing)
        self.model = LanguageModelTrader(models=models, alias="scripted", seat=1, clock=lambda: self.now)
        self.trader = OutOfReachPolicy(self.model, lambda name: make_trader(name, Random(name)), self)

    def _say(self, request: Request) -> Any:
        self.asked.append(request)
        if self.lines:
            return self.lines.pop(0)
        return Failure(kind=self.fails, message="silence") if self.fails else HOLD

    def pause(self, reason: str) -> None:
        self.stops.append(("pause", reason))

    def end(self, reason: str) -> None:
        self.stops.append(("end", reason))

    def decisions(self, number: int, policy: str = "hold", by: str = "zero_intelligence") -> list[Decision]:
        return [self.trader.decide(view(policy, by)) for _ in range(number)]

    @property
    def keys(self) -> list[str]:
        """Of the questions asked, each once though it was tried several times."""
        return list(dict.fromkeys(request.key for request in self.asked))


def view(policy: str = "hold", by: str = "zero_intelligence") -> MarketView:
    return seen(market(TREATMENT.with_changes(absence={"out_of_reach": policy, "out_of_reach_trader": by})))


# When a model is lost


@pytest.mark.parametrize("kind", SILENT)
def test_a_model_from_which_nothing_comes_three_times_is_out_of_reach(kind: FailureKind) -> None:
    world = World(fails=kind)
    lost = [(world.decisions(1), world.model.out_of_reach)[1] for _ in range(3)]
    assert lost == [False, False, True]


@pytest.mark.parametrize("kind", LASTING)
def test_a_model_that_cannot_be_asked_at_all_is_out_of_reach_at_once(kind: FailureKind) -> None:
    world = World(fails=kind)
    (decision,) = world.decisions(1)
    assert (decision.outcome, world.model.out_of_reach, world.model.out_of_budget) == ("failed", True, False)


@pytest.mark.parametrize("kind", ["bad_json", "bad_schema", "refused", "empty", "truncated", "bad_request"])
def test_a_model_that_answers_nonsense_is_there(kind: FailureKind) -> None:
    world = World(fails=kind)
    world.decisions(5)
    assert not world.model.out_of_reach


def test_our_own_limits_say_nothing_of_a_model() -> None:
    world = World()
    for said in ("timeout", "timeout", "ours", "ours", "ours"):
        brake = Failure(kind="rate_limited", message="no room", retry_after_s=float("inf"))
        world.lines, world.fails = ([brake], None) if said == "ours" else ([], "timeout")
        world.decisions(1)
    assert not world.model.out_of_reach
    world.fails = "timeout"
    world.decisions(1)
    assert world.model.out_of_reach


def test_one_answer_in_between_begins_the_count_anew() -> None:
    world = World()
    for kind in ("timeout", "timeout", None, "timeout", "timeout"):
        world.fails = kind
        world.decisions(1)
    assert not world.model.out_of_reach


def test_a_model_that_answers_badly_and_then_not_at_all_is_there() -> None:
    world = World()
    for _ in range(4):
        world.lines = ["rubbish", Failure(kind="timeout", message="silence")]
        world.decisions(1)
    assert not world.model.out_of_reach
    assert len(world.keys) == 8


def test_a_spent_budget_is_told_apart_and_is_nobodys_to_cure() -> None:
    world = World(fails="over_budget")
    decisions = world.decisions(2, "rule")
    assert (world.model.out_of_reach, world.model.out_of_budget) == (False, True)
    assert [(one.outcome, one.actions, one.substitute) for one in decisions] == [("failed", (), "")] * 2
    world.now, world.fails = 100.0, None
    world.decisions(1)
    assert world.keys == ["seat-1/period-1/turn-1"]


# When it is tried again


def test_a_lost_model_is_not_asked_and_its_decisions_fail_without_a_call() -> None:
    world = World(fails="bad_key")
    decisions = world.decisions(3)
    assert [one.outcome for one in decisions] == ["failed"] * 3
    assert [one.calls for one in decisions] == [("seat-1/period-1/turn-1",), (), ()]
    assert decisions[2].reason == "bad_key: silence (not asked again)"
    assert world.keys == ["seat-1/period-1/turn-1"]


def test_every_thirty_seconds_one_small_question_finds_out_whether_it_is_back() -> None:
    world = World(fails="unreachable")
    world.decisions(3)
    for world.now in (29.0, 30.0, 31.0, 59.0, 60.0):
        world.decisions(1)
    assert world.keys[3:] == ["seat-1/probe-1", "seat-1/probe-2"]
    assert {request.max_tokens for request in world.asked[-2:]} == {64}
    assert {request.deadline for request in world.asked if request.key == "seat-1/probe-2"} == {65.0}


def test_a_model_that_is_back_decides_in_the_same_turn_and_turns_keep_their_numbers() -> None:
    world = World(fails="unreachable")
    world.decisions(4)
    world.now, world.fails = 30.0, None
    (decision,) = world.decisions(1)
    assert (decision.outcome, decision.reason) == ("valid", HOLD["reasoning"])
    assert world.keys[-2:] == ["seat-1/probe-1", "seat-1/period-1/turn-5"]
    assert not world.model.out_of_reach


@pytest.mark.parametrize("kind", ["unknown_model", "no_price", "not_installed"])
def test_what_no_waiting_cures_is_not_tried_again(kind: FailureKind) -> None:
    world = World(fails=kind)
    world.decisions(1)
    world.now = 1000.0
    world.decisions(1)
    assert world.keys == ["seat-1/period-1/turn-1"]


def test_a_record_is_played_to_its_end_whatever_failed_in_it(recorded: Callable[..., list[Decision]]) -> None:
    decisions = recorded(["timeout", "timeout", "timeout", "", "ok"])
    assert [one.outcome for one in decisions] == ["late", "late", "late", "failed", "valid"]


@pytest.fixture
def recorded() -> Callable[..., list[Decision]]:
    """Decisions of a seat by a record of its turns: a kind of failure, "ok", or "" where the model was not asked."""

    def play(turns: list[str]) -> list[Decision]:
        said = {f"seat-1/period-1/turn-{number}": kind for number, kind in enumerate(turns, 1)}

        def say(request: Request) -> Any:
            kind: Any = said[request.key] or "not_recorded"
            return HOLD if kind == "ok" else Failure(kind=kind, message="as recorded")

        models = Models(local={"replay:run-1": Scripted(say)}, keys=Keys({}), timing=Timing(sleep=lambda _: None))
        trader = LanguageModelTrader(models=models, alias="replay:run-1", seat=1)
        return [trader.decide(view()) for _ in turns]

    return play


# What is done in the meantime


def test_a_treatment_that_says_nothing_holds() -> None:
    world = World(fails="bad_key")
    decisions = [world.trader.decide(seen(market())) for _ in range(2)]
    assert [(one.outcome, one.actions, one.substitute) for one in decisions] == [("failed", (), "")] * 2
    assert world.stops == []


def test_a_rule_decides_in_the_models_place_and_the_decision_still_counts_as_failed() -> None:
    world = World(fails="bad_key")
    decisions = world.decisions(5, "rule", by="fundamental")
    assert {(one.outcome, one.substitute) for one in decisions} == {("failed", "fundamental")}
    assert any(one.actions for one in decisions)
    assert decisions[0].calls == ("seat-1/period-1/turn-1",)
    assert decisions[0].reason.startswith("The model is out of reach, fundamental decides: ")
    assert decisions[0].reason.endswith("(bad_key: silence)")


def test_a_rule_does_not_step_in_before_the_model_is_lost_nor_when_time_is_up() -> None:
    world = World(fails="timeout")
    decisions = world.decisions(4, "rule")
    assert [one.outcome for one in decisions] == ["late", "late", "late", "failed"]
    assert [one.substitute for one in decisions] == ["", "", "", "zero_intelligence"]


def test_the_rule_hands_back_when_the_model_answers_again() -> None:
    world = World(fails="no_credit")
    world.decisions(2, "rule")
    world.now, world.fails = 31.0, None
    assert [(one.outcome, one.substitute) for one in world.decisions(2, "rule")] == [("valid", "")] * 2


def test_a_rule_has_one_random_stream_however_often_it_stands_in() -> None:
    world = World(fails="bad_key")
    alone = make_trader("zero_intelligence", Random("zero_intelligence"))
    views = [view("rule") for _ in range(6)]
    assert [world.trader.decide(one).actions for one in views] == [alone.decide(one).actions for one in views]


def test_who_decided_is_told_what_became_of_it() -> None:
    world = World(fails="bad_key")
    heard: list[str] = []
    world.model.told = lambda decision, fates: heard.append(decision.outcome)  # type: ignore[method-assign]
    (by_rule,) = world.decisions(1, "rule")
    world.trader.told(by_rule, [])
    assert heard == []
    world.trader.told(replace(by_rule, substitute=""), [])
    assert heard == ["failed"]


@pytest.mark.parametrize("policy", ["pause", "end"])
def test_the_session_is_stopped_each_time_that_the_model_is_found_silent_anew(policy: str) -> None:
    world = World(fails="bad_key")
    decisions = world.decisions(3, policy)
    assert {(one.outcome, one.actions) for one in decisions} == {("failed", ())}
    assert world.stops == [(policy, "The model scripted is out of reach: bad_key: silence")]
    world.now = 30.0
    world.decisions(2, policy)
    assert [how for how, _ in world.stops] == [policy] * 2


def test_a_model_that_is_merely_slow_stops_no_session() -> None:
    world = World(fails="timeout")
    world.decisions(2, "end")
    assert world.stops == []
    world.decisions(1, "end")
    assert [how for how, _ in world.stops] == ["end"]
