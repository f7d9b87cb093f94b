"""A whole asset market played by models of four vendors, from the command line, and everything that it leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.llm import Keys, ModelSpec, Usage, read_catalogue, read_transcript
from bots.explain import main as explain
from market.records import DECISION_OUTCOMES
from pit import Server
from tests.bots.adapters.llm.wire_server import Call
from tests.bots.runs import document, lines, rows
from tests.bots.vendors import KEYS, VENDORS, assert_no_key_in, play, seats_file, wire
from tests.lab import new_session

SHORT = {"period_seconds": 6, "result_seconds": 1}


@dataclass(frozen=True)
class Session:
    """A run's folder, what it said, and the questions that arrived at the vendors."""

    folder: Path
    said: str
    asked: list[Call]

    @property
    def calls(self) -> list[dict[str, Any]]:
        return list(read_transcript(self.folder / "llm_calls.jsonl"))


@pytest.fixture(scope="module")
def played(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("vendors")
    session, _ = new_session(lab, "asset_cda", seats=len(VENDORS), **SHORT)
    with wire() as server:
        file = seats_file(folder, server)
        done = play(lab, session, folder, "mixed", "--models-by-seat", str(file), "--pace", "0.5")
        asked = list(server.calls)
    assert done.returncode == 0, done.stdout + done.stderr
    return Session(folder / "debug-runs" / "run-1", done.stdout + done.stderr, asked)


def test_each_vendor_plays_every_period_with_its_own_key(played: Session) -> None:
    assert {(call.vendor, call.key) for call in played.asked} == {
        (vendor, KEYS[variable]) for vendor, (_, variable) in VENDORS.items()
    }
    periods = {(line["model"], line["period"]) for line in lines(played.folder)}
    assert periods == {(model, period) for model, _ in VENDORS.values() for period in (1, 2, 3)}
    assert {row["period"] for row in rows(played.folder, "trades")} == {"1", "2", "3"}


def test_the_summary_adds_up(played: Session) -> None:
    summary, turns = document(played.folder, "summary.json"), lines(played.folder)
    decisions = summary["decisions"]
    assert decisions["due"] == len(turns) == sum(decisions[outcome] for outcome in DECISION_OUTCOMES)
    assert decisions["due"] == sum(one["due"] for one in decisions["by_seat"].values())
    assert {line["outcome"] for line in turns} <= {"valid", "stale"}
    assert summary["trades"] == len(rows(played.folder, "trades"))
    assert sum(one["calls"] for one in summary["models"].values()) == len(played.asked)


def test_every_call_is_on_record_those_of_the_check_among_them(played: Session) -> None:
    keys = Counter(line["key"] for line in played.calls)
    assert len(played.calls) == len(played.asked)
    assert {key for key in keys if key.startswith("check/")} == {f"check/{model}" for model, _ in VENDORS.values()}
    named = {key for line in lines(played.folder) for key in line["calls"]}
    assert all(line["calls"] for line in lines(played.folder))
    assert named <= keys.keys()
    looks_back = {key for key in keys if "reflection" in key}
    assert len(looks_back) == len(VENDORS)
    # a seat may still be thinking when the market ends
    unheard = {key for key in keys.keys() - named - looks_back if not key.startswith("check/")}
    assert len(unheard) <= len(VENDORS)


def test_cost_follows_from_the_usage_that_vendors_report(played: Session) -> None:
    summary, found = document(played.folder, "summary.json"), Counter[str]()
    for line in played.calls:
        spec = read_catalogue().find(line["model"], Keys({}))
        assert isinstance(spec, ModelSpec)
        assert spec.prices
        assert line["usage"] == {"prompt_tokens": 100, "completion_tokens": 20, "estimated": False}
        found[line["model"]] += spec.prices.of(Usage(100, 20))  # type: ignore[assignment]
    assert {name: one["cost_usd"] for name, one in summary["models"].items()} == pytest.approx(found, abs=1e-6)
    assert summary["cost_usd"] == pytest.approx(sum(found.values()), abs=1e-6)
    assert summary["budget"] == {"limit_usd": 9, "exhausted": False, "note": ""}


def test_the_manifest_says_which_model_sat_where(played: Session) -> None:
    seats = document(played.folder, "manifest.json")["seats"]
    assert [(one["model"], one["provider"]) for one in seats.values()] == [
        (model, vendor) for vendor, (model, _) in VENDORS.items()
    ]
    assert all(one["returned_models"] == ["the-model-that-answered"] for one in seats.values())
    kinds = {(row["kind"], row["model"]) for row in rows(played.folder, "participants")}
    assert kinds == {("model", model) for model, _ in VENDORS.values()}


def test_a_trade_is_explained_by_prompts_and_replies_of_both_sides(
    played: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    trade = rows(played.folder, "trades")[-1]
    assert explain([str(played.folder), trade["trade_id"]]) == 0
    said = capsys.readouterr().out
    assert said.count("What do you do? Answer with the JSON object alone.") == 2
    assert said.count("[reply]") == 2
    assert said.count('"do": "buy"') == 2


def test_no_key_is_in_any_file_nor_on_the_terminal(played: Session) -> None:
    assert_no_key_in(played.folder, played.said)
    assert "[key]" in (played.folder / "llm_calls.jsonl").read_text()
