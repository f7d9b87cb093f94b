"""The port that every provider fills, what they share, and which file speaks to which vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Protocol, cast

from bots.adapters.llm.catalogue import ModelSpec
from bots.adapters.llm.messages import Failure, Message, RawAnswer, Request, Sent, Usage
from bots.adapters.llm.schemas import as_instruction, portable

NO_KEY = "no-key-needed"  # what a server that wants no key is told; SDKs insist on one
REFUSING = ("content_filter", "content_policy_violation", "content_filtered")
NO_MODEL = ("does not exist", "not exist", "not found", "invalid model", "unknown model", "no such model")


class Provider(Protocol):
    """Asks one model. `prepare` does no I/O; `send` may take up to `seconds`; failures are values.

    `instant`: answers at once and cannot hang, so that no thread needs to watch over it.
    """

    instant: bool

    def prepare(self, request: Request) -> Sent: ...

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure: ...

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        """Ids that the endpoint offers, empty when it does not say."""


# file and class by API: a vendor's SDK is imported when a model of it is named
FILES = {
    "openai": ("openai_provider", "OpenAIProvider"),
    "anthropic": ("anthropic_provider", "AnthropicProvider"),
    "mistral": ("mistral_provider", "MistralProvider"),
    "google": ("google_provider", "GoogleProvider"),
}


def connect(spec: ModelSpec, key: str) -> Provider | Failure:
    """A provider for `spec`, its SDK loaded."""
    file, name = FILES[spec.provider.api]
    try:
        module = import_module(f"bots.adapters.llm.{file}")
    except ModuleNotFoundError as error:
        told = f"'{spec.name}' needs the package that brings '{error.name}': pip install -r requirements.txt"
        return Failure(kind="not_installed", message=told)
    make = cast(Callable[[ModelSpec, str], Provider], getattr(module, name))
    return make(spec, key or NO_KEY)


def plain_sent(spec: ModelSpec, request: Request, parameters: Mapping[str, Any], mode: str = "") -> Sent:
    """What most vendors get: the portable schema, told in words too where the endpoint does not enforce it."""
    mode = mode or spec.schema
    schema = portable(request.schema)
    messages = request.messages if mode == "json_schema" else told(request.messages, schema)
    optional = {name: value for name, value in parameters.items() if value is not None and name not in spec.omit}
    return Sent(
        messages=tuple(Message(message.role, sendable(message.content)) for message in messages),
        schema=schema,
        schema_name=request.schema_name,
        schema_mode=mode,
        parameters={"model": spec.id, **optional, **spec.options},
    )


def told(messages: tuple[Message, ...], schema: Mapping[str, Any]) -> tuple[Message, ...]:
    """The messages with the schema in words at the end of the last one."""
    last = messages[-1]
    return (*messages[:-1], replace(last, content=f"{last.content}\n\n{as_instruction(schema)}"))


def chat_body(sent: Sent, schema_field: str = "schema") -> dict[str, Any]:
    """A request in the form of chat completions; one SDK has a name of its own for the field with the schema."""
    body = dict(sent.parameters)
    body["messages"] = [{"role": message.role, "content": message.content} for message in sent.messages]
    if sent.schema_mode == "json_schema":
        schema = {"name": sent.schema_name, schema_field: dict(sent.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif sent.schema_mode == "json_object":
        body["response_format"] = {"type": "json_object"}
    return body


def sendable(text: str) -> str:
    """`text` without half surrogate pairs, which a model may have written and UTF-8 cannot carry."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def dig(value: Any, *path: str | int) -> Any:
    """What lies at `path` in decoded JSON, None as soon as a step is missing or of another type."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, (list, tuple)) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_of(value: Any) -> str:
    """A string, or the text of a list of content parts; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(text_of(dig(part, "text")) for part in value if dig(part, "type") in (None, "text"))
    return ""


def usage_of(prompt: Any, completion: Any, total: Any = None) -> Usage | None:
    """Reported usage. Some vendors leave thoughts out of the completion; the total, which is billed, has them.

    None where none is reported: no prompt has 0 tokens, though some servers say so.
    """
    if not isinstance(prompt, int) or not isinstance(completion, int) or prompt < 1 or completion < 0:
        return None
    return Usage(prompt, max(completion, total - prompt) if isinstance(total, int) else completion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An HTTP error as a vendor words it."""

    status: int
    message: str
    code: str = ""
    retry_after_s: float | None = None


def failure_of(spec: ModelSpec, refusal: Refusal) -> Failure:
    """What an HTTP error means. A refused key is told in our words alone: vendors quote parts of it."""
    who = f"{spec.provider.name} ({spec.id})"
    said = f"HTTP {refusal.status}: {_brief(refusal.message)}."
    status, words = refusal.status, f"{refusal.code} {refusal.message}".lower()
    if status in (401, 403) or "api_key_invalid" in words:
        return bad_key(spec)
    if status == 402 or "insufficient_quota" in words or "credit balance" in words:
        return Failure(kind="no_credit", message=f"{who} says that the account cannot pay. {said}")
    if status == 404 or (status in (400, 422) and "model" in words and any(word in words for word in NO_MODEL)):
        return Failure(kind="unknown_model", message=_no_such_model(spec, said))
    if status == 429:
        message = f"{who} is asked too often. {said}"
        return Failure(kind="rate_limited", message=message, retry_after_s=refusal.retry_after_s)
    if status >= 500 or status in (408, 409):
        return Failure(kind="server_error", message=f"{who} failed. {said}", retry_after_s=refusal.retry_after_s)
    if any(word in words for word in REFUSING):
        return Failure(kind="refused", message=f"The content filter of {who} stopped the question. {said}")
    return Failure(kind="bad_request", message=f"{who} rejects the request. {said}")


def bad_key(spec: ModelSpec) -> Failure:
    names = " or ".join(spec.provider.keys) or "its key"
    told = f"{spec.provider.name} refuses the key, or the key may not use '{spec.id}'. Put a valid one into {names}"
    return Failure(kind="bad_key", message=f"{told} in the environment or bots/config/.env.")


def _no_such_model(spec: ModelSpec, said: str) -> str:
    where = f" at {spec.provider.base_url}" if spec.provider.base_url else ""
    note = f" {spec.note}" if spec.note else ""
    hint = "Check the id, and that the base URL ends where the API begins." if where else "Check the id."
    return f"{spec.provider.name}{where} knows no model '{spec.id}'. {said} {hint}{note}"


def broken(spec: ModelSpec, why: object) -> Failure:
    told = _brief(str(why))
    return Failure(
        kind="broken_reply", message=f"The answer of {spec.provider.name} ({spec.id}) cannot be read: {told}"
    )


def _brief(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(".")


def no_connection(spec: ModelSpec, cause: BaseException) -> Failure:
    """What an HTTP client's error means: nothing there to talk to, or a talk that broke off."""
    lost = type(cause).__name__ in ("ConnectError", "ConnectTimeout")
    return unreachable(spec, cause) if lost else broken(spec, cause)


def unreachable(spec: ModelSpec, why: object) -> Failure:
    where = spec.provider.base_url or f"the API of {spec.provider.name}"
    told = f"Nothing answers at {where}: {why}. Is the address right, the server up, the network there?"
    return Failure(kind="unreachable", message=told)


def timed_out(spec: ModelSpec) -> Failure:
    return Failure(kind="timeout", message=f"{spec.provider.name} ({spec.id}) did not answer before the deadline")
