"""What is asked of a model and what comes of it, as values. Knows no vendor, no network and no market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import BaseModel

NEVER = float("inf")  # seconds until a question that our own limits stopped is tried again by itself

Role = Literal["system", "user", "assistant"]

FailureKind = Literal[
    "bad_key",  # no key, or the provider refuses it
    "no_credit",  # the account behind the key cannot pay
    "unknown_model",  # no such alias, provider or model id
    "no_price",  # a budget is set and this model's price is unknown
    "not_installed",  # the vendor's SDK is missing
    "bad_request",  # the provider understands the request and rejects it
    "unsupported",  # a parameter this endpoint does not take; the next attempt leaves it out
    "unreachable",  # nothing answers at the endpoint
    "broken_reply",  # the answer broke off, or is not in the API's form
    "rate_limited",  # the provider's limit, or our own, leaves no room before the deadline
    "timeout",  # no answer before the deadline
    "server_error",  # the provider failed
    "refused",  # the model or its content filter declines to answer
    "truncated",  # cut at max_tokens
    "empty",  # an answer without text
    "bad_json",  # text that holds no single JSON object
    "bad_schema",  # JSON of another shape than asked for
    "over_budget",  # asking would pass the budget
    "not_recorded",  # a replay has no such call
]
FAILURE_KINDS: tuple[FailureKind, ...] = get_args(FailureKind)

# trying again later cannot help: the run has to be set up differently
LASTING: frozenset[FailureKind] = frozenset(
    ("bad_key", "no_credit", "unknown_model", "no_price", "not_installed", "bad_request", "over_budget")
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. System messages come first; the last one is the user's."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question to a model.

    `schema`: JSON schema of the object that is due (`schema_of` makes one from a pydantic class), sent under
    `schema_name` (letters, digits, `_`, `-`). `shape`: the pydantic class that the reply has to satisfy; without one
    any JSON object will do. `deadline`: seconds on the clock of `Models`, `time.monotonic()` unless told otherwise.
    `key`: the caller's label, unique in a run, such as "seat-3/turn-7/try-1"; transcripts and replays go by it.
    `facts`: what a local model such as `heuristic` decides on; never sent anywhere.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    key: str
    deadline: float
    schema_name: str = "reply"
    max_tokens: int = 500
    temperature: float | None = None
    seed: int | None = None
    shape: type[BaseModel] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reports them; `estimated` where it reported none and they were counted from the text."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
        )


NOTHING_USED = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A JSON object as asked for.

    `data`: the object; `text`: the raw reply; `model`: the id that the provider returned; `cost_usd`: None where the
    price is unknown; `latency_s`: from the question to here, waits and retries included; `keys`: labels of the calls
    behind it, which are those of the transcript.
    """

    data: dict[str, Any]
    text: str
    model: str
    finish_reason: str
    usage: Usage = NOTHING_USED
    cost_usd: float | None = 0.0
    latency_s: float = 0.0
    attempts: int = 1
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No usable answer: `kind` for programs, `message` for people (what was wrong, what to do).

    `text` is the raw reply where there was one; `retry_after_s` what the provider asked to wait. The rest as in
    `Reply`: a reply that cannot be used was paid for all the same.
    """

    kind: FailureKind
    message: str
    text: str = ""
    model: str = ""
    finish_reason: str = ""
    usage: Usage = NOTHING_USED
    cost_usd: float | None = 0.0
    latency_s: float = 0.0
    attempts: int = 0
    keys: tuple[str, ...] = ()
    retry_after_s: float | None = None

    @property
    def ours(self) -> bool:
        """Whether our own limits kept the question from being sent: that says nothing of the model."""
        return self.retry_after_s == NEVER

    @property
    def lasting(self) -> bool:
        """Whether asking again in this run is pointless."""
        return self.kind in LASTING


Outcome = Reply | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What a provider handed over, not yet read. `usage` is None where it reported none."""

    text: str
    model: str = ""
    finish_reason: str = ""
    usage: Usage | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as one provider gets it: messages, the schema in its dialect, all other parameters by its names."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    schema_name: str
    schema_mode: str
    parameters: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "messages": [{"role": message.role, "content": message.content} for message in self.messages],
            "schema": dict(self.schema),
            "schema_name": self.schema_name,
            "schema_mode": self.schema_mode,
            "parameters": dict(self.parameters),
        }
