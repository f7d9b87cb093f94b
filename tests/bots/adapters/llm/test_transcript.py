"""Every attempt is on record the moment it ends, and no key ever is."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.llm import Failure, Keys, Models, Reply, Request, Scripted, Transcript, read_transcript
from tests.bots.adapters.llm import wire_formats as wire
from tests.bots.adapters.llm.asks import ASKED, GOOD, KEY, catalogue, models_at, question, swift
from tests.bots.adapters.llm.wire_server import WireServer, fails, says

WHOLE = json.dumps(GOOD)
NAME = "llm_calls.jsonl"


def lines_in(folder: Path) -> list[dict[str, Any]]:
    return list(read_transcript(folder / NAME))


@pytest.mark.parametrize("vendor", wire.VENDORS)
def test_a_line_holds_the_request_as_sent_and_the_reply_as_it_came(
    vendor: str, server: WireServer, tmp_path: Path
) -> None:
    moment = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    models = models_at(server, vendor, folder=tmp_path, timing=swift(utc=lambda: moment))
    assert not isinstance(models.find(ASKED[vendor]), Failure)
    server.play(says(f"So: {WHOLE}", tokens=(321, 12), model="id-of-today"))
    reply = models.ask(ASKED[vendor], question())
    assert isinstance(reply, Reply), reply
    (line,) = lines_in(tmp_path)
    assert line["version"] == 1
    assert (line["key"], line["attempt"], line["utc"]) == ("seat-1/turn-1", 1, "2026-11-20T09:30:00+00:00")
    assert (line["model"], line["provider"], line["returned_model"]) == (ASKED[vendor], vendor, "id-of-today")
    assert line["request"]["messages"] == [
        {"role": "system", "content": "You trade."},
        {"role": "user", "content": "What do you do?"},
    ]
    assert line["request"]["parameters"]["model"] == ASKED[vendor].split("/")[1]
    assert 500 in line["request"]["parameters"].values()
    assert set(line["request"]["schema"]["properties"]) == {"action", "price", "reason"}
    assert (line["raw"], line["outcome"], line["error"]) == (f"So: {WHOLE}", "ok", "")
    assert line["finish_reason"] == reply.finish_reason
    assert line["usage"] == {"prompt_tokens": 321, "completion_tokens": 12, "estimated": False}
    assert line["cost_usd"] == reply.cost_usd
    assert 0 < line["latency_s"] <= reply.latency_s


def test_calls_before_there_is_a_file_are_kept_for_it_in_their_order(tmp_path: Path) -> None:
    transcript = Transcript()
    models = Models(local={"scripted": Scripted(lambda request: GOOD)}, keys=Keys({}), transcript=transcript)
    for key in ("check", "again"):
        models.ask("scripted", question(key=key))
    transcript.begin(tmp_path / NAME)
    assert [line["key"] for line in lines_in(tmp_path)] == ["check", "again"]
    models.ask("scripted", question(key="turn"))
    assert [line["key"] for line in lines_in(tmp_path)] == ["check", "again", "turn"]
    transcript.close()
    models.ask("scripted", question(key="too late"))
    assert len(lines_in(tmp_path)) == 3


def test_a_transcript_without_a_file_can_be_closed() -> None:
    Transcript().close()


def test_the_hash_is_that_of_the_requests_canonical_json(server: WireServer, tmp_path: Path) -> None:
    models = models_at(server, "openai", folder=tmp_path)
    for key, text in (("a", "one"), ("b", "one"), ("c", "two")):
        models.ask(ASKED["openai"], question(key=key, text=text))
    lines = lines_in(tmp_path)
    canonical = json.dumps(lines[0]["request"], sort_keys=True, separators=(",", ":"))
    assert lines[0]["request_sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert lines[0]["request_sha256"] == lines[1]["request_sha256"] != lines[2]["request_sha256"]


def test_each_attempt_has_a_line(server: WireServer, tmp_path: Path) -> None:
    models = models_at(server, "openai", folder=tmp_path)
    server.play(fails(500), fails(429), says(WHOLE))
    models.ask(ASKED["openai"], question())
    lines = lines_in(tmp_path)
    assert [(line["attempt"], line["outcome"]) for line in lines] == [
        (1, "server_error"),
        (2, "rate_limited"),
        (3, "ok"),
    ]
    assert "the vendor's words" in lines[0]["error"]


def test_a_reply_that_cannot_be_used_is_recorded_with_the_mistake(server: WireServer, tmp_path: Path) -> None:
    models = models_at(server, "openai", folder=tmp_path)
    server.play(says('{"action": "dance", "price": 1, "reason": "x"}'))
    models.ask(ASKED["openai"], question())
    (line,) = lines_in(tmp_path)
    assert line["outcome"] == "bad_schema"
    assert "dance" in line["raw"]
    assert "action" in line["error"]


def test_a_call_that_was_not_made_is_on_record_too(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path / NAME)
    keys = Keys({"OPENAI_API_KEY": KEY})
    models = Models(catalogue=catalogue(), keys=keys, transcript=transcript, budget_usd=0.0)
    failure = models.ask("gpt-4o", question())
    assert isinstance(failure, Failure)
    assert [line["outcome"] for line in lines_in(tmp_path)] == ["over_budget"]


def test_a_line_is_written_before_the_caller_has_the_reply(tmp_path: Path) -> None:
    models = scripted(tmp_path, lambda request: GOOD)
    for turn in range(1, 4):
        models.ask("scripted", question(key=f"turn-{turn}"))
        assert len(lines_in(tmp_path)) == turn


def test_lines_of_many_threads_stay_whole(tmp_path: Path) -> None:
    models = scripted(tmp_path, lambda request: {**GOOD, "reason": "x" * 150})
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda seat: models.ask("scripted", question(key=f"seat-{seat}")), range(200)))
    lines = lines_in(tmp_path)
    assert {line["key"] for line in lines} == {f"seat-{seat}" for seat in range(200)}
    assert len(lines) == 200


def test_text_that_tries_to_break_out_is_recorded_as_it_is(tmp_path: Path) -> None:
    nasty = '</script> `${x}` ../../etc "quoted" \\ \x00 \u2028 \ud800 {"fake": "line"}\n{"version": 1}'
    models = scripted(tmp_path, lambda request: nasty)
    models.ask("scripted", question(text=nasty))
    (line,) = lines_in(tmp_path)
    assert line["raw"] == nasty
    assert line["request"]["messages"][1]["content"] == nasty


def test_a_key_that_a_prompt_or_a_vendor_repeats_is_blotted_out(server: WireServer, tmp_path: Path) -> None:
    models = models_at(server, "openai", folder=tmp_path)
    server.play(fails(400, message=f"your key {KEY} is fine, your request is not"), says(f"Your key is {KEY}"))
    first = models.ask(ASKED["openai"], question(text=f"My key is {KEY}", key="a"))
    models.ask(ASKED["openai"], question(key="b"))
    assert isinstance(first, Failure)
    assert KEY not in first.message
    written = (tmp_path / NAME).read_text()
    assert KEY not in written
    assert written.count("[key]") == 4


def test_after_the_end_of_a_run_nothing_more_is_recorded(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path / NAME)
    local = {"scripted": Scripted(lambda request: GOOD)}
    models = Models(catalogue=catalogue(), keys=Keys({}), local=local, transcript=transcript)
    models.ask("scripted", question(key="a"))
    transcript.close()
    assert isinstance(models.ask("scripted", question(key="b")), Reply)
    assert [line["key"] for line in lines_in(tmp_path)] == ["a"]


def scripted(folder: Path, say: Any) -> Models:
    def script(request: Request) -> Any:
        return say(request)

    local = {"scripted": Scripted(script)}
    transcript = Transcript(folder / NAME)
    return Models(catalogue=catalogue(), keys=Keys({}), local=local, transcript=transcript, timing=swift())


def test_without_room_lines_wait_for_the_next_that_finds_some_and_nobody_fails(tmp_path: Path) -> None:
    disk, full = tmp_path / "disk", tmp_path / "full"
    disk.mkdir()
    transcript, keys = Transcript(disk / "llm_calls.jsonl"), Keys({})
    transcript.write({"key": "a"}, keys)
    disk.rename(full)
    transcript.write({"key": "b"}, keys)
    transcript.write({"key": "c"}, keys)
    full.rename(disk)
    transcript.write({"key": "d"}, keys)
    transcript.close()
    assert [line["key"] for line in read_transcript(disk / "llm_calls.jsonl")] == ["a", "b", "c", "d"]


def test_a_record_that_found_no_room_to_the_end_is_told(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path / "llm_calls.jsonl")
    (tmp_path / "llm_calls.jsonl").unlink()
    (tmp_path / "llm_calls.jsonl").mkdir()
    transcript.write({"key": "a"}, Keys({}))
    with pytest.raises(IsADirectoryError):
        transcript.close()
