"""Bodies as each vendor's API sends them: replies, errors, lists of models; and what a request of each says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

VENDORS = ("openai", "anthropic", "mistral", "google")
FINISHES: dict[str, dict[str, Any]] = {
    "openai": {"stop": "stop", "length": "length", "refusal": "stop"},
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"},
    "mistral": {"stop": "stop", "length": "length", "refusal": "content_filter"},
    "google": {"stop": 1, "length": 2, "refusal": 3},
}
GOOGLE_TYPES = {1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A reply in no vendor's words: `finish` is stop, length or refusal; `tokens` prompt and completion."""

    text: str | None
    finish: str = "stop"
    tokens: tuple[int, int] = (100, 20)
    model: str = "the-model-that-answered"


def reply(vendor: str, said: Said) -> Json:
    return {"openai": _openai, "anthropic": _anthropic, "mistral": _mistral, "google": _google}[vendor](said)


def _openai(said: Said) -> Json:
    refused = said.finish == "refusal"
    message = {"role": "assistant", "content": None if refused else said.text}
    message |= {"refusal": said.text} if refused else {}
    return _chat(said, message, "openai")


def _mistral(said: Said) -> Json:
    return _chat(said, {"role": "assistant", "content": said.text}, "mistral")


def _chat(said: Said, message: Json, vendor: str) -> Json:
    prompt, completion = said.tokens
    return {
        "id": "call-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": said.model,
        "choices": [{"index": 0, "message": message, "finish_reason": FINISHES[vendor][said.finish]}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    }


def _anthropic(said: Said) -> Json:
    prompt, completion = said.tokens
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": [] if said.text is None else [{"type": "text", "text": said.text}],
        "stop_reason": FINISHES["anthropic"][said.finish],
        "stop_sequence": None,
        "usage": {"input_tokens": prompt, "output_tokens": completion},
    }


def _google(said: Said) -> Json:
    prompt, completion = said.tokens
    parts = [] if said.text is None or said.finish == "refusal" else [{"text": said.text}]
    usage = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": completion,
        "totalTokenCount": prompt + completion,
    }
    return {
        "candidates": [
            {"content": {"role": "model", "parts": parts}, "finishReason": FINISHES["google"][said.finish], "index": 0}
        ],
        "usageMetadata": usage,
        "modelVersion": said.model,
    }


def error(vendor: str, status: int, message: str) -> Json:
    """An error body as the vendor words it."""
    if vendor == "anthropic":
        kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
        return {"type": "error", "error": {"type": kinds.get(status, "api_error"), "message": message}}
    if vendor == "mistral":
        return {"object": "error", "message": message, "type": "error", "param": None, "code": str(status)}
    if vendor == "google":
        return {"error": {"code": status, "message": message, "status": "FAILED", "details": []}}
    return {"error": {"message": message, "type": "error", "param": None, "code": None}}


def bad_key(vendor: str, key: str) -> tuple[int, Json]:
    """Vendors like to quote the key that they refuse."""
    message = f"Incorrect API key provided: {key}"
    if vendor != "google":
        return 401, error(vendor, 401, message)
    body = error("google", 400, f"API key not valid: {key}")
    body["error"]["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    return 400, body


def model_list(vendor: str, ids: list[str]) -> Json:
    if vendor == "google":
        return {"models": [{"name": f"models/{name}"} for name in ids]}
    if vendor == "anthropic":
        data = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in ids
        ]
        return {"data": data, "has_more": False, "first_id": None, "last_id": None}
    listed: list[Json] = [
        {"id": name, "object": "model", "created": 1, "owned_by": "vendor", "type": "base", "capabilities": {}}
        for name in ids
    ]
    return {"object": "list", "data": listed}


def schema_in(vendor: str, body: Json) -> Json | None:
    """The JSON schema that a request enforces, None when it enforces none."""
    if vendor == "anthropic":
        found = body.get("output_config", {}).get("format", {}).get("schema")
    elif vendor == "google":
        found = body.get("generationConfig", {}).get("responseSchema")
    else:
        found = body.get("response_format", {}).get("json_schema", {}).get("schema")
    return dict(found) if found else None


def example(schema: Json | None) -> Any:
    """The simplest value that satisfies a schema, in any vendor's dialect."""
    schema = schema or {"type": "object"}
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][-1])
    kind = schema.get("type")
    kind = GOOGLE_TYPES[kind] if isinstance(kind, int) else kind
    if kind == "object":
        return {name: example(value) for name, value in schema.get("properties", {}).items()}
    return {"string": "an answer", "number": 1.0, "integer": 1, "boolean": True, "array": []}.get(str(kind))
