"""OpenAI's chat completions, which xAI, DeepSeek, ZhipuAI, OpenRouter, Ollama, vLLM and llama.cpp speak as well."""

from __future__ import annotations

from typing import Any, cast

import openai

from bots.adapters.llm.catalogue import SCHEMA_MODES, ModelSpec
from bots.adapters.llm.messages import Failure, RawAnswer, Request, Sent
from bots.adapters.llm.patience import retry_after
from bots.adapters.llm.provider import (
    Refusal,
    broken,
    chat_body,
    dig,
    failure_of,
    no_connection,
    plain_sent,
    text_of,
    timed_out,
    usage_of,
)

OPTIONAL = ("temperature", "seed")
NOT_TAKEN = ("unsupported", "not support", "deprecated", "unknown", "unrecognized", "not permitted", "not allowed")


class OpenAIProvider:
    """Asks one model through the openai SDK. Learns which optional parameters its endpoint does not take."""

    instant = False

    def __init__(self, spec: ModelSpec, key: str) -> None:
        self.spec = spec
        self.mode = spec.schema
        self.left_out: set[str] = set()
        self.client = openai.OpenAI(api_key=key, base_url=spec.provider.base_url or None, max_retries=0)
        # the SDK loads its parts when they are first named: now, and not within somebody's deadline
        self._create = cast(Any, self.client.chat.completions.create)

    def prepare(self, request: Request) -> Sent:
        wanted = {"temperature": request.temperature, "seed": request.seed}
        parameters = {name: value for name, value in wanted.items() if name not in self.left_out}
        limit = {self.spec.provider.limit_field: request.max_tokens}
        return plain_sent(self.spec, request, {**limit, **parameters}, self.mode)

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        try:
            completion = self._create(**chat_body(sent), timeout=seconds)
        except openai.APIError as error:
            return self._failure(error, sent)
        # the SDK decodes a body without looking at what it holds
        except ValueError as error:
            return broken(self.spec, error)
        return self._answer(completion)

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        try:
            listed = self.client.models.list(timeout=seconds).data
        except openai.APIError as error:
            return self._failure(error)
        except ValueError as error:
            return broken(self.spec, error)
        return tuple(str(dig(model.model_dump(), "id")) for model in listed or ())

    def _answer(self, completion: Any) -> RawAnswer | Failure:
        body = completion.model_dump(warnings=False) if isinstance(completion, openai.BaseModel) else None
        message = dig(body, "choices", 0, "message")
        if not isinstance(message, dict):
            return broken(self.spec, "it has no message")
        finish = str(dig(body, "choices", 0, "finish_reason") or "")
        refusal = text_of(message.get("refusal")) or ("its content filter" if finish == "content_filter" else "")
        usage = [dig(body, "usage", name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
        return RawAnswer(
            text=text_of(message.get("content")),
            model=str(dig(body, "model") or ""),
            finish_reason=finish,
            usage=usage_of(*usage),
            refusal=refusal,
        )

    def _failure(self, error: openai.APIError, sent: Sent | None = None) -> Failure:
        if isinstance(error, openai.APITimeoutError):
            return timed_out(self.spec)
        if isinstance(error, openai.APIConnectionError):
            return no_connection(self.spec, error.__cause__ or error)
        if isinstance(error, openai.APIStatusError):
            return self._refused(error, sent)
        return broken(self.spec, error.message)

    def _refused(self, error: openai.APIStatusError, sent: Sent | None) -> Failure:
        words = f"{error.param} {error.message}".lower()
        if sent and error.status_code in (400, 422) and self._leaves_out(words, sent):
            return Failure(kind="unsupported", message=f"{self.spec.provider.name} does not take a parameter: {error}")
        return failure_of(
            self.spec,
            Refusal(
                status=error.status_code,
                message=text_of(dig(error.body, "message")) or error.message,
                code=f"{error.code or ''} {error.type or ''}",
                retry_after_s=retry_after(error.response.headers),
            ),
        )

    def _leaves_out(self, words: str, sent: Sent) -> bool:
        """Whether the next attempt can do without what the endpoint complains of."""
        if ("response_format" in words or "json_schema" in words) and sent.schema_mode != SCHEMA_MODES[-1]:
            # from what was sent, not from self.mode: several threads may learn the same at the same time
            self.mode = SCHEMA_MODES[SCHEMA_MODES.index(sent.schema_mode) + 1]
            return True
        if not any(word in words for word in NOT_TAKEN):
            return False
        named = {name for name in OPTIONAL if name in words and name in sent.parameters}
        self.left_out |= named
        return bool(named)
