"""One seat's questions to its model, for replies that have the right form and also make sense. Knows no market."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from bots.adapters.llm import (
    Answer,
    Failure,
    Message,
    Outcome,
    Reply,
    Request,
    ask_with_repair,
    schema_of,
    small_question,
)
from bots.adapters.llm.models import REPLAY
from bots.agents.reach import Reach

SEEDS = 2**31
PROBE_DEADLINE = 5.0  # seconds: somebody waits for a decision meanwhile

Shape = TypeVar("Shape", bound=BaseModel)
# What is wrong with a reply, in words for the model; "" for nothing.
Objection = Callable[[Shape], str]


# Making one takes several times as long as everything else about a question.
@lru_cache
def _schema(shape: type[BaseModel]) -> Mapping[str, Any]:
    return schema_of(shape)


class AsksByName(Protocol):
    """The models of a run: `bots.adapters.llm.Models`, or a double in a test."""

    def ask(self, name: str, request: Request) -> Outcome: ...


@dataclass(slots=True)
class Careful(Generic[Shape]):
    """A model whose replies are objected to as well as checked for their form.

    `question` asks it; `latest`: the last reply of the right form, also where it makes no sense.
    """

    question: Callable[[Request], Outcome]
    shape: type[Shape]
    objection: Objection[Shape]
    latest: Shape | None = field(default=None, init=False)

    def ask_for(self, request: Request) -> Answer[Shape] | Failure:
        """Ask; a reply that cannot be used is shown to the model once, with what is wrong."""
        return ask_with_repair(self, request, self.shape)

    def ask(self, request: Request) -> Outcome:
        outcome = self.question(request)
        if isinstance(outcome, Failure):
            return outcome
        self.latest = self.shape.model_validate(outcome.data)
        wrong = self.objection(self.latest)
        return _refused(outcome, wrong) if wrong else outcome


@dataclass(slots=True, kw_only=True)
class Line:
    """A seat's line to the model `name`: numbers its questions, counts their cost, and falls silent while asking is
    pointless.

    `seed` is that of the run; the seat's own is made from it. `clock` is the one that deadlines are measured by.
    `cost_usd` is None once a call was made whose price is unknown.
    """

    models: AsksByName
    name: str
    seat: int
    clock: Callable[[], float]
    max_tokens: int
    temperature: float | None = None
    seed: int | None = None
    asked: int = field(default=0, init=False)
    probes: int = field(default=0, init=False)
    cost_usd: float | None = field(default=0.0, init=False)
    reach: Reach = field(init=False)
    own_seed: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.reach = Reach(self.clock)
        seeded = self.seed is not None
        self.own_seed = Random(f"{self.seed} seat {self.seat}").randrange(SEEDS) if seeded else None

    def key(self, what: str) -> str:
        """The label of the next question, such as "seat-3/period-2/turn-7"; the number makes it unique in a run."""
        self.asked += 1
        return f"seat-{self.seat}/{what}-{self.asked}"

    def request(
        self, shape: type[BaseModel], messages: tuple[Message, ...], *, key: str, seconds: float, **facts: Any
    ) -> Request:
        """A question that has `seconds` from now; `facts` are for models that need no network."""
        return Request(
            messages=messages,
            schema=_schema(shape),
            schema_name=shape.__name__,
            shape=shape,
            key=key,
            deadline=self.clock() + seconds,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            seed=self.own_seed,
            facts={"seat": self.seat, **facts},
        )

    def careful(self, shape: type[Shape], objection: Objection[Shape]) -> Careful[Shape]:
        return Careful(self._question, shape, objection)

    def ask(self, model: Careful[Shape], request: Request) -> Answer[Shape] | Failure:
        """Ask. A model that is lost is not asked (0 attempts), but now and then whether it is there again."""
        if (lost := self.reach.lost) and not self._recorded:
            if not self.reach.probe_due:
                return Failure(kind=lost.kind, message=f"{lost.message} (not asked again)")
            probed = self._probe()
            if isinstance(probed, Failure) and self.reach.lost:
                return replace(probed, attempts=0)
        return model.ask_for(request)

    @property
    def _recorded(self) -> bool:
        """A record answers exactly those questions that were asked, at whatever pace it is played."""
        return self.name.startswith(REPLAY)

    def _probe(self) -> Outcome:
        # numbered apart: turns keep their numbers, by which a replay finds them
        self.probes += 1
        question = small_question(f"seat-{self.seat}/probe-{self.probes}", self.clock() + PROBE_DEADLINE)
        return self._question(replace(question, facts={"seat": self.seat, "asked": "probe"}))

    def _question(self, request: Request) -> Outcome:
        outcome = self.models.ask(self.name, request)
        self.reach.heard(outcome)
        cost = outcome.cost_usd
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost
        return outcome


def _refused(reply: Reply, wrong: str) -> Failure:
    """A reply that was paid for and cannot be used."""
    return Failure(
        kind="bad_schema",
        message=wrong,
        text=reply.text,
        model=reply.model,
        finish_reason=reply.finish_reason,
        usage=reply.usage,
        cost_usd=reply.cost_usd,
        latency_s=reply.latency_s,
        attempts=reply.attempts,
        keys=reply.keys,
    )
