"""A trader that asks a language model: questions, replies, memory and execution put together. Knows no vendor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bots.adapters.llm import Answer, Asked, Failure, Message, Request, Said
from bots.agents import briefing
from bots.agents.asking import AsksByName, Line, Shape
from bots.agents.desk import sides
from bots.agents.execution import POLICIES, Execution, Thought
from bots.agents.expectations import FORECASTS_IN
from bots.agents.forecast_replies import ForecastReply, forecast_of
from bots.agents.memory import MEMORIES
from bots.agents.news import News
from bots.agents.questions import FormAnswers, FormField, FormReply, answers_of, askable, objections
from bots.agents.replies import Mistake, NotedTurnReply, ReflectionReply, ReplyPart, TurnReply, Wish, wish_of
from bots.agents.rule import SHEET_IN
from bots.agents.sheet_replies import NotedSheetReply, SheetReply, sheet_of
from bots.agents.trader import CLOSED, NOTHING_LEFT, Decision, Fate, seconds_allowed, settles
from market.events import Phase
from market.view import MarketView

# After which phases one looks back.
REFLECTIONS: Mapping[str, tuple[Phase, ...]] = {
    "never": (),
    "market": (Phase.FINISHED,),
    "period": (Phase.CLOSED, Phase.FINISHED),
}
# The form of an answer, by institution and whether notes come with it.
SHAPES: Mapping[tuple[str, bool], type[TurnReply] | type[SheetReply]] = {
    ("continuous", False): TurnReply,
    ("continuous", True): NotedTurnReply,
    ("call", False): SheetReply,
    ("call", True): NotedSheetReply,
}
ASKED: Mapping[type[ReplyPart], str] = {ReflectionReply: "reflection", ForecastReply: "forecast"}
REASON = 500  # characters of a reason on record


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModelConfig:
    """How a model trades.

    `memory`: none, notes, summary, full. `execution` of intents: immediate, twap. `reflection`: looking back never,
    after each market (a practice market among them), or after each period. `persona`: text of a persona file.
    `temperature` and `seed` go to the model where it takes them; each seat gets a seed of its own made from `seed`.
    `max_tokens` of a reply; `form_seconds` to answer a page. Raises ValueError for an unknown mode.
    """

    memory: str = "notes"
    execution: str = "immediate"
    reflection: str = "never"
    persona: str = ""
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int = 700
    form_seconds: float = 30.0

    def __post_init__(self) -> None:
        _one_of("memory", self.memory, MEMORIES)
        _one_of("execution", self.execution, POLICIES)
        _one_of("reflection", self.reflection, REFLECTIONS)
        if self.reflection != "never" and self.memory == "none":
            raise ValueError("reflection: what is learnt needs a memory; choose memory notes, summary or full.")


def _one_of(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise ValueError(f"{name}: there is no {value!r}; choose one of {', '.join(known)}.")


class LanguageModelTrader:
    """Asks the model `alias` of `models` for the seat number `seat`.

    `clock` is the one that the deadlines of `models` are measured by. The methods are called one after another, never
    two at a time.
    """

    def __init__(
        self,
        *,
        models: AsksByName,
        alias: str,
        seat: int,
        config: LanguageModelConfig | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config = own = config or LanguageModelConfig()
        self._line = Line(
            models=models,
            name=alias,
            seat=seat,
            clock=clock,
            max_tokens=own.max_tokens,
            temperature=own.temperature,
            seed=own.seed,
        )
        self._memory = MEMORIES[own.memory]()
        self._execution = Execution(self._think, POLICIES[own.execution]())
        self._news = News()
        self._seen: MarketView | None = None
        self._settled: tuple[Phase, int] | None = None

    @property
    def settings(self) -> Mapping[str, object]:
        """What sets this seat apart, for the record of a run."""
        own = self.config
        named = {name: getattr(own, name) for name in ("memory", "execution", "reflection", "persona", "max_tokens")}
        return {"alias": self._line.name, **named, "temperature": own.temperature, "seed": self._line.own_seed}

    @property
    def out_of_reach(self) -> bool:
        """True while asking is pointless: a refused key or account, an unknown model, an endpoint from which nothing
        came back several times in a row. It is tried again now and then."""
        return self._line.reach.out_of_reach

    @property
    def out_of_budget(self) -> bool:
        """True once another question might pass the budget; it stays so."""
        return self._line.reach.out_of_budget

    @property
    def cost_usd(self) -> float | None:
        """Dollars that this seat's calls have cost; None once one was made whose price is unknown."""
        return self._line.cost_usd

    def go_on_after(self, asked: Asked, said: Iterable[Said]) -> None:
        """Take up a seat for which so much was asked before: numbers and costs go on, and notes are what they were."""
        self._line.asked, self._line.probes, self._line.cost_usd = asked.questions, asked.probes, asked.cost_usd
        for one in said:
            self._memory.recall(one)

    # The market

    def begin(self) -> None:
        """Another market: its news and its phases are new, what was learnt stays."""
        self._news, self._settled = News(), None
        self._execution.stop()

    def decide(self, view: MarketView) -> Decision:
        """Ask, within the time that people have; or go on with what was wanted before."""
        if self._settled == (view.phase, view.period):
            return FORECASTS_IN if view.phase is Phase.FORECAST else SHEET_IN
        if view.phase is Phase.FORECAST:
            self._seen = view
            return self._forecast(view)
        if view.phase is not Phase.OPEN:
            return CLOSED
        if not sides(view) and not view.orders:
            return NOTHING_LEFT
        self._seen = view
        return self._execution.decide(view)

    def told(self, decision: Decision, fates: Sequence[Fate]) -> None:
        """What became of a decision; the model is told with the next question. A late one changes nothing."""
        if decision.outcome == "late":
            self._execution.stop()
        if self._seen:
            self._memory.became(self._news.told(self._seen, decision, fates))
            if settles(self._seen, decision, fates):
                self._settled = self._seen.phase, self._seen.period

    def reflect(self, view: MarketView) -> Decision | None:
        """Look back, in the pause after a period or market; None where this trader does not. Never has actions."""
        if view.phase not in REFLECTIONS[self.config.reflection]:
            return None
        prompt = briefing.reflection(view, self._news.since(view), self._memory.text())
        request = self._request(ReflectionReply, view, prompt, self._line.key(f"period-{view.period}/reflection"))
        answer = self._line.ask(self._line.careful(ReflectionReply, lambda reply: ""), request)
        if isinstance(answer, Failure):
            return _failed(answer)
        self._news.read(view)
        self._memory.learn(answer.value.insights, answer.value.plans)
        return _decision(answer, answer.value.insights)

    def question(self, view: MarketView) -> Request:
        """What the model would be asked on `view`; asks nothing. For estimates."""
        return self._request(self._shape(view), view, self._turn(view), f"seat-{self._line.seat}/estimate")

    def _shape(self, view: MarketView) -> type[TurnReply] | type[SheetReply]:
        return SHAPES[view.facts.institution, self._memory.noted]

    def _think(self, view: MarketView) -> Thought:
        prompt, shape = self._turn(view), self._shape(view)
        request = self._request(shape, view, prompt, self._line.key(f"period-{view.period}/turn"))
        answer = self._line.ask(self._line.careful(shape, lambda reply: _objection(_wish, reply, view)), request)
        if isinstance(answer, Failure):
            return Thought(_failed(answer))
        self._news.read(view)
        self._memory.turn(view, prompt, answer.value)
        wish = _wish(answer.value, view)
        return Thought(replace(_decision(answer, answer.value.reasoning), actions=wish.actions), wish.intent)

    def _forecast(self, view: MarketView) -> Decision:
        """What the model expects; where it does not say so, nothing is sent in its name."""
        prompt, key = briefing.forecast(view, self._memory.text()), self._line.key(f"period-{view.period + 1}/forecast")
        model = self._line.careful(ForecastReply, lambda reply: _objection(forecast_of, reply, view))
        answer = self._line.ask(model, self._request(ForecastReply, view, prompt, key))
        if isinstance(answer, Failure):
            return _failed(answer)
        return replace(_decision(answer, answer.value.reasoning), actions=(forecast_of(answer.value, view),))

    def _turn(self, view: MarketView) -> str:
        return briefing.turn(view, self._news.since(view), self._memory.text())

    def _request(self, shape: type[ReplyPart], view: MarketView, prompt: str, key: str) -> Request:
        own, notes = self.config, self.config.memory == "notes"
        system = briefing.system(view, execution=own.execution, notes=notes, persona=own.persona)
        messages = (Message("system", system), *self._memory.earlier(), Message("user", prompt))
        asked = ASKED.get(shape, "turn")
        return self._line.request(shape, messages, key=key, seconds=seconds_allowed(view), asked=asked, view=view)

    # Pages

    def answer_form(
        self, fields: Sequence[FormField], neutral: Mapping[str, list[str]], *, title: str = "", text: str = ""
    ) -> FormAnswers:
        """Answers to the fields of a page with `title` and `text`.

        `neutral` has a valid answer to each field, which stands where the model gives none.
        """
        asked = askable(fields)
        if not asked:
            return FormAnswers(values=dict(neutral))
        model = self._line.careful(FormReply, lambda reply: _listed(objections(reply, asked)))
        answer = self._line.ask(model, self._form_request(asked, neutral, {"title": title, "text": text}))
        wrong = objections(model.latest, asked) if model.latest else {one.name: "no usable answer" for one in asked}
        given = answers_of(model.latest, asked) if model.latest else {}
        good = {one.name: given[one.name] for one in asked if one.name not in wrong}
        became = _failed(answer) if isinstance(answer, Failure) else _decision(answer, "")
        return FormAnswers(values={**neutral, **good}, replaced=wrong, outcome=became.outcome, calls=became.calls)

    def _form_request(
        self, fields: Sequence[FormField], neutral: Mapping[str, list[str]], page: Mapping[str, str]
    ) -> Request:
        system, prompt = briefing.form_system(self.config.persona), briefing.form(page, fields, self._seen)
        messages = (Message("system", system), Message("user", prompt))
        named = {one.name: neutral.get(one.name, []) for one in fields}
        key, seconds = self._line.key("form"), self.config.form_seconds
        return self._line.request(FormReply, messages, key=key, seconds=seconds, asked="form", neutral=named)


def _wish(reply: TurnReply | SheetReply, view: MarketView) -> Wish:
    return sheet_of(reply, view) if isinstance(reply, SheetReply) else wish_of(reply, view)


def _objection(understand: Callable[[Shape, MarketView], object], reply: Shape, view: MarketView) -> str:
    """What is wrong with a reply, "" for nothing."""
    try:
        understand(reply, view)
    except Mistake as mistake:
        return str(mistake)
    return ""


def _listed(wrong: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in wrong.items())


def _decision(answer: Answer[Any], reason: str) -> Decision:
    outcome = "repaired" if answer.repaired else "valid"
    # a reason may be shown on a terminal, which obeys control characters
    shown = "".join(one for one in " ".join(reason.split()) if one.isprintable())
    return Decision(reason=shown[:REASON], outcome=outcome, calls=answer.reply.keys)


def _failed(failure: Failure) -> Decision:
    # a model that was not even asked leaves time for somebody else
    outcome = "late" if failure.kind == "timeout" and failure.attempts else "failed"
    return Decision(reason=f"{failure.kind}: {failure.message}", outcome=outcome, calls=failure.keys)
