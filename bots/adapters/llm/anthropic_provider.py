"""Anthropic's messages."""

from __future__ import annotations

from typing import Any, cast

import anthropic

from bots.adapters.llm.catalogue import ModelSpec
from bots.adapters.llm.messages import Failure, RawAnswer, Request, Sent
from bots.adapters.llm.patience import retry_after
from bots.adapters.llm.provider import (
    Refusal,
    broken,
    dig,
    failure_of,
    no_connection,
    plain_sent,
    text_of,
    timed_out,
    usage_of,
)

PROMPT_PARTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class AnthropicProvider:
    """Asks one model through the anthropic SDK. This API takes neither temperature nor seed any more."""

    instant = False

    def __init__(self, spec: ModelSpec, key: str) -> None:
        self.spec = spec
        self.client = anthropic.Anthropic(api_key=key, base_url=spec.provider.base_url or None, max_retries=0)
        # the SDK loads its parts when they are first named: now, and not within somebody's deadline
        self._create = cast(Any, self.client.messages.create)

    def prepare(self, request: Request) -> Sent:
        return plain_sent(self.spec, request, {"max_tokens": request.max_tokens})

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        try:
            message = self._create(**_body(sent), timeout=seconds)
        except anthropic.APIError as error:
            return self._failure(error)
        # the SDK decodes a body without looking at what it holds
        except ValueError as error:
            return broken(self.spec, error)
        return self._answer(message)

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        try:
            listed = self.client.models.list(limit=1000, timeout=seconds).data
        except anthropic.APIError as error:
            return self._failure(error)
        except ValueError as error:
            return broken(self.spec, error)
        return tuple(str(dig(model.model_dump(), "id")) for model in listed or ())

    def _answer(self, message: Any) -> RawAnswer | Failure:
        body = message.model_dump(warnings=False) if isinstance(message, anthropic.BaseModel) else None
        content = dig(body, "content")
        if not isinstance(content, list):
            return broken(self.spec, "it has no content")
        finish = str(dig(body, "stop_reason") or "")
        why = str(dig(body, "stop_details", "explanation") or text_of(content) or "no reason given")
        prompt = dig(body, "usage", "input_tokens")
        if isinstance(prompt, int):
            prompt = sum(dig(body, "usage", part) or 0 for part in PROMPT_PARTS)
        return RawAnswer(
            text=text_of(content),
            model=str(dig(body, "model") or ""),
            finish_reason=finish,
            usage=usage_of(prompt, dig(body, "usage", "output_tokens")),
            refusal=why if finish == "refusal" else "",
        )

    def _failure(self, error: anthropic.APIError) -> Failure:
        if isinstance(error, anthropic.APITimeoutError):
            return timed_out(self.spec)
        if isinstance(error, anthropic.APIConnectionError):
            return no_connection(self.spec, error.__cause__ or error)
        if isinstance(error, anthropic.APIStatusError):
            refusal = Refusal(
                status=error.status_code,
                message=error.api_message or error.message,
                code=error.type or "",
                retry_after_s=retry_after(error.response.headers),
            )
            return failure_of(self.spec, refusal)
        return broken(self.spec, error.message)


def _body(sent: Sent) -> dict[str, Any]:
    body = dict(sent.parameters)
    system = "\n\n".join(message.content for message in sent.messages if message.role == "system")
    if system:
        body["system"] = system
    body["messages"] = [
        {"role": message.role, "content": message.content} for message in sent.messages if message.role != "system"
    ]
    if sent.schema_mode == "json_schema":
        told = {"format": {"type": "json_schema", "schema": dict(sent.schema)}}
        body["output_config"] = {**body.get("output_config", {}), **told}
    return body
