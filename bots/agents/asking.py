"""One seat's questions to its model, for replies that have the right form and also make sense. Knows no market."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from bots.adapters.llm import Answer, Failure, Message, Outcome, Reply, Request, ask_with_repair, schema_of

SEEDS = 2**31

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
    """One model of `models`, whose replies are objected to as well as checked for their form.

    `latest`: the last reply of the right form, also where it makes no sense.
    """

    models: AsksByName
    name: str
    shape: type[Shape]
    objection: Objection[Shape]
    latest: Shape | None = field(default=None, init=False)

    def ask_for(self, request: Request) -> Answer[Shape] | Failure:
        """Ask; a reply that cannot be used is shown to the model once, with what is wrong."""
        return ask_with_repair(self, request, self.shape)

    def ask(self, request: Request) -> Outcome:
        outcome = self.models.ask(self.name, request)
        if isinstance(outcome, Failure):
            return outcome
        self.latest = self.shape.model_validate(outcome.data)
        wrong = self.objection(self.latest)
        return _refused(outcome, wrong) if wrong else outcome


@dataclass(slots=True, kw_only=True)
class Line:
    """A seat's line to the model `name`: numbers its questions, and falls silent once asking has become pointless.

    `seed` is that of the run; the seat's own is made from it. `clock` is the one that deadlines are measured by.
    """

    models: AsksByName
    name: str
    seat: int
    clock: Callable[[], float]
    max_tokens: int
    temperature: float | None = None
    seed: int | None = None
    asked: int = field(default=0, init=False)
    lasting: Failure | None = field(default=None, init=False)

    @property
    def own_seed(self) -> int | None:
        return None if self.seed is None else Random(f"{self.seed} seat {self.seat}").randrange(SEEDS)

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
        return Careful(self.models, self.name, shape, objection)

    def ask(self, model: Careful[Shape], request: Request) -> Answer[Shape] | Failure:
        if self.lasting:
            return self.lasting
        answer = model.ask_for(request)
        # a single question may be rejected for what is in it
        if isinstance(answer, Failure) and answer.lasting and answer.kind != "bad_request":
            self.lasting = answer
        return answer


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
