"""Google's generateContent, by REST, so that a local server can stand in for it."""

from __future__ import annotations

import warnings
from dataclasses import replace
from queue import Empty, LifoQueue
from typing import Any

import requests
from google.protobuf import json_format  # type: ignore[import-untyped]

with warnings.catch_warnings():
    # the SDK warns that its support has ended; its successor cannot share oTree's environment
    warnings.simplefilter("ignore", FutureWarning)
    from google.ai.generativelanguage import GenerativeServiceClient, ModelServiceClient
    from google.api_core import exceptions
    from google.api_core.client_options import ClientOptions
    from google.generativeai import protos

from bots.adapters.llm.catalogue import ModelSpec
from bots.adapters.llm.messages import Failure, RawAnswer, Request, Sent
from bots.adapters.llm.patience import retry_after
from bots.adapters.llm.provider import (
    Refusal,
    broken,
    dig,
    failure_of,
    plain_sent,
    timed_out,
    unreachable,
    usage_of,
)
from bots.adapters.llm.schemas import google

ROLES = {"user": "user", "assistant": "model"}
FINE = ("STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED", "")
MODELS_A_PAGE = 1000
TROUBLE = (exceptions.GoogleAPICallError, requests.RequestException, json_format.Error, ValueError)


class GoogleProvider:
    """Asks one model through google-generativeai's REST client. There is no seed in this API."""

    instant = False

    def __init__(self, spec: ModelSpec, key: str) -> None:
        self.spec = spec
        self._options = ClientOptions(api_key=key, api_endpoint=spec.provider.base_url or None)
        # these clients are not made for several threads: each call takes one that is idle
        self._idle: LifoQueue[Any] = LifoQueue()

    def prepare(self, request: Request) -> Sent:
        optional = {"max_output_tokens": request.max_tokens, "temperature": request.temperature}
        sent = plain_sent(self.spec, request, optional)
        return replace(sent, schema=google(request.schema))

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        client = self._client()
        try:
            response = client.generate_content(_body(sent), timeout=seconds, retry=None)
        except TROUBLE as error:
            return self._failure(error)
        self._idle.put(client)
        return self._answer(response)

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        client = ModelServiceClient(transport="rest", client_options=self._options)
        asked = protos.ListModelsRequest(page_size=MODELS_A_PAGE)
        try:
            listed = list(client.list_models(asked, timeout=seconds, retry=None))
        except TROUBLE as error:
            return self._failure(error)
        return tuple(str(model.name).removeprefix("models/") for model in listed)

    def _client(self) -> Any:
        try:
            return self._idle.get_nowait()
        except Empty:
            return GenerativeServiceClient(transport="rest", client_options=self._options)

    def _answer(self, response: Any) -> RawAnswer | Failure:
        blocked = response.prompt_feedback.block_reason
        candidate = response.candidates[0] if response.candidates else None
        if candidate is None and not blocked:
            return broken(self.spec, "it has no candidate")
        finish = _name(candidate.finish_reason) if candidate is not None else _name(blocked)
        refused = bool(blocked) or finish not in FINE
        counts = response.usage_metadata
        return RawAnswer(
            text="".join(part.text for part in candidate.content.parts) if candidate is not None else "",
            model=str(response.model_version),
            finish_reason=finish,
            usage=usage_of(counts.prompt_token_count, counts.candidates_token_count, counts.total_token_count)
            if counts.total_token_count
            else None,
            refusal=finish if refused else "",
        )

    def _failure(self, error: Exception) -> Failure:
        if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
            return timed_out(self.spec)
        if isinstance(error, requests.ConnectionError):
            lost = "NewConnectionError" in str(error) or "NameResolutionError" in str(error)
            return unreachable(self.spec, "no connection") if lost else broken(self.spec, error)
        if isinstance(error, exceptions.GoogleAPICallError) and error.code is not None:
            return failure_of(self.spec, _refusal(error, int(error.code)))
        return broken(self.spec, error)


def _name(reason: Any) -> str:
    """The name of an enum's value; vendors add values that an SDK does not know, which stay numbers."""
    return str(getattr(reason, "name", reason))


def _refusal(error: exceptions.GoogleAPICallError, status: int) -> Refusal:
    details = [detail for detail in error.details if isinstance(detail, dict)]
    codes = " ".join(str(dig(detail, "reason") or "") for detail in details)
    delay = next((str(dig(detail, "retryDelay")) for detail in details if dig(detail, "retryDelay")), "")
    headers = {"retry-after": delay.removesuffix("s")} | dict(getattr(error.response, "headers", {}))
    # the message begins with the method and the address, which say nothing new
    message = str(error.message).partition(": ")[2] or str(error.message)
    return Refusal(status=status, message=message, code=codes, retry_after_s=retry_after(headers))


def _body(sent: Sent) -> Any:
    parameters = dict(sent.parameters)
    settings: dict[str, Any] = {name: value for name, value in parameters.items() if name != "model"}
    if sent.schema_mode != "prompt":
        settings["response_mime_type"] = "application/json"
    if sent.schema_mode == "json_schema":
        settings["response_schema"] = protos.Schema(dict(sent.schema))
    system = [{"text": message.content} for message in sent.messages if message.role == "system"]
    return protos.GenerateContentRequest(
        model=f"models/{parameters['model']}",
        system_instruction={"parts": system} if system else None,
        contents=[
            {"role": ROLES[message.role], "parts": [{"text": message.content}]}
            for message in sent.messages
            if message.role != "system"
        ],
        generation_config=settings,
    )
