"""The models that need no network keep the promises of those that do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bots.adapters.llm import (
    Failure,
    Heuristic,
    Keys,
    Models,
    Reply,
    Request,
    Scripted,
    Slowly,
    Transcript,
    read_transcript,
)
from bots.adapters.llm.messages import RawAnswer, Usage
from bots.adapters.llm.provider import Provider
from tests.bots.adapters.llm.asks import GOOD, catalogue, question, swift

ALL = ("heuristic", "scripted", "replay")


def here(folder: Path | None = None, **local: Provider) -> Models:
    transcript = Transcript(folder / "llm_calls.jsonl") if folder else None
    return Models(catalogue=catalogue(), keys=Keys({}), local=local, transcript=transcript, timing=swift())


def cheap(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Buys a tick above the last price."""
    return {"action": "buy", "price": facts.get("last", 100) + 1, "reason": "cheap"}


def recorded(folder: Path, *lines: Any) -> str:
    """The name of a replay of a run in which one model said `lines` to seat-1/turn-1, turn-2, ..."""
    folder.mkdir()
    models = here(folder, talker=Scripted(lines))
    for turn in range(1, len(lines) + 1):
        models.ask("talker", question(key=f"seat-1/turn-{turn}", within=0.3))
    return f"replay:{folder}"


def named(kind: str, folder: Path, record: Path | None = None) -> tuple[Models, str]:
    if kind == "replay":
        return here(record), recorded(folder / "run-1", GOOD)
    local: Provider = Heuristic(cheap) if kind == "heuristic" else Scripted(lambda request: GOOD)
    return here(record, **{kind: local}), kind


@pytest.mark.parametrize("kind", ALL)
def test_it_answers_with_a_valid_object_for_nothing(kind: str, tmp_path: Path) -> None:
    models, name = named(kind, tmp_path)
    assert models.check(name) is None
    reply = models.ask(name, question())
    assert isinstance(reply, Reply), reply
    assert (reply.data, reply.cost_usd, reply.attempts, reply.keys) == (GOOD, 0.0, 1, ("seat-1/turn-1",))
    assert reply.usage.prompt_tokens > 0
    assert reply.usage.completion_tokens > 0


@pytest.mark.parametrize("kind", ALL)
def test_its_calls_are_on_record(kind: str, tmp_path: Path) -> None:
    models, name = named(kind, tmp_path, record=tmp_path)
    models.ask(name, question())
    (line,) = read_transcript(tmp_path / "llm_calls.jsonl")
    assert (line["model"], line["outcome"], json.loads(line["raw"])) == (name, "ok", GOOD)


@pytest.mark.parametrize("kind", ALL)
def test_it_keeps_a_deadline_that_has_passed(kind: str, tmp_path: Path) -> None:
    models, name = named(kind, tmp_path)
    failure = models.ask(name, question(within=-1))
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"


def test_the_heuristic_decides_on_the_facts_alone() -> None:
    models = here(heuristic=Heuristic(cheap))
    first = models.ask("heuristic", question(facts={"last": 250}, text="one"))
    second = models.ask("heuristic", question(facts={"last": 250}, text="two"))
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert first.text == second.text
    assert first.data["price"] == 251


def test_a_heuristic_that_breaks_the_schema_is_found_out() -> None:
    failure = here(heuristic=Heuristic(lambda facts: {"action": "dance"})).ask("heuristic", question())
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_schema"


def test_a_bug_in_a_heuristic_is_not_taken_for_a_failure_of_a_model() -> None:
    with pytest.raises(KeyError, match="no such fact"):
        here(heuristic=Heuristic(lambda facts: facts["no such fact"])).ask("heuristic", question())


def test_a_bug_in_a_script_is_not_taken_for_a_failure_of_a_model() -> None:
    def script(request: Request) -> str:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        here(scripted=Scripted(script)).ask("scripted", question())


def test_a_script_is_said_line_by_line() -> None:
    models = here(scripted=Scripted([GOOD, "rubbish", RawAnswer(text="{", finish_reason="length", usage=Usage(5, 5))]))
    outcomes = [models.ask("scripted", question()) for _ in range(4)]
    kinds = [outcome.kind if isinstance(outcome, Failure) else "reply" for outcome in outcomes]
    assert kinds == ["reply", "bad_json", "truncated", "not_recorded"]


def test_a_scripted_failure_is_retried_as_a_vendors_would_be() -> None:
    models = here(scripted=Scripted([Failure(kind="server_error", message="down"), GOOD]))
    reply = models.ask("scripted", question())
    assert isinstance(reply, Reply)
    assert reply.attempts == 2


def test_the_check_of_a_scripted_model_takes_no_line_of_its_script() -> None:
    models = here(hangs=Scripted([Slowly(0, GOOD)], delay_s=30))
    assert models.check("hangs") is None
    assert isinstance(models.ask("hangs", question()), Reply)


def test_a_script_may_depend_on_the_question() -> None:
    models = here(scripted=Scripted(lambda request: {**GOOD, "reason": request.key}))
    reply = models.ask("scripted", question(key="seat-7/turn-1"))
    assert isinstance(reply, Reply)
    assert reply.data["reason"] == "seat-7/turn-1"


def test_many_seats_ask_a_script_side_by_side() -> None:
    everyone = Barrier(24, timeout=10)

    def script(request: Request) -> Mapping[str, Any]:
        everyone.wait()
        return GOOD

    models = here(scripted=Scripted(script))
    with ThreadPoolExecutor(24) as threads:
        asked = [threads.submit(models.ask, "scripted", question(key=f"seat-{seat}", within=15)) for seat in range(24)]
    assert all(isinstance(outcome.result(), Reply) for outcome in asked)


def test_a_script_that_hangs_is_left_at_the_deadline() -> None:
    models = here(scripted=Scripted([Slowly(15, GOOD)]))
    began = time.monotonic()
    failure = models.ask("scripted", question(within=0.2))
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"
    assert time.monotonic() - began < 1.5


def test_a_replay_says_the_recorded_bytes(tmp_path: Path) -> None:
    texts = [f"Well:\n{json.dumps(GOOD)}", '{"action": "hold", "price": null, "reason": "caf\u00e9 \\u2028"}']
    name = recorded(tmp_path / "run-1", *texts)
    replies = [here().ask(name, question(key=f"seat-1/turn-{turn}")) for turn in (1, 2)]
    assert [reply.text for reply in replies] == texts


def test_a_replay_repeats_failures_as_they_were_and_at_once(tmp_path: Path) -> None:
    refusal = RawAnswer(text="", refusal="no")
    name = recorded(
        tmp_path / "run-1", "rubbish", Slowly(5, GOOD), Failure(kind="bad_key", message="wrong key"), refusal
    )
    models = here()
    began = time.monotonic()
    failures = [models.ask(name, question(key=f"seat-1/turn-{turn}")) for turn in (1, 2, 3, 4)]
    kinds = [failure.kind for failure in failures if isinstance(failure, Failure)]
    assert kinds == ["bad_json", "timeout", "bad_key", "refused"]
    assert time.monotonic() - began < 2


def test_a_replay_goes_by_the_last_attempt(tmp_path: Path) -> None:
    folder = tmp_path / "run-1"
    folder.mkdir()
    models = here(folder, talker=Scripted([Failure(kind="server_error", message="down"), GOOD]))
    models.ask("talker", question())
    reply = here().ask(f"replay:{folder}", question())
    assert isinstance(reply, Reply)
    assert reply.data == GOOD


def test_a_replay_has_no_call_that_was_not_made(tmp_path: Path) -> None:
    failure = here().ask(recorded(tmp_path / "run-1", GOOD), question(key="seat-1/turn-99"))
    assert isinstance(failure, Failure)
    assert failure.kind == "not_recorded"
    assert "seat-1/turn-99" in failure.message


def test_a_folder_without_a_record_is_found_by_the_check(tmp_path: Path) -> None:
    failure = here().check(f"replay:{tmp_path}")
    assert isinstance(failure, Failure)
    assert failure.kind == "not_recorded"
    assert str(tmp_path) in failure.message


def test_a_record_of_another_version_is_found_by_the_check(tmp_path: Path) -> None:
    (tmp_path / "llm_calls.jsonl").write_text('{"version": 99}\n')
    failure = here().check(f"replay:{tmp_path}")
    assert isinstance(failure, Failure)
    assert "version 99" in failure.message


def test_half_a_last_line_of_a_killed_run_is_passed_over(tmp_path: Path) -> None:
    name = recorded(tmp_path / "run-1", GOOD)
    with (tmp_path / "run-1" / "llm_calls.jsonl").open("a") as file:
        file.write('{"version": 1, "key": "seat-1/tu')
    assert here().check(name) is None
