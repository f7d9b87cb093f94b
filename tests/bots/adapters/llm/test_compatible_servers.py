"""Any server that speaks OpenAI's API can be asked, whatever part of it it speaks."""

from __future__ import annotations

import json
import os

import pytest

from bots.adapters.llm import Failure, Keys, Model, Models, ModelSpec, Reply
from tests.bots.adapters.llm import wire_formats as wire
from tests.bots.adapters.llm.asks import GOOD, KEY, KEYS, catalogue, models_at, question, swift
from tests.bots.adapters.llm.wire_server import Step, WireServer, fails, says, says_json

WHOLE = json.dumps(GOOD)


def at(server: WireServer, name: str) -> Model:
    model = models_at(server, "openai").find(name)
    assert isinstance(model, Model), model
    return model


def test_a_base_url_alone_names_a_server_of_ones_own(server: WireServer) -> None:
    models = Models(catalogue=catalogue(), keys=Keys({}), base_url=server.base_url("openai"))
    assert models.check("qwen3:8b") is None
    reply = models.ask("qwen3:8b", question())
    assert isinstance(reply, Reply), reply
    assert server.calls[-1].body["model"] == "qwen3:8b"
    assert reply.cost_usd == 0.0


def test_a_server_elsewhere_has_no_price_that_we_know() -> None:
    spec = Models(catalogue=catalogue(), keys=Keys({}), base_url="https://models.example.org/v1").spec("qwen3:8b")
    assert isinstance(spec, ModelSpec)
    assert spec.prices is None


def test_where_only_json_is_enforced_the_schema_is_told_in_words(server: WireServer) -> None:
    server.play(says(WHOLE))
    reply = at(server, "deepseek-chat").ask(question())
    assert isinstance(reply, Reply), reply
    body = server.calls[0].body
    assert body["response_format"] == {"type": "json_object"}
    assert '"enum":["buy","sell","hold"]' in body["messages"][-1]["content"]
    assert body["thinking"] == {"type": "disabled"}


def test_a_server_that_rejects_schemas_is_asked_for_json_and_then_in_words_alone(server: WireServer) -> None:
    model = at(server, "local/some-model")
    server.play(
        fails(400, message="response_format json_schema is not supported"),
        fails(400, message="response_format is not supported"),
        says(WHOLE),
        says(WHOLE),
    )
    assert isinstance(model.ask(question()), Reply)
    assert isinstance(model.ask(question(key="seat-1/turn-2")), Reply)
    formats = [call.body.get("response_format", {}).get("type") for call in server.calls]
    assert formats == ["json_schema", "json_object", None, None]


def test_a_parameter_that_a_server_does_not_take_is_left_out_from_then_on(server: WireServer) -> None:
    model = at(server, "local/some-model")
    server.play(fails(400, message="Unsupported parameter: 'temperature'"), says(WHOLE), says(WHOLE))
    for turn in (1, 2):
        assert isinstance(model.ask(question(key=f"turn-{turn}", temperature=0.7, seed=3)), Reply)
    assert ["temperature" in call.body for call in server.calls] == [True, False, False]
    assert all(call.body["seed"] == 3 for call in server.calls)


@pytest.mark.parametrize("complaint", ["the prompt is too long", "temperature must be between 0 and 0.5"])
def test_a_complaint_about_anything_else_ends_the_call(complaint: str, server: WireServer) -> None:
    server.play(fails(400, message=complaint))
    failure = at(server, "local/some-model").ask(question(temperature=0.7))
    assert isinstance(failure, Failure)
    assert (failure.kind, len(server.calls)) == ("bad_request", 1)


def test_tokens_are_estimated_where_a_server_counts_none(server: WireServer) -> None:
    body = {**wire.reply("openai", wire.Said(text=WHOLE)), "usage": None}
    server.play(Step(body=body))
    reply = at(server, "local/some-model").ask(question())
    assert isinstance(reply, Reply)
    assert reply.usage.estimated
    assert reply.usage.prompt_tokens > 5
    assert reply.usage.completion_tokens > 5


def test_thoughts_before_the_answer_do_not_matter(server: WireServer) -> None:
    server.play(says('<think>maybe {"action": "sell"}?</think>\n' + WHOLE))
    reply = at(server, "local/some-model").ask(question())
    assert isinstance(reply, Reply)
    assert reply.data == GOOD


def test_a_filter_that_rejects_the_question_is_a_refusal(server: WireServer) -> None:
    body = wire.error("openai", 400, "The prompt was filtered")
    body["error"]["code"] = "content_filter"
    server.play(Step(status=400, body=body))
    failure = at(server, "openai/gpt-4o").ask(question())
    assert isinstance(failure, Failure)
    assert failure.kind == "refused"


def test_a_model_of_another_vendor_gets_that_vendors_key(server: WireServer) -> None:
    keys = Keys({"OPENAI_API_KEY": KEY, "XAI_API_KEY": "xai-key-of-the-tests"})
    models_at(server, "openai", keys=keys).ask("grok", question())
    assert server.calls[0].key == "xai-key-of-the-tests"


def test_a_bad_reply_of_one_model_changes_nothing_for_another(server: WireServer) -> None:
    models = models_at(server, "openai", keys=KEYS)
    server.play(says_json(nonsense=True), says(WHOLE))
    assert isinstance(models.ask("openai/gpt-4o", question(key="a")), Failure)
    assert isinstance(models.ask("deepseek-chat", question(key="b")), Reply)


@pytest.mark.skipif(not os.environ.get("OPENPIT_LOCAL_MODEL_URL"), reason="OPENPIT_LOCAL_MODEL_URL is not set")
def test_a_real_local_model_answers() -> None:
    url = os.environ["OPENPIT_LOCAL_MODEL_URL"]
    name = os.environ.get("OPENPIT_LOCAL_MODEL", "local-model")
    models = Models(catalogue=catalogue(), keys=Keys({}), base_url=url, timing=swift())
    assert models.check(name, seconds=120) is None
    outcome = models.ask(name, question(within=120, text="Buy one share at 101 because it is cheap."))
    assert isinstance(outcome, Reply), outcome
