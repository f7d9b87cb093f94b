"""What happens while a model is out of reach: it holds, a rule stands in, or the session stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bots.agents.language_model import LanguageModelTrader
from bots.agents.questions import FormAnswers, FormField
from bots.agents.trader import Decision, Fate, Trader, begin, tell
from market.view import MarketView


class Intervene(Protocol):
    """Whoever may stop the session that is played. `reason` is for its record and for people."""

    def pause(self, reason: str) -> None: ...

    def end(self, reason: str) -> None: ...


class OutOfReachPolicy:
    """A model's trader that does what the treatment wants once its model is out of reach.

    hold: nothing. rule: the rule trader that the treatment names decides, made by `substitute` when it is needed first,
    until the model answers again. pause, end: `intervene` is asked, each time that the model was found silent anew.
    A decision of a rule in a model's place has the outcome failed, for the model's was due, and names its `substitute`.
    """

    def __init__(
        self, trader: LanguageModelTrader, substitute: Callable[[str], Trader], intervene: Intervene | None = None
    ) -> None:
        self.model = trader
        self._make, self._intervene = substitute, intervene
        self._substitutes: dict[str, Trader] = {}

    @property
    def cost_usd(self) -> float | None:
        return self.model.cost_usd

    def begin(self) -> None:
        for one in (self.model, *self._substitutes.values()):
            begin(one)

    def decide(self, view: MarketView) -> Decision:
        decision = self.model.decide(view)
        if not self.model.out_of_reach or decision.outcome not in ("failed", "late"):
            return decision
        # a decision that is late already has no time left for another trader
        if view.facts.out_of_reach == "rule" and decision.outcome == "failed":
            return self._stood_in(view, decision)
        if self._intervene and decision.calls:
            self._stop(self._intervene, view.facts.out_of_reach, decision)
        return decision

    def _stood_in(self, view: MarketView, missed: Decision) -> Decision:
        name = view.facts.out_of_reach_trader
        own = self._substitute(name).decide(view)
        reason = f"The model is out of reach, {name} decides: {own.reason} ({missed.reason})"
        return replace(missed, actions=own.actions, reason=reason, substitute=name)

    def _substitute(self, name: str) -> Trader:
        if name not in self._substitutes:
            self._substitutes[name] = self._make(name)
        return self._substitutes[name]

    def _stop(self, intervene: Intervene, how: str, missed: Decision) -> None:
        reason = f"The model {self.model.settings['alias']} is out of reach: {missed.reason}"
        match how:
            case "pause":
                intervene.pause(reason)
            case "end":
                intervene.end(reason)

    def told(self, decision: Decision, fates: Sequence[Fate]) -> None:
        """Who decided hears of it; the model sees what a substitute did by its account and its orders."""
        tell(self._substitutes.get(decision.substitute, self.model), decision, fates)

    def reflect(self, view: MarketView) -> Decision | None:
        return self.model.reflect(view)

    def answer_form(
        self, fields: Sequence[FormField], neutral: Mapping[str, list[str]], *, title: str = "", text: str = ""
    ) -> FormAnswers:
        return self.model.answer_form(fields, neutral, title=title, text=text)
