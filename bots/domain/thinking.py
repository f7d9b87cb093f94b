"""One trader thinking: in a thread of its own, so that nothing else of its seat waits for it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from time import time
from typing import Protocol, TypeVar, runtime_checkable

from bots.adapters.forms import answers, for_traders
from bots.adapters.page import Arrived, Due
from bots.agents.questions import FormAnswers, FormField
from bots.agents.trader import Decision, Fate, Trader, tell
from market.view import MarketView

Thought = TypeVar("Thought")


@runtime_checkable
class LooksBack(Protocol):
    """A trader that reflects in the pause after a period or market."""

    def reflect(self, view: MarketView) -> Decision | None: ...


@runtime_checkable
class AnswersForms(Protocol):
    """A trader with answers of its own to the pages around the market."""

    def answer_form(
        self, fields: Sequence[FormField], neutral: Mapping[str, list[str]], *, title: str = "", text: str = ""
    ) -> FormAnswers: ...


@runtime_checkable
class CostsMoney(Protocol):
    """A trader whose decisions are paid for: dollars so far, None where a price is not known."""

    @property
    def cost_usd(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Decided:
    """A trader has answered. Times are seconds since 1970; `trouble` is the traceback where it failed."""

    due: Due
    decision: Decision
    asked: float
    answered: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class LookedBack:
    """A trader has reflected, or had nothing to reflect on (None)."""

    decision: Decision | None
    trouble: str = ""

    @property
    def in_words(self) -> str:
        made = self.decision
        return f"looked back: {made.outcome}, calls: {_listed(made.calls)}" if made else "did not look back"


@dataclass(frozen=True, slots=True)
class Answered:
    """A trader has answered the fields of `page`."""

    page: Arrived
    answers: FormAnswers
    trouble: str = ""

    @property
    def in_words(self) -> str:
        given = self.answers
        wrong = "".join(f"; neutral for {name}: {why}" for name, why in given.replaced.items())
        return f"page {self.page.path} answered: {given.outcome}, calls: {_listed(given.calls)}{wrong}"


Result = Decided | LookedBack | Answered


def _listed(calls: Sequence[str]) -> str:
    """Keys of model calls for the log."""
    return ", ".join(calls) or "none"


def cost_of(trader: Trader) -> float | None:
    """Dollars that a trader has cost so far; None where a price is not known."""
    return trader.cost_usd if isinstance(trader, CostsMoney) else 0.0


def think(trader: Trader, due: Due, deliver: Callable[[Decided], None]) -> None:
    """Start deciding; `deliver` gets the answer in another thread, which does not keep the run from ending."""
    asked = time()

    def decide() -> Decided:
        decision, trouble = _tried(lambda: trader.decide(due.view), _failed)
        return Decided(due, decision, asked, time(), trouble)

    _start(f"{due.view.trader} thinks", lambda: deliver(decide()))


def inform(trader: Trader, decision: Decision, fates: Sequence[Fate]) -> str:
    """Tell a trader what became of its decision; returns the traceback where it could not take it."""
    _, trouble = _tried(lambda: tell(trader, decision, fates), lambda why: None)
    return trouble


def look_back(trader: LooksBack, view: MarketView, deliver: Callable[[LookedBack], None]) -> None:
    """Start reflecting, likewise."""
    _start(f"{view.trader} looks back", lambda: deliver(LookedBack(*_tried(lambda: trader.reflect(view), _failed))))


def answer(trader: AnswersForms, page: Arrived, deliver: Callable[[Answered], None]) -> None:
    """Start answering a page, likewise; neutral answers stand where the trader has none."""
    neutral = answers(page.fields, {})

    def none(why: str) -> FormAnswers:
        return FormAnswers(values=neutral, replaced={"every field": why}, outcome="failed")

    def asked() -> FormAnswers:
        return trader.answer_form(for_traders(page.fields), neutral, title=page.title, text=page.text)

    _start(f"{page.path} is answered", lambda: deliver(Answered(page, *_tried(asked, none))))


def _failed(why: str) -> Decision:
    return Decision(outcome="failed", reason=why)


def _start(name: str, run: Callable[[], None]) -> None:
    Thread(target=run, name=name, daemon=True).start()


def _tried(ask: Callable[[], Thought], failed: Callable[[str], Thought]) -> tuple[Thought, str]:
    """What was thought, or what stands for it, and the traceback."""
    try:
        return ask(), ""
    # The one place that takes any exception: a trader with a bug loses its turn, and the other seats go on.
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}"), traceback.format_exc()
