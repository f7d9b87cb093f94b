"""From a raw answer to the one JSON object that was due, or to why it cannot be used."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, ValidationError

from bots.adapters.llm.messages import Failure, FailureKind, RawAnswer, Reply, Request

FENCE = re.compile(r"```[a-zA-Z]*\s*\n?(.*?)```", re.DOTALL)
THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
CUT = ("length", "max_tokens", "model_length", "MAX_TOKENS", "model_context_window_exceeded")
SHOWN = 8  # mistakes named to the model in one repair


class Unusable(Exception):
    """Raised and caught in this file: why a text holds no usable object."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind


def read(answer: RawAnswer, request: Request) -> Reply | Failure:
    """`answer` as a Reply, or as a Failure of kind refused, empty, truncated, bad_json or bad_schema."""
    try:
        if answer.refusal:
            raise Unusable("refused", f"The model declined to answer: {answer.refusal}")
        data = json_object(answer.text)
        if request.shape is not None:
            _check(data, request.shape)
    except Unusable as trouble:
        kind, message = _really(trouble, answer, request)
        text = answer.text or answer.refusal
        return Failure(kind=kind, message=message, text=text, model=answer.model, finish_reason=answer.finish_reason)
    return Reply(data=data, text=answer.text, model=answer.model, finish_reason=answer.finish_reason)


def _really(trouble: Unusable, answer: RawAnswer, request: Request) -> tuple[FailureKind, str]:
    if trouble.kind in ("empty", "bad_json") and answer.finish_reason in CUT:
        return "truncated", f"The answer was cut off at {request.max_tokens} tokens; answer in fewer words"
    return trouble.kind, str(trouble)


def json_object(text: str) -> dict[str, Any]:
    """The one JSON object in `text`; words, a code fence or thoughts around it do not matter. Raises Unusable."""
    text = THOUGHTS.sub("", text).strip()
    if not text:
        raise Unusable("empty", "The answer was empty; one JSON object was due")
    fence = FENCE.search(text)
    for candidate in (text, fence.group(1) if fence else ""):
        value = _parsed(candidate)
        if value is not None:
            return _object(value)
    return _object(_surrounded(text))


def _parsed(text: str) -> Any:
    """The JSON value that `text` is, None when it is none."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    # digits beyond Python's limit are a ValueError as broken syntax is; brackets beyond its stack a RecursionError
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _surrounded(text: str) -> Any:
    """The object within `text`, from its first brace. One of several, or a part of a list, is not the answer."""
    start = text.find("{")
    if start < 0:
        raise Unusable("bad_json", f"The answer holds no JSON object; it begins {text[:60]!r}")
    if text[:start].rstrip().endswith("["):
        raise Unusable("bad_schema", "The answer is a list; one JSON object was due")
    try:
        value, end = json.JSONDecoder(parse_constant=_no_constant).raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        raise Unusable("bad_json", f"The answer is not valid JSON: {error}") from None
    if "{" in text[end:]:
        raise Unusable("bad_json", "The answer holds more than one JSON object; exactly one was due")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        kinds = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
        raise Unusable("bad_schema", f"The answer is {kinds.get(type(value), 'null')}; one JSON object was due")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unusable("bad_json", "The answer holds half of a surrogate pair, which is not text") from None
    return value


def _check(data: dict[str, Any], shape: type[BaseModel]) -> None:
    try:
        shape.model_validate(data)
    except ValidationError as error:
        mistakes = [_mistake(detail["loc"], detail["msg"]) for detail in error.errors(include_url=False)]
        more = [f"and {len(mistakes) - SHOWN} more"] if len(mistakes) > SHOWN else []
        raise Unusable("bad_schema", "; ".join(mistakes[:SHOWN] + more)) from None


def _mistake(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(step) for step in place) or 'the object'}: {message}"
