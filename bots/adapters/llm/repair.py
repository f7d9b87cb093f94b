"""One more chance: a reply that cannot be used is shown to the model with the mistake, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from bots.adapters.llm.messages import Failure, FailureKind, Message, Outcome, Reply, Request
from bots.adapters.llm.schemas import portable

REPAIRABLE: frozenset[FailureKind] = frozenset(("empty", "truncated", "bad_json", "bad_schema"))
REPAIR = "/repair"
SHOWN = 4000  # characters of a bad reply shown again

Shape = TypeVar("Shape", bound=BaseModel)


class Asks(Protocol):
    """Whatever can be asked: a `Model`, or a double in a test."""

    def ask(self, request: Request) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Answer(Generic[Shape]):
    """A valid object. `reply` sums up the calls behind it: usage, cost, latency, attempts and keys of both rounds."""

    value: Shape
    reply: Reply
    repaired: bool


def ask_with_repair(model: Asks, request: Request, shape: type[Shape]) -> Answer[Shape] | Failure:
    """Ask for a `shape`; when the reply is none, ask once more with the mistake named, by the same deadline.

    The second call has the key of the first with "/repair" after it.
    """
    request = replace(request, shape=shape)
    first = model.ask(request)
    if isinstance(first, Reply):
        return Answer(shape.model_validate(first.data), first, repaired=False)
    if first.kind not in REPAIRABLE:
        return first
    second = _both(first, model.ask(_again(request, first)))
    if isinstance(second, Failure):
        return replace(second, message=f"{second.message} (asked again because: {first.message})")
    return Answer(shape.model_validate(second.data), second, repaired=True)


def request_for(shape: type[BaseModel], messages: tuple[Message, ...], *, key: str, deadline: float) -> Request:
    """A request for an object of `shape`, with the defaults of Request."""
    return Request(
        messages=messages,
        schema=portable(shape.model_json_schema()),
        schema_name=shape.__name__,
        shape=shape,
        key=key,
        deadline=deadline,
    )


def _again(request: Request, failure: Failure) -> Request:
    said = (Message("assistant", failure.text[:SHOWN]),) if failure.text.strip() else ()
    asked = f"Your answer could not be used: {failure.message}. Answer again with one JSON object and nothing else."
    return replace(request, messages=(*request.messages, *said, Message("user", asked)), key=request.key + REPAIR)


def _both(first: Failure, second: Outcome) -> Outcome:
    costs = (first.cost_usd, second.cost_usd)
    return replace(
        second,
        usage=first.usage + second.usage,
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        latency_s=first.latency_s + second.latency_s,
        attempts=first.attempts + second.attempts,
        keys=first.keys + second.keys,
    )
