"""Small builders for questions and for the models that are asked them."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bots.adapters.llm import Keys, Message, Model, Models, Outcome, Request, Timing, Transcript, request_for
from bots.adapters.llm.catalogue import Catalogue, read_catalogue
from tests.bots.adapters.llm.wire_server import Step, WireServer

KEY = "sk-proj-Never0Seen1Anywhere2"
KEYS = Keys(
    {
        "OPENAI_API_KEY": KEY,
        "ANTHROPIC_API_KEY": KEY,
        "MISTRAL_API_KEY": KEY,
        "GOOGLE_API_KEY": KEY,
        "DEEPSEEK_API_KEY": KEY,
    }
)
# one model with a known price for each vendor
ASKED = {
    "openai": "openai/gpt-4o-mini-2024-07-18",
    "anthropic": "anthropic/claude-haiku-4-5-20251001",
    "mistral": "mistral/mistral-small-2603",
    "google": "google/gemini-2.5-flash-lite",
}


class Choice(BaseModel):
    """What the tests ask for."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["buy", "sell", "hold"]
    price: int | None = Field(ge=1, le=1000)
    reason: str = Field(max_length=200)


GOOD = {"action": "buy", "price": 101, "reason": "cheap"}
WHOLE = json.dumps(GOOD)


def question(*, within: float = 5.0, key: str = "seat-1/turn-1", text: str = "What do you do?", **more: Any) -> Request:
    messages = (Message("system", "You trade."), Message("user", text))
    request = request_for(Choice, messages, key=key, deadline=time.monotonic() + within)
    return replace(request, **more)


def swift(**more: Any) -> Timing:
    """Real clock, but back-off waits are a hundredth of what they would be."""
    return Timing(sleep=lambda seconds: time.sleep(seconds / 100), rng=random.Random(1), **more)


def models_at(server: WireServer, vendor: str, *, folder: Path | None = None, **more: Any) -> Models:
    """The run's models, all of them asked at the local server."""
    transcript = Transcript(folder / "llm_calls.jsonl") if folder else None
    settings: dict[str, Any] = {"catalogue": catalogue(), "keys": KEYS, "timing": swift(), **more}
    return Models(base_url=server.base_url(vendor), transcript=transcript, **settings)


def catalogue() -> Catalogue:
    return read_catalogue()


def model_of(vendor: str, models: Models) -> Model:
    """The vendor's model, its SDK loaded."""
    model = models.find(ASKED[vendor])
    assert isinstance(model, Model), model
    return model


def asked(vendor: str, server: WireServer, *steps: Step, within: float = 5.0, **more: Any) -> Outcome:
    """What comes of one question while the server goes through `steps`."""
    model = model_of(vendor, models_at(server, vendor, **more))
    server.play(*steps)
    return model.ask(question(within=within))
