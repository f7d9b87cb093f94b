"""What single vendors do their own way comes out the same."""

from __future__ import annotations

import pytest

from bots.adapters.llm import Failure, Reply
from tests.bots.adapters.llm import wire_formats as wire
from tests.bots.adapters.llm.asks import WHOLE, asked, model_of, models_at, question
from tests.bots.adapters.llm.wire_server import Step, WireServer


@pytest.mark.parametrize(("vendor", "seed"), [("openai", "seed"), ("mistral", "random_seed")])
def test_temperature_and_seed_are_sent_where_they_are_taken(vendor: str, seed: str, server: WireServer) -> None:
    model_of(vendor, models_at(server, vendor)).ask(question(temperature=0.25, seed=7))
    assert (server.calls[0].body["temperature"], server.calls[0].body[seed]) == (0.25, 7)


def test_google_takes_a_temperature_and_no_seed(server: WireServer) -> None:
    model_of("google", models_at(server, "google")).ask(question(temperature=0.25, seed=7))
    settings = server.calls[0].body["generationConfig"]
    assert settings["temperature"] == 0.25
    assert "seed" not in settings


def test_an_api_that_takes_no_temperature_gets_none(server: WireServer) -> None:
    model_of("anthropic", models_at(server, "anthropic")).ask(question(temperature=0.25, seed=7))
    assert not {"temperature", "seed"} & set(server.calls[0].body)


def test_a_quota_that_is_used_up_is_not_a_rate_limit(server: WireServer) -> None:
    body = wire.error("openai", 429, "You exceeded your current quota")
    body["error"]["code"] = "insufficient_quota"
    failure = asked("openai", server, Step(status=429, body=body))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.attempts) == ("no_credit", 1)


def test_google_tells_how_long_to_wait_in_the_body(server: WireServer) -> None:
    body = wire.error("google", 429, "slow down")
    body["error"]["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "9s"}]
    failure = asked("google", server, Step(status=429, body=body), within=3)
    assert isinstance(failure, Failure)
    assert failure.retry_after_s == 9.0


def test_a_prompt_that_google_blocks_is_a_refusal(server: WireServer) -> None:
    body = {"promptFeedback": {"blockReason": 1}, "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}}
    failure = asked("google", server, Step(body=body))
    assert isinstance(failure, Failure)
    assert failure.kind == "refused"


def test_thoughts_that_only_the_total_counts_are_paid_for(server: WireServer) -> None:
    body = wire.reply("google", wire.Said(text=WHOLE))
    body["usageMetadata"]["totalTokenCount"] = 100 + 20 + 300
    reply = asked("google", server, Step(body=body))
    assert isinstance(reply, Reply)
    assert reply.usage.completion_tokens == 320


def test_cached_parts_of_a_prompt_count_as_prompt(server: WireServer) -> None:
    body = wire.reply("anthropic", wire.Said(text=WHOLE))
    body["usage"]["cache_read_input_tokens"] = 900
    reply = asked("anthropic", server, Step(body=body))
    assert isinstance(reply, Reply)
    assert reply.usage.prompt_tokens == 1000
