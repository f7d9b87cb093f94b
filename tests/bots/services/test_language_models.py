"""A session of real browsers whose traders are models: what fails is on record and disturbs nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.llm import Failure, Request, Scripted, Slowly, read_transcript
from bots.explain import main as explain
from bots.services.cli import RunConfig
from bots.services.runner import run
from pit import Server
from tests.bots.agents.models import HOLD, sensible
from tests.bots.runs import ENVIRON, document, lines, rows
from tests.lab import new_session

MODELS = {1: "sensible", 2: "sensible", 3: "hanging", 4: "rubbish", 5: "cut off"}
GOOD_CALLS = 4
LATE = 3  # after which a model that says nothing is taken to be out of reach


def reads(request: Request) -> Mapping[str, Any]:
    """Sensible, and looks back when asked to."""
    if request.facts["asked"] == "reflection":
        return {"insights": "dear at the end", "plans": "sell late"}
    return sensible(request)


def cut_off() -> Scripted:
    """Its key is good for some calls, then no longer."""
    asked = count(1)
    no_key = Failure(kind="bad_key", message="the key was withdrawn")
    return Scripted(lambda request: HOLD if next(asked) <= GOOD_CALLS else no_key)


def players() -> dict[str, Scripted]:
    return {
        "sensible": Scripted(reads),
        "hanging": Scripted(lambda request: Slowly(15, HOLD)),
        "rubbish": Scripted(lambda request: "I'd rather </script> not `${1}`"),
        "cut off": cut_off(),
    }


def by_seat(folder: Path) -> Path:
    file = folder / "seats.toml"
    file.write_text("\n".join(f"{seat} = {json.dumps(name)}" for seat, name in MODELS.items()))
    return file


@pytest.fixture(scope="module")
def played(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """(session, run folder) of a session of models, two of which work."""
    out = tmp_path_factory.mktemp("models")
    treatment = out / "short.toml"
    treatment.write_text(TREATMENT)
    session, _ = new_session(lab, "custom", seats=len(MODELS), treatment_file=str(treatment))
    config = RunConfig(
        url=f"{lab.address}/SessionStartLinks/{session}",
        model="mixed",
        models_by_seat=by_seat(out),
        seed=3,
        pace=0.4,
        out=out,
        timeout_minutes=2,
    )
    result = run(config, ENVIRON, local=players())
    assert result.ended == "finished"
    return session, result.folder


TREATMENT = """
name = "short"
title = "Short"
periods = 2
period_seconds = 8
result_seconds = 2
decision_seconds = 3
dividends = [0, 10, 20]
buyback = 100

[absence]
out_of_reach = "rule"
out_of_reach_trader = "noise"

[[roles]]
name = "trader"
cash = 2000
shares = 5
"""


def of(folder: Path, name: str) -> list[dict[str, Any]]:
    return [line for line in lines(folder) if line["model"] == name]


def test_each_seat_has_the_outcomes_of_its_model(played: tuple[str, Path]) -> None:
    _, folder = played
    assert {line["outcome"] for line in of(folder, "sensible")} <= {"valid", "repaired", "stale"}
    hanging = [line["outcome"] for line in of(folder, "hanging")]
    assert hanging == ["late"] * LATE + ["failed"] * (len(hanging) - LATE)
    assert "not asked again" in of(folder, "hanging")[-1]["reason"]
    assert {line["outcome"] for line in of(folder, "rubbish")} == {"failed"}
    cut = [line["outcome"] for line in of(folder, "cut off")]
    assert cut == ["valid"] * GOOD_CALLS + ["failed"] * (len(cut) - GOOD_CALLS)
    assert "the key was withdrawn" in of(folder, "cut off")[-1]["reason"]


def test_a_rule_stands_in_for_models_that_are_out_of_reach_and_for_no_others(played: tuple[str, Path]) -> None:
    _, folder = played
    by_rule = [line for line in lines(folder) if line["substitute"]]
    assert {(line["model"], line["substitute"], line["outcome"]) for line in by_rule} == {
        ("hanging", "noise", "failed"),
        ("cut off", "noise", "failed"),
    }
    assert len(by_rule) == sum(
        line["outcome"] == "failed" for name in ("hanging", "cut off") for line in of(folder, name)
    )
    assert any(receipt["status"] in ("accepted", "traded") for line in by_rule for receipt in line["receipts"])
    assert document(folder, "summary.json")["decisions"]["substituted"] == len(by_rule)


def test_coverage_adds_up(played: tuple[str, Path]) -> None:
    _, folder = played
    decisions = document(folder, "summary.json")["decisions"]
    outcomes = [line["outcome"] for line in lines(folder)]
    for outcome in ("valid", "repaired", "late", "stale", "failed"):
        assert decisions[outcome] == outcomes.count(outcome)
    assert decisions["due"] == len(outcomes) == sum(one["due"] for one in decisions["by_seat"].values())


def test_a_model_that_hangs_slows_nobody_else(played: tuple[str, Path]) -> None:
    _, folder = played
    assert max(line["ms"]["decide"] for line in of(folder, "sensible")) < 1000
    assert max(line["ms"]["act"] or 0 for line in of(folder, "sensible")) < 2000
    assert len(of(folder, "sensible")) > 10


def test_every_call_behind_a_decision_is_on_record(played: tuple[str, Path]) -> None:
    _, folder = played
    calls = {line["key"]: line for line in read_transcript(folder / "llm_calls.jsonl")}
    named = [key for line in lines(folder) for key in line["calls"]]
    assert named
    assert set(named) <= calls.keys()
    assert all(line["calls"] for line in of(folder, "sensible") + of(folder, "rubbish"))
    assert calls[of(folder, "rubbish")[0]["calls"][0]]["raw"] == "I'd rather </script> not `${1}`"


def test_the_folder_tells_which_models_played_and_what_they_cost(played: tuple[str, Path]) -> None:
    _, folder = played
    summary, manifest = document(folder, "summary.json"), document(folder, "manifest.json")
    calls = [line["model"] for line in read_transcript(folder / "llm_calls.jsonl")]
    for name, totals in summary["models"].items():
        assert calls.count(name) >= totals["replies"]
    assert summary["models"].keys() >= {"sensible", "rubbish", "cut off"}
    assert (summary["cost_usd"], summary["budget"]) == (0, None)
    assert {seat: one["model"] for seat, one in manifest["seats"].items()} == {str(k): v for k, v in MODELS.items()}
    assert manifest["seats"]["1"]["returned_models"] == ["scripted"]
    assert len(manifest["prompts_sha256"]) == 64
    kinds = {(row["kind"], row["model"]) for row in rows(folder, "participants")}
    assert kinds == {("model", name) for name in MODELS.values()}


def test_a_trade_is_explained_by_prompt_and_reply(played: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, folder = played
    trade = rows(folder, "trades")[0]
    assert explain([str(folder), trade["trade_id"]]) == 0
    said = capsys.readouterr().out
    assert f"Trade {trade['trade_id']}" in said
    assert "What do you do? Answer with the JSON object alone." in said
    assert '"reasoning"' in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["/nowhere", "1"], "no run folder"), (["{folder}", "99999"], "has no trade '99999'"), (["{folder}", "x"], "'x'")],
)
def test_what_cannot_be_explained_is_told(
    arguments: list[str], says: str, played: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain([one.format(folder=played[1]) for one in arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_recorded_run_is_played_again_without_a_key(played: tuple[str, Path], lab: Server, tmp_path: Path) -> None:
    _, before = played
    treatment = tmp_path / "short.toml"
    treatment.write_text(TREATMENT)
    session, _ = new_session(lab, "custom", seats=len(MODELS), treatment_file=str(treatment))
    url = f"{lab.address}/SessionStartLinks/{session}"
    result = run(RunConfig(url=url, model=f"replay:{before}", pace=0.4, seed=3, out=tmp_path), ENVIRON)
    assert result.ended == "finished"
    recorded = {line["key"]: line["raw"] for line in read_transcript(before / "llm_calls.jsonl")}
    again = {line["key"]: line["raw"] for line in read_transcript(result.folder / "llm_calls.jsonl")}
    both = [key for key in again if key.startswith("seat-1/") and key in recorded and recorded[key]]
    assert len(both) >= 5
    assert all(again[key] == recorded[key] for key in both)
    assert any(line["outcome"] == "valid" and line["actions"] for line in lines(result.folder))
