"""A runner that was killed: its seats are taken up again, in the same folder, and nothing is there twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from bots.adapters.errors import SetupError
from bots.adapters.llm import asked_of, read_transcript
from bots.adapters.llm.past import spent_usd, totals_of
from bots.main import main
from bots.services.cli import RunConfig, parse
from bots.services.resuming import played, read_earlier
from bots.services.run_folder import RunFolder, runner_of
from bots.services.runner import run
from pit import ROOT, Server
from simulation.recording import RecordedRun
from simulation.replay import replay
from tests.bots.processes import all_gone, started_by
from tests.bots.remembering import COUNTED, MODELS
from tests.bots.runs import ENVIRON, document, lines, rows
from tests.lab import new_session

posix = pytest.mark.skipif(os.name == "nt", reason="kills with signal 9 and reads /proc")


def start(lab: Server, session: str, out: Path) -> subprocess.Popen[bytes]:
    """Two rule traders and a model whose notes count its turns."""
    (out / "seats.toml").write_text('1 = "zero_intelligence"\n2 = "noise"\n3 = "counting"\n')
    link = f"{lab.address}/SessionStartLinks/{session}"
    command = [sys.executable, "-m", "tests.bots.remembering", link, str(out), str(out / "seats.toml")]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **ENVIRON}, stdout=subprocess.DEVNULL)


def kill_after(turns: int, runner: subprocess.Popen[bytes], folder: Path) -> set[int]:
    """Signal 9 once so many turns are on record. Returns what the runner had started."""
    until = monotonic() + 60
    while not (folder / "decisions.jsonl").exists() or len(lines(folder)) < turns:
        assert runner.poll() is None
        assert monotonic() < until
        sleep(0.1)
    started = started_by(runner.pid)
    runner.kill()
    runner.wait()
    return started


@posix
def test_a_killed_runner_is_taken_up_again_with_the_same_seats_in_the_same_folder(lab: Server, tmp_path: Path) -> None:
    session, codes = new_session(lab, seats=3, period_seconds=8, result_seconds=1)
    folder = tmp_path / "debug-runs" / "run-1"
    orphans = kill_after(20, start(lab, session, tmp_path), folder)
    with (folder / "decisions.jsonl").open("a") as file:
        file.write('{"version": 3, "seat"')
    before = (folder / "decisions.jsonl").read_text().splitlines()[:-1]
    assert runner_of(folder)
    result = run(RunConfig(resume=folder), ENVIRON, local=MODELS)
    assert all_gone(orphans)
    assert (result.folder, result.ended) == (folder, "finished")
    assert (folder / "decisions.jsonl").read_text().splitlines()[: len(before)] == before
    assert len(lines(folder)) > len(before)
    for seat, code in enumerate(codes, start=1):
        own = [line for line in lines(folder) if line["seat"] == seat]
        assert [line["turn"] for line in own] == list(range(1, len(own) + 1))
        assert {line["participant"] for line in own} == {code}
    check_what_the_folder_says(folder, len(before))
    check_that_notes_went_on(folder)
    done = replay(RecordedRun(folder))
    assert done.differences == []
    assert all(one.prompt is not False for one in done.verdicts)
    assert [path.name for path in tmp_path.glob("*/run-*")] == ["run-1"]


def check_what_the_folder_says(folder: Path, before: int) -> None:
    manifest, summary = document(folder, "manifest.json"), document(folder, "summary.json")
    assert [one["turns"] for one in manifest["resumed"]] == [before]
    assert manifest["seed"] == 4
    assert summary["decisions"]["due"] == len(lines(folder))
    acknowledged = {
        receipt["order_id"]
        for line in lines(folder)
        for action, receipt in zip(line["actions"], line["receipts"], strict=False)
        if action[0] == "place" and receipt["status"] in ("accepted", "traded")
    }
    on_record = {int(row["order_id"]) for row in rows(folder, "orders")}
    assert acknowledged <= on_record
    assert not (folder / ".runner").exists()


def check_that_notes_went_on(folder: Path) -> None:
    """Each answer counts one more than the one before, also across the death of the runner."""
    calls = [line for line in read_transcript(folder / "llm_calls.jsonl") if "/turn-" in line["key"]]
    counted = [int(COUNTED.findall(line["raw"])[0]) for line in calls if line["outcome"] == "ok"]
    assert counted == list(range(1, len(counted) + 1))


@posix
def test_a_folder_whose_runner_is_at_work_is_left_to_it(
    lab: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = RunFolder.create(tmp_path, production=False)
    arguments = {"model": "noise", "num_bots": None, "out": str(tmp_path)}
    session, codes = new_session(lab, seats=2)
    told = {"arguments": arguments, "seed": 1, "reported_as": "x", "server": lab.address, "session": session}
    folder.write_json("manifest.json", {**told, "bots": codes, "subjects": 2})
    assert main(["--resume", str(folder.path)]) == 2
    assert "its runner is at work" in capsys.readouterr().err
    folder.close()


@pytest.mark.parametrize("ended", ["finished", None])
def test_a_run_that_is_over_or_never_began_is_not_taken_up(ended: str | None, tmp_path: Path) -> None:
    if ended:
        (tmp_path / "manifest.json").write_text('{"arguments": {}, "reported_as": "x"}')
        (tmp_path / "summary.json").write_text(json.dumps({"ended": ended}))
    with pytest.raises(SetupError, match="to the end" if ended else "Expected the folder of a run that had begun"):
        read_earlier(tmp_path)


def test_a_run_is_taken_up_as_it_began(tmp_path: Path) -> None:
    began = RunConfig(url="http://x/join/y", model="noise", num_bots=2, pace=0.5, persona=Path("careful.txt"))
    arguments = {**{name: getattr(began, name) for name in began.__slots__}, "out": "data", "persona": "careful.txt"}
    (tmp_path / "manifest.json").write_text(json.dumps({"arguments": arguments, "reported_as": "x"}))
    assert read_earlier(tmp_path).config == RunConfig(
        url="http://x/join/y", model="noise", num_bots=2, pace=0.5, persona=Path("careful.txt"), out=Path("data")
    )


def test_resume_goes_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["--resume", "run-3"]) == RunConfig(resume=Path("run-3"))
    with pytest.raises(SystemExit):
        parse(["http://server/join/x", "noise", "--resume", "run-3", "--pace", "2"])
    assert "Leave out: pace, URL MODEL" in capsys.readouterr().err


def test_turns_go_on_where_they_were() -> None:
    turns = [{"seat": 1, "turn": 1, "outcome": "valid"}, {"seat": 2, "turn": 1, "outcome": "late"}]
    assert played([*turns, {"seat": 1, "turn": 2, "outcome": "stale"}], 1) == (2, {"valid": 1, "stale": 1})
    assert played(turns, 3) == (0, {})


def call(key: str, outcome: str = "ok", cost: float | None = 0.5) -> dict[str, object]:
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "estimated": False}
    return {
        "version": 1,
        "model": "gpt",
        "key": key,
        "outcome": outcome,
        "cost_usd": cost,
        "usage": usage,
        "returned_model": "",
    }


def test_questions_of_a_seat_go_on_counting_and_costs_too(tmp_path: Path) -> None:
    file = tmp_path / "llm_calls.jsonl"
    written = [
        call("check/gpt"),
        call("seat-1/form-1"),
        call("seat-1/period-1/turn-2", "timeout"),
        call("seat-1/period-1/turn-2"),
        call("seat-1/period-12/turn-10", "bad_json"),
        call("seat-1/period-12/turn-10/repair"),
        call("seat-1/probe-3", cost=None),
        call("seat-12/period-1/turn-44"),
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in written) + '{"version": 1, "mod')
    calls = list(read_transcript(file))
    assert asked_of(calls, 1).questions == 10
    assert (asked_of(calls, 1).probes, asked_of(calls, 1).cost_usd) == (3, None)
    assert (asked_of(calls, 12).questions, asked_of(calls, 12).cost_usd) == (44, 0.5)
    assert asked_of(calls, 3).questions == 0
    assert spent_usd(calls) == 3.5
    total = totals_of(calls)["gpt"]
    assert (total.calls, total.replies, dict(total.failures), total.unpriced) == (7, 6, {"bad_json": 1}, 1)
