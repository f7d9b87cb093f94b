"""A run with a model on a local server: transcript, cost, replay, and what happens when it talks nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.report import report
from bots.adapters.llm import read_transcript
from tests.bots.adapters.llm.wire_server import WireServer, says, says_json
from worlds import folders
from worlds.forecast_goods import recording
from worlds.forecast_goods.__main__ import main

SAID = says_json(
    reason="half and half",
    research=[{"asset": "alpha", "money": 1}],
    forecasts=[{"asset": "alpha", "horizon": 1, "probability": 0.5}],
)
SMALL = "[teams]\nnumber = 1\nanalysts = 1\n"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-key")
    # pictures are slow, and looked at elsewhere
    monkeypatch.setattr(recording, "draw", lambda *_: [])


def run(server: WireServer, folder: Path, *more: str, rounds: int = 3) -> int:
    folder.parent.mkdir(exist_ok=True)
    config = folder.parent / "small.toml"
    config.write_text(SMALL)
    where = ["--model", "gpt-4o", "--base-url", server.base_url("openai"), "--roles", "analyst", "--workers", "2"]
    return main(
        ["run", "--rounds", str(rounds), "--seed", "7", "--config", str(config), *where, "--out", str(folder), *more]
    )


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return found


def actions(folder: Path) -> list[dict[str, Any]]:
    lines = map(json.loads, (folder / "log.jsonl").read_text().splitlines())
    return [data for _, _, _, kind, data in lines if kind == "actions"]


def test_a_model_plays_its_role_and_every_call_is_in_the_transcript_with_its_cost(tmp_path: Path) -> None:
    with WireServer(default=SAID) as server:
        assert run(server, tmp_path / "run") == 0
    told = summary(tmp_path / "run")
    lines = [one for one in read_transcript(tmp_path / "run" / "llm_calls.jsonl") if one["key"].startswith("round-")]
    assert [one["key"] for one in lines] == [f"round-{one}/team1/analyst1" for one in range(3)]
    assert all(one["raw"] and one["cost_usd"] > 0 for one in lines)
    assert told["asked"]["cost_usd"] >= sum(one["cost_usd"] for one in lines)
    assert [one["team1/analyst1"]["reason"] for one in actions(tmp_path / "run")] == ["half and half"] * 3
    forecasts = folders.read_table(tmp_path / "run", "forecasts")
    assert (forecasts["probability"] == 0.5).all()
    assert "What the model was asked" in report([tmp_path / "run"])
    assert "sk-not-a-key" not in "".join(one.read_text() for one in (tmp_path / "run").glob("*.json*"))


def test_a_run_with_a_model_is_replayed_without_it(tmp_path: Path) -> None:
    with WireServer(default=SAID) as server:
        assert run(server, tmp_path / "asked") == 0
        assert run(server, tmp_path / "again", "--model", f"replay:{tmp_path / 'asked'}") == 0
    assert summary(tmp_path / "again")["hash"] == summary(tmp_path / "asked")["hash"]


@pytest.mark.parametrize(("more", "acted"), [((), False), (("--fallback", "heuristic"), True)])
def test_nonsense_is_recorded_and_is_no_action(more: tuple[str, ...], acted: bool, tmp_path: Path) -> None:
    with WireServer(default=says("I would rather not say.")) as server:
        assert run(server, tmp_path / "run", *more, rounds=2) == 0
    told = summary(tmp_path / "run")
    assert [one["key"] for one in told["unanswered"]] == [f"round-{one}/team1/analyst1" for one in range(2)]
    for one in actions(tmp_path / "run"):
        assert one["team1/analyst1"]["reason"].startswith("No usable answer (bad_json)")
        assert ("predictions" in one["team1/analyst1"]) == acted
    assert "rather not" not in (tmp_path / "run" / "log.jsonl").read_text()


def test_a_spent_budget_ends_a_run_with_what_was_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with WireServer(default=SAID) as server:
        assert run(server, tmp_path / "run", "--budget-usd", "0.008", rounds=30) == 2
    assert "Go on with: run --restore" in capsys.readouterr().err
    told = summary(tmp_path / "run")
    assert not told["complete"]
    assert 0 < told["rounds"] < 30
    assert "over_budget" in report([tmp_path / "run"])
