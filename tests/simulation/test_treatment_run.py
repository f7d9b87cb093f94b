"""Sessions of treatments without a server: who plays, what thinking costs, what the folder tells."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.llm import Failure, Scripted
from simulation.__main__ import main
from simulation.casting import Asked
from simulation.errors import SimulationError
from simulation.recording import RecordedRun
from simulation.replay import replay
from simulation.treatment_run import TreatmentSettings, run_treatment
from tests.bots.agents.models import sensible


def settings(folder: Path, **changes: Any) -> TreatmentSettings:
    return replace(TreatmentSettings(treatment="asset_cda", outdir=folder), **changes)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]


def people(folder: Path) -> list[dict[str, str]]:
    with (folder / "participants.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_hash_and_another_seed_another(tmp_path: Path) -> None:
    hashes = [run_treatment(settings(tmp_path / str(n), seed=seed))["hashes"] for n, seed in enumerate((7, 7, 8))]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_simulated_session_can_be_replayed_like_one_of_the_lab(tmp_path: Path) -> None:
    run_treatment(settings(tmp_path, traders="market_maker:1,noise,fundamental", thinking="charged"))
    done = replay(RecordedRun(tmp_path))
    assert done.identical
    assert all(one.derived is not None for one in done.verdicts if one.line["outcome"] != "late")


def test_every_institution_is_played_and_can_be_replayed(tmp_path: Path) -> None:
    treatment = tmp_path / "call.toml"
    forecasts = "[forecasts]\nhorizons = [0, 1]\nreward = 10\nband = 5\n"
    treatment.write_text(f'base = "asset_cda"\nname = "call"\ninstitution = "call"\n{forecasts}')
    for name in (str(treatment), "flat_value_short", "plott_sunder_1988", "gode_sunder_1993"):
        made = settings(tmp_path / "out", treatment=name)
        assert run_treatment(made)["trades"] > 0
        done = replay(RecordedRun(made.folder))
        assert done.identical, (name, done.differences[:3])
        assert sum(one.derived is not None for one in done.verdicts) == len(lines(made.folder))


def test_models_are_asked_and_their_replies_are_on_record(tmp_path: Path) -> None:
    asked = Asked(local={"sensible": Scripted(sensible)})
    summary = run_treatment(settings(tmp_path, traders="sensible:2,zero_intelligence", agents=4, asked=asked))
    assert summary["trades"] > 5
    assert all(line["calls"] for line in lines(tmp_path) if line["model"] == "sensible")
    done = replay(RecordedRun(tmp_path))
    assert done.identical
    assert all(one.prompt for one in done.verdicts if one.prompt is not None)


def test_a_rule_that_stands_in_for_a_lost_model_is_on_record_and_replayed_as_recorded(tmp_path: Path) -> None:
    treatment = tmp_path / "absent.toml"
    treatment.write_text('base = "asset_cda"\nname = "absent"\n[absence]\nout_of_reach = "rule"\n')
    numbers = count(1)
    lost = Failure(kind="bad_key", message="the key was withdrawn")
    script = Scripted(lambda request: sensible(request) if next(numbers) < 5 else lost)
    asked = Asked(local={"cut off": script})
    run_treatment(settings(tmp_path, treatment=str(treatment), traders="cut off:1,noise", agents=4, asked=asked))
    stood_in = [line for line in lines(tmp_path) if line["substitute"]]
    assert {line["substitute"] for line in stood_in} == {"zero_intelligence"}
    assert any(line["actions"] for line in stood_in)
    done = replay(RecordedRun(tmp_path))
    assert done.identical
    assert sum(one.derived is None for one in done.verdicts) == len(stood_in)


def test_a_roster_names_traders_and_numbers(tmp_path: Path) -> None:
    run_treatment(settings(tmp_path, traders="noise:2,market_maker:1,fundamental,momentum", agents=7))
    assert Counter(row["model"] for row in people(tmp_path)) == {
        "noise": 2,
        "market_maker": 1,
        "fundamental": 2,
        "momentum": 2,
    }


def test_free_thinking_is_never_stale_and_charged_thinking_is_late_where_it_takes_too_long(tmp_path: Path) -> None:
    run_treatment(settings(tmp_path / "free"))
    assert {line["outcome"] for line in lines(tmp_path / "free")} == {"valid"}
    run_treatment(settings(tmp_path / "charged", thinking="charged", thinking_seconds=12.0))
    outcomes = Counter(line["outcome"] for line in lines(tmp_path / "charged"))
    assert outcomes["late"] > 5
    slow = [line["ms"]["decide"] for line in lines(tmp_path / "charged") if line["outcome"] != "late"]
    assert 6000 <= min(slow) <= max(slow) <= 15000


def test_practice_is_left_out_unless_asked_for_and_strangers_meet_in_every_market(tmp_path: Path) -> None:
    treatment = tmp_path / "mine.toml"
    changes = 'practice_periods = 1\nmarkets = 2\nmarket_seats = 2\nmatching = "stranger"\nperiods = 1\n'
    treatment.write_text(f'base = "asset_cda"\nname = "mine"\n{changes}')
    kept = settings(tmp_path / "kept", treatment=str(treatment), agents=6)
    assert list(run_treatment(kept)["hashes"]) == ["1-1", "1-2", "1-3", "2-1", "2-2", "2-3"]
    pairs = {
        frozenset(one["participant"] for one in people(kept.folder) if one["market"] == market)
        for market in ("1-1", "1-2", "1-3", "2-1", "2-2", "2-3")
    }
    assert len(pairs) > 3
    practised = run_treatment(replace(kept, practice=True, outdir=tmp_path / "practised"))
    assert len(practised["hashes"]) == 9


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"treatment": "tulips"}, "Unknown treatment 'tulips'"),
        ({"treatment": "nowhere.toml"}, "cannot be read"),
        ({"traders": "wizard:3"}, "Unknown model 'wizard'"),
        ({"traders": "heuristc:3"}, "Did you mean 'heuristic'"),
        ({"traders": "noise:9", "agents": 4}, "names 9 traders for 4 seats"),
        ({"traders": "heuristic:6,noise:x"}, "of 6 seats none is left for noise:x"),
        ({"traders": "heuristic,noise,momentum", "agents": 2}, "of 2 seats none is left for momentum"),
        ({"treatment": "smith_1962", "agents": 5}, "smith_1962 is played by 22 seats"),
    ],
)
def test_a_wrong_wish_gets_the_remedy(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=says):
        run_treatment(settings(tmp_path / "none", **changes))
    assert not (tmp_path / "none").exists()


def test_the_command_prints_measures_and_names_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--treatment", "gode_sunder_1993", "--seed", "3", "--outdir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "efficiency" in said
    assert f"python -m analysis measures {tmp_path}" in said
    assert said.splitlines()[-1] == f"Run folder: {tmp_path}"


def test_a_mistyped_command_is_answered_with_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["swep", "--grid", "grid.toml"]) == 2
    assert "'swep': expected options such as --scenario or --treatment, or one of" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["sweep", "--grid"], ["--scenario", "custom", "--mix-json"], ["--treatment"]])
def test_a_file_that_is_not_there_is_told_without_numbers_of_the_system(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(tmp_path / "none.toml")]) == 2
    told = capsys.readouterr().err
    assert "(No such file or directory)" in told
    assert "Errno" not in told
