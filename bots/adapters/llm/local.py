"""What the models that need no network share: a spec without a vendor, and a request recorded as it was asked."""

from __future__ import annotations

from bots.adapters.llm.catalogue import ModelSpec, ProviderSpec
from bots.adapters.llm.messages import Request, Sent, Usage
from bots.adapters.llm.tokens import FREE, estimate_prompt, estimate_tokens

HERE = ProviderSpec(name="here", api="local", key_needed=False)


def local_spec(name: str) -> ModelSpec:
    """The spec of a model of this process: free, without limits."""
    return ModelSpec(name=name, id=name, provider=HERE, prices=FREE)


def as_asked(name: str, request: Request) -> Sent:
    optional = {"temperature": request.temperature, "seed": request.seed}
    given = {key: value for key, value in optional.items() if value is not None}
    return Sent(
        messages=request.messages,
        schema=dict(request.schema),
        schema_name=request.schema_name,
        schema_mode="json_schema",
        parameters={"model": name, "max_tokens": request.max_tokens, **given},
    )


def counted(request: Request, text: str) -> Usage:
    """Usage of a model that counts none: estimated from the texts."""
    return Usage(estimate_prompt(request.messages), estimate_tokens(text), estimated=True)
