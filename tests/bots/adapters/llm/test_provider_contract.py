"""What every provider promises, shown through its vendor's real SDK against a server that speaks the vendor's wire."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bots.adapters.llm import Failure, FailureKind, Reply, Timing
from tests.bots.adapters.llm import wire_formats as wire
from tests.bots.adapters.llm.asks import ASKED, GOOD, KEY, WHOLE, asked, model_of, models_at, question
from tests.bots.adapters.llm.wire_server import (
    CUT,
    DRIP,
    JUNK,
    RESET,
    Step,
    WireServer,
    fails,
    hangs,
    says,
    says_json,
)

every_vendor = pytest.mark.parametrize("vendor", wire.VENDORS)


@every_vendor
def test_a_reply_comes_back_with_what_it_used_and_cost(vendor: str, server: WireServer) -> None:
    models = models_at(server, vendor)
    server.play(says(WHOLE, tokens=(1000, 50), model="model-of-today"))
    reply = model_of(vendor, models).ask(question())
    assert isinstance(reply, Reply), reply
    assert (reply.data, reply.text, reply.model) == (GOOD, WHOLE, "model-of-today")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.estimated) == (1000, 50, False)
    prices = model_of(vendor, models).spec.prices
    assert prices is not None
    assert reply.cost_usd == pytest.approx((1000 * prices.input_usd + 50 * prices.output_usd) / 1e6)
    assert reply.attempts == 1
    assert reply.keys == ("seat-1/turn-1",)
    assert reply.latency_s > 0


@every_vendor
def test_usage_that_a_server_reports_as_nothing_is_estimated_and_paid_for(vendor: str, server: WireServer) -> None:
    reply = asked(vendor, server, says(WHOLE, tokens=(0, 0)))
    assert isinstance(reply, Reply), reply
    assert reply.usage.estimated
    assert reply.usage.prompt_tokens > 5
    assert reply.usage.completion_tokens > 5
    assert reply.cost_usd is not None
    assert reply.cost_usd > 0


@every_vendor
def test_the_schema_is_enforced_where_the_vendor_enforces_schemas(vendor: str, server: WireServer) -> None:
    asked(vendor, server, says(WHOLE))
    schema = wire.schema_in(vendor, server.calls[0].body)
    assert schema is not None
    assert set(schema["properties"]) == set(schema["required"]) == {"action", "price", "reason"}
    assert schema["properties"]["action"]["enum"] == ["buy", "sell", "hold"]


@every_vendor
def test_the_simplest_object_of_the_schema_sent_is_what_the_caller_asked_for(vendor: str, server: WireServer) -> None:
    assert isinstance(asked(vendor, server), Reply)


@every_vendor
def test_system_and_user_messages_the_limit_and_the_pinned_model_arrive(vendor: str, server: WireServer) -> None:
    asked(vendor, server, says(WHOLE))
    call = server.calls[0]
    sent = json.dumps(call.body) + call.path
    assert "You trade." in sent
    assert "What do you do?" in sent
    assert "500" in sent
    assert ASKED[vendor].split("/")[1] in sent
    assert call.key == KEY


UNUSABLE: dict[str, tuple[Step, FailureKind]] = {
    "refusal": (says("I would rather not", finish="refusal"), "refused"),
    "truncated": (says(WHOLE[:25], finish="length"), "truncated"),
    "malformed JSON": (says('{"action": "buy", "price": }'), "bad_json"),
    "no JSON": (says("I buy one at 101."), "bad_json"),
    "empty": (says(""), "empty"),
    "no content at all": (says(None), "empty"),
    "null fields": (says_json(action=None, price=None, reason=None), "bad_schema"),
    "missing field": (says_json(action="buy", price=1), "bad_schema"),
    "wrong type": (says_json(action="buy", price="many", reason="x"), "bad_schema"),
    "list for object": (says(f"[{WHOLE}]"), "bad_schema"),
}


@every_vendor
@pytest.mark.parametrize("case", UNUSABLE)
def test_a_reply_that_cannot_be_used_is_a_failure_with_its_kind(vendor: str, case: str, server: WireServer) -> None:
    step, kind = UNUSABLE[case]
    failure = asked(vendor, server, step)
    assert isinstance(failure, Failure), failure
    assert failure.kind == kind
    assert len(server.calls) == 1
    # it was paid for all the same
    assert failure.usage.prompt_tokens == 100
    assert failure.cost_usd is not None
    assert failure.cost_usd > 0


@every_vendor
@pytest.mark.parametrize("text", [f"I think so:\n{WHOLE}\nThat is all.", f"```json\n{WHOLE}\n```", f"\n {WHOLE} \n"])
def test_text_around_the_object_does_not_matter(vendor: str, text: str, server: WireServer) -> None:
    reply = asked(vendor, server, says(text))
    assert isinstance(reply, Reply), reply
    assert (reply.data, reply.text) == (GOOD, text)


PASSING: dict[str, Step] = {
    "500": fails(500),
    "503": fails(503),
    "429": fails(429),
    "reset connection": RESET,
    "truncated body": CUT,
    "body that is not JSON": JUNK,
    "body that says nothing": Step(body={}),
}


@every_vendor
@pytest.mark.parametrize("case", PASSING)
def test_a_passing_trouble_is_tried_again(vendor: str, case: str, server: WireServer) -> None:
    reply = asked(vendor, server, PASSING[case], says(WHOLE))
    assert isinstance(reply, Reply), reply
    assert reply.attempts == len(server.calls) == 2


LASTING: dict[str, tuple[Step, FailureKind]] = {
    "no credit": (fails(402), "no_credit"),
    "unknown model": (fails(404), "unknown_model"),
    "rejected": (fails(400), "bad_request"),
}


@every_vendor
@pytest.mark.parametrize("case", LASTING)
def test_a_lasting_trouble_is_not_tried_again(vendor: str, case: str, server: WireServer) -> None:
    step, kind = LASTING[case]
    failure = asked(vendor, server, step)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.lasting, len(server.calls)) == (kind, True, 1)
    assert "the vendor's words" in failure.message


@every_vendor
def test_retry_after_is_honoured(vendor: str, server: WireServer) -> None:
    slept: list[float] = []
    reply = asked(
        vendor, server, fails(429, retry_after="7"), says(WHOLE), within=60, timing=Timing(sleep=slept.append)
    )
    assert isinstance(reply, Reply)
    assert slept == [7.0]


@every_vendor
def test_nobody_waits_for_a_retry_beyond_the_deadline(vendor: str, server: WireServer) -> None:
    slept: list[float] = []
    failure = asked(vendor, server, fails(429, retry_after="30"), within=2, timing=Timing(sleep=slept.append))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.retry_after_s, slept) == ("rate_limited", 30.0, [])


@every_vendor
@pytest.mark.parametrize("step", [hangs(3), DRIP], ids=["silence", "a byte at a time"])
def test_the_deadline_is_never_passed(vendor: str, step: Step, server: WireServer) -> None:
    model = model_of(vendor, models_at(server, vendor))
    server.play(step)
    began = time.monotonic()
    failure = model.ask(question(within=0.4))
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"
    assert 0.35 < time.monotonic() - began < 1.5


@every_vendor
def test_a_deadline_that_has_passed_asks_nothing(vendor: str, server: WireServer) -> None:
    failure = model_of(vendor, models_at(server, vendor)).ask(question(within=-1))
    assert isinstance(failure, Failure)
    assert (failure.kind, server.calls) == ("timeout", [])


@every_vendor
def test_a_server_that_keeps_failing_ends_at_the_deadline(vendor: str, server: WireServer) -> None:
    server.default = fails(500)
    failure = model_of(vendor, models_at(server, vendor)).ask(question(within=1.5))
    assert isinstance(failure, Failure)
    assert failure.kind == "server_error"
    assert failure.attempts == len(server.calls) >= 2


@every_vendor
def test_a_wrong_key_is_told_once_and_shown_nowhere(vendor: str, tmp_path: Path) -> None:
    with WireServer(key="the-right-key") as server:
        models = models_at(server, vendor, folder=tmp_path)
        failure = model_of(vendor, models).ask(question())
        assert isinstance(failure, Failure)
        assert (failure.kind, failure.attempts) == ("bad_key", 1)
        assert "_API_KEY" in failure.message
        checked = models.check(ASKED[vendor])
    assert isinstance(checked, Failure)
    assert checked.kind == "bad_key"
    written = (tmp_path / "llm_calls.jsonl").read_text()
    assert "bad_key" in written
    for said in (repr(failure), repr(checked), written, repr(models.__dict__)):
        assert KEY not in said


@every_vendor
def test_an_unknown_model_is_found_by_the_check(vendor: str) -> None:
    with WireServer(models=("another-model",)) as server:
        failure = models_at(server, vendor).check(ASKED[vendor])
    assert isinstance(failure, Failure)
    assert failure.kind == "unknown_model"
    assert ASKED[vendor].split("/")[1] in failure.message


@every_vendor
def test_a_model_on_the_vendors_list_passes_the_check_without_a_question(vendor: str) -> None:
    with WireServer(models=(ASKED[vendor].split("/")[1],), key=KEY) as server:
        assert models_at(server, vendor).check(ASKED[vendor]) is None
        assert server.calls == []


@every_vendor
def test_a_model_that_is_not_listed_passes_the_check_if_it_answers(vendor: str, server: WireServer) -> None:
    assert models_at(server, vendor).check(ASKED[vendor]) is None
    assert len(server.calls) == 1


@every_vendor
def test_an_endpoint_where_nothing_answers_is_unreachable(vendor: str) -> None:
    with WireServer() as server:
        models = models_at(server, vendor)
        address = server.base_url(vendor)
    checked, failure = models.check(ASKED[vendor]), model_of(vendor, models).ask(question(within=0.3))
    for trouble in (checked, failure):
        assert isinstance(trouble, Failure)
        assert trouble.kind == "unreachable"
        assert address in trouble.message


@every_vendor
def test_calls_run_side_by_side(vendor: str) -> None:
    with WireServer(default=says(WHOLE), gathering=16) as server, ThreadPoolExecutor(16) as threads:
        model = model_of(vendor, models_at(server, vendor))
        outcomes = list(threads.map(lambda seat: model.ask(question(key=f"seat-{seat}", within=15)), range(16)))
    assert all(isinstance(outcome, Reply) and outcome.attempts == 1 for outcome in outcomes)


@every_vendor
def test_a_connection_serves_many_questions(vendor: str, server: WireServer) -> None:
    model = model_of(vendor, models_at(server, vendor))
    for turn in range(5):
        assert isinstance(model.ask(question(key=f"turn-{turn}")), Reply)
    assert server.connections == 1


@every_vendor
def test_half_a_surrogate_pair_reaches_nobody(vendor: str, server: WireServer) -> None:
    model = model_of(vendor, models_at(server, vendor))
    reply = model.ask(question(text="You said \ud800 before"))
    assert isinstance(reply, Reply), reply
    assert "�" in json.dumps(server.calls[0].body, ensure_ascii=False)
