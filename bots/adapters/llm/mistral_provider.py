"""Mistral's chat completions."""

from __future__ import annotations

import json
from typing import Any, cast

import httpx2
from mistralai.client import Mistral, errors

from bots.adapters.llm.catalogue import ModelSpec
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


class MistralProvider:
    """Asks one model through the mistralai SDK."""

    instant = False

    def __init__(self, spec: ModelSpec, key: str) -> None:
        self.spec = spec
        self.client = Mistral(api_key=key, server_url=spec.provider.base_url or None)
        # the SDK loads its parts when they are first named: now, and not within somebody's deadline
        self._complete = cast(Any, self.client.chat.complete)

    def prepare(self, request: Request) -> Sent:
        optional = {"temperature": request.temperature, "random_seed": request.seed}
        return plain_sent(self.spec, request, {"max_tokens": request.max_tokens, **optional})

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        try:
            completion = self._complete(
                **chat_body(sent, "schema_definition"), timeout_ms=_milliseconds(seconds), retries=None
            )
        except (errors.MistralError, errors.NoResponseError, httpx2.HTTPError) as error:
            return self._failure(error)
        return self._answer(completion.model_dump(warnings=False))

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        try:
            listed = self.client.models.list(timeout_ms=_milliseconds(seconds), retries=None)
        except (errors.MistralError, errors.NoResponseError, httpx2.HTTPError) as error:
            return self._failure(error)
        data = dig(listed.model_dump(), "data") or []
        return tuple(str(name) for model in data for name in (dig(model, "id"), *(dig(model, "aliases") or ())))

    def _answer(self, body: dict[str, Any]) -> RawAnswer | Failure:
        message = dig(body, "choices", 0, "message")
        if not isinstance(message, dict):
            return broken(self.spec, "it has no message")
        finish = str(dig(body, "choices", 0, "finish_reason") or "")
        usage = [dig(body, "usage", name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
        return RawAnswer(
            text=text_of(message.get("content")),
            model=str(dig(body, "model") or ""),
            finish_reason=finish,
            usage=usage_of(*usage),
            refusal="its content filter" if finish == "content_filter" else "",
        )

    def _failure(self, error: Exception) -> Failure:
        if isinstance(error, httpx2.TimeoutException):
            return timed_out(self.spec)
        if isinstance(error, httpx2.HTTPError):
            return no_connection(self.spec, error)
        if isinstance(error, errors.ResponseValidationError) or not isinstance(error, errors.MistralError):
            return broken(self.spec, error)
        message, code = _words(error.body)
        seconds = retry_after(error.headers)
        refusal = Refusal(status=error.status_code, message=message, code=code, retry_after_s=seconds)
        return failure_of(self.spec, refusal)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _words(body: str) -> tuple[str, str]:
    """Message and code of an error body, which comes in several forms."""
    try:
        told = json.loads(body)
    except ValueError:
        return body, ""
    message = dig(told, "message") or dig(told, "detail") or dig(told, "error", "message") or body
    return str(message), f"{dig(told, 'type') or ''} {dig(told, 'code') or ''}"
