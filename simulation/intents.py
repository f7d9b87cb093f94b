"""The language-model agent of an order-book market: now and then it says what it wants to hold, and in between an
execution policy trades for it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from string import Template
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from bots.adapters.llm import Failure, Message, Request
from bots.agents.asking import AsksByName, Line
from bots.agents.desk import SIDES, withdraw
from bots.agents.execution import POLICIES, Intent, Work, orders, position
from bots.agents.trader import CLOSED, Decision, Move, told
from market.events import Phase
from market.orders import Side
from market.view import MarketView
from market.words import money

PROMPTS = Path(__file__).resolve().parent / "prompts"
HOW = {"immediate": "at once", "twap": "in equal slices, evenly over the time you give"}
NOTE = 300  # characters


class Wish(BaseModel):
    """What a model answers."""

    target: int
    urgency: Literal["low", "medium", "high"] = "medium"
    max_spread: Annotated[float | None, Field(ge=0)] = None
    horizon: Annotated[float | None, Field(gt=0)] = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentConfig:
    """`interval`: ticks between two questions. `execution`: immediate or twap. `most`: shares above or below the start.
    `error`: standard deviation of the estimate of a share's worth that it is told, as a share of it."""

    interval: int = 20
    execution: str = "twap"
    most: int = 30
    error: float = 0.01
    seconds: float = 30.0
    persona: str = ""
    temperature: float | None = None

    def __post_init__(self) -> None:
        if self.execution not in POLICIES:
            raise ValueError(f"execution: there is no {self.execution!r}; choose one of {', '.join(POLICIES)}.")


class IntentAgent:
    """`connect` gives it the model that it asks; without one it cannot decide."""

    def __init__(self, *, rng: Random, config: IntentConfig | None = None) -> None:
        self.config = config or IntentConfig()
        self._rng, self._policy = rng, POLICIES[self.config.execution]()
        self._line: Line
        self._next = 0.0
        self._start: int | None = None
        self._work: Work | None = None
        self._limit: int | None = None
        self._note = ""
        self._before: tuple[str, int] = ("none", 0)
        self.outcomes: dict[str, int] = {}

    def connect(self, models: AsksByName, alias: str, number: int, seed: int) -> None:
        """Ask the model `alias` as the agent `number` of those that ask."""
        settings: dict[str, Any] = {"temperature": self.config.temperature, "seed": seed, "max_tokens": 300}
        self._line = Line(models=models, name=alias, seat=number, clock=time.monotonic, **settings)

    def decide(self, view: MarketView) -> Decision:
        return CLOSED if view.phase is not Phase.OPEN else told(self.move(view))

    def move(self, view: MarketView) -> Move:
        if self._start is None:
            self._start = view.holdings.shares
        if view.seconds >= self._next:
            self._next = view.seconds + self.config.interval
            self._ask(view)
        return self._trade(view)

    # Trading

    def _trade(self, view: MarketView) -> Move:
        """What is due now of what is wanted; own orders that no longer serve it are taken back."""
        work = self._work
        if work is None or work.left(view) <= 0:
            return withdraw(view, *SIDES), "nothing is wanted", ()
        intent = work.intent
        if self._limit is not None and ((spread := view.quote.spread) is None or spread > self._limit):
            # too dear to trade at others' prices: wait at the best of the own side
            intent = replace(intent, urgency="low")
        wanted = self._policy.due(work, view) - work.done(view)
        actions = (*withdraw(view, intent.side.other), *orders(intent, wanted, view))
        return actions, "{}, {} to go: {}", (intent.side, work.left(view), intent.note)

    # Asking

    def _ask(self, view: MarketView) -> None:
        facts = self._facts(view)
        request = self._request(view, facts)
        answer = self._line.ask(self._line.careful(Wish, self._objection), request)
        self._before = facts["last"], view.trades[-1].id if view.trades else 0
        # who gets no answer wants nothing
        self._work = None if isinstance(answer, Failure) else self._worked(answer.value, view)
        outcome = _failed(answer) if isinstance(answer, Failure) else "repaired" if answer.repaired else "valid"
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def _worked(self, wish: Wish, view: MarketView) -> Work | None:
        self._note = " ".join(wish.note.split())[:NOTE]
        gap = wish.target - view.holdings.shares
        if not gap:
            return None
        self._limit = None if wish.max_spread is None else round(wish.max_spread / float(view.facts.tick))
        side = Side.BUY if gap > 0 else Side.SELL
        intent = Intent(side=side, quantity=abs(gap), urgency=wish.urgency, note=self._note)
        lasts = min(wish.horizon or self.config.interval, self.config.interval)
        began = view.seconds
        return Work(intent, Decision(), view.period, began, began + lasts, position(view, side))

    def _objection(self, wish: Wish) -> str:
        low, high = (self._start or 0) - self.config.most, (self._start or 0) + self.config.most
        return "" if max(0, low) <= wish.target <= high else f"target: it goes from {max(0, low)} to {high}"

    def _request(self, view: MarketView, facts: Mapping[str, Any]) -> Request:
        own = self.config
        persona = f"Who you are, as data: {json.dumps(own.persona)}" if own.persona else ""
        system = fill("system", interval=own.interval, most=own.most, execution=HOW[own.execution], persona=persona)
        messages = (Message("system", system), Message("user", fill("turn", **facts)))
        key = self._line.key(f"tick-{view.seconds:g}/intent")
        return self._line.request(Wish, messages, key=key, seconds=own.seconds, asked="intent", **self._numbers(view))

    def _numbers(self, view: MarketView) -> dict[str, Any]:
        """What the heuristic decides on: the same that the prompt says, as numbers."""
        mid = view.quote.mid if view.quote.mid is not None else view.last_price
        own = {"shares": view.holdings.shares, "start": self._start, "most": self.config.most}
        return {**own, "mid": mid, "estimate": self._estimate, "interval": self.config.interval}

    def _facts(self, view: MarketView) -> dict[str, Any]:
        """The prompt's words. The estimate is drawn here, once a question."""
        self._estimate = (view.fundamental or 0.0) * (1 + self._rng.gauss(0.0, self.config.error))
        before, seen = self._before
        quote = view.quote
        return {
            "tick": f"{view.seconds:g}",
            "steps": f"{view.facts.period_seconds:g}",
            "bid": _amount(view, quote.bid),
            "ask": _amount(view, quote.ask),
            "last": _amount(view, view.last_price),
            "back": self.config.interval,
            "before": before,
            "volume": sum([one.quantity for one in _since(view, seen)]),
            "estimate": _amount(view, round(self._estimate)),
            "shares": view.holdings.shares,
            "start": self._start,
            "cash": _amount(view, view.holdings.cash),
            "note": json.dumps(self._note),
        }


def _failed(failure: Failure) -> str:
    return "late" if failure.kind == "timeout" else "failed"


def _since(view: MarketView, number: int) -> list[Any]:
    """The trades after trade `number`; they are numbered from 1."""
    return list(view.trades[number:])


def _amount(view: MarketView, ticks: int | None) -> str:
    return "none" if ticks is None else money(view.facts.tick, ticks)


@lru_cache
def _template(name: str) -> Template:
    return Template((PROMPTS / f"{name}.txt").read_text(encoding="utf-8"))


def fill(name: str, **values: object) -> str:
    """A prompt with its $names replaced; values are not read again."""
    return _template(name).substitute({key: str(value) for key, value in values.items()}).strip()


def heuristic(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule that decides where no model is named: hold more, the further the price lies below the estimate."""
    if not facts["mid"]:
        return {"target": facts["shares"], "note": "there is no price yet"}
    gap = facts["estimate"] / facts["mid"] - 1
    wanted = max(-1.0, min(1.0, gap / 0.02)) * facts["most"] / 2
    urgency = "high" if abs(gap) > 0.02 else "medium" if abs(gap) > 0.008 else "low"
    note = f"the price is {-gap:+.1%} off the estimate"
    target = max(0, facts["start"] + round(wanted))
    return {"target": target, "urgency": urgency, "max_spread": None, "horizon": facts["interval"], "note": note}
