"""Who plays which seat, by the command line and its files, and what is told before a run that cannot start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.errors import SetupError
from bots.adapters.llm import Failure, Keys, Scripted
from bots.agents.language_model import LanguageModelTrader
from bots.main import main
from bots.services.casting import Cast, cast, check
from bots.services.cli import RunConfig

URL = "http://127.0.0.1:9/SessionStartLinks/abc12345"
LOCAL = {"scripted": Scripted([])}


def parts(folder: Path, table: str, **config: Any) -> Cast:
    file = folder / "seats.toml"
    file.write_text(table)
    return cast(RunConfig(model="mixed", models_by_seat=file, **config), Keys({}), LOCAL)


def test_seats_play_what_their_file_says(tmp_path: Path) -> None:
    found = parts(tmp_path, '1 = "noise"\n2 = "scripted"\n3 = {model = "my-own", base_url = "http://localhost:1/v1"}')
    assert [found.part(seat).name for seat in (1, 2, 3)] == ["noise", "scripted", "my-own"]
    assert [found.kind(seat) for seat in (1, 2, 3)] == ["rule", "model", "model"]
    assert found.models == ["my-own", "scripted"]
    spec = found.open().spec("my-own")
    assert not isinstance(spec, Failure)
    assert spec.provider.base_url == "http://localhost:1/v1"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "names no seat"),
        ("1 = ", "Expected lines such as"),
        ('first = "noise"', "'first' is no seat"),
        ('0 = "noise"', "'0' is no seat"),
        ("1 = 5", "seat 1: expected a model such as"),
        ('1 = {model = "noise", url = "x"}', "seat 1: expected a model such as"),
        ("1 = {model = 5}", "seat 1: expected a model such as"),
        ('1 = "gpt-4oo"', "seat 1: unknown model 'gpt-4oo'. Nearest: gpt-4o"),
        ('1 = "mixed"', "not for one seat alone"),
        ('1 = "replay:x"', "not for one seat alone"),
        ('1 = {model = "m", base_url = "localhost:80"}', "seat 1: localhost:80: expected a web address"),
        ('1 = {model = "m", base_url = "http://me:s3cret@a/v1"}', "seat 1: the address at a has a user or password"),
        ('1 = {model = "gpt-4o", base_url = "http://a"}\n2 = "gpt-4o"', "gives 'gpt-4o' two servers"),
    ],
)
def test_a_bad_file_is_told(table: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError) as told:
        parts(tmp_path, table)
    assert says in str(told.value)
    assert "s3cret" not in str(told.value)


def test_a_seat_without_a_model_is_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="has no seat 2; it has 1"):
        parts(tmp_path, '1 = "noise"').check_seats([1, 2])


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="--models-by-seat /nowhere"):
        cast(RunConfig(model="mixed", models_by_seat=Path("/nowhere")), Keys({}), {})
    with pytest.raises(SetupError, match="--persona /nowhere"):
        cast(RunConfig(model="gpt-4o", persona=Path("/nowhere")), Keys({}), {})
    with pytest.raises(SetupError, match="Expected a run folder"):
        cast(RunConfig(model=f"replay:{tmp_path}"), Keys({}), {})


def test_a_model_trades_as_the_command_line_says(tmp_path: Path) -> None:
    persona = tmp_path / "who.txt"
    persona.write_text("You are patient.\n")
    config = RunConfig(model="scripted", memory="none", execution="twap", persona=persona, temperature=0.5)
    found = cast(config, Keys({}), LOCAL)
    trader = found.trader(2, found.open(), seed=7)
    assert isinstance(trader, LanguageModelTrader)
    own = trader.config
    assert (own.memory, own.execution, own.reflection) == ("none", "twap", "never")
    assert (own.persona, own.temperature, own.seed) == ("You are patient.", 0.5, 7)


def test_auto_is_known_by_what_its_key_makes_it() -> None:
    found = cast(RunConfig(model="auto"), Keys({"MISTRAL_API_KEY": "x" * 20}), {})
    assert found.models == ["mistral"]


def test_every_missing_key_is_told_at_once(tmp_path: Path) -> None:
    found = parts(tmp_path, '1 = "gpt-4o"\n2 = "claude"\n3 = "noise"')
    problems = check(found.open(), found.models)
    assert ["OPENAI_API_KEY" in one or "ANTHROPIC_API_KEY" in one for one in problems] == [True, True]


def test_seats_of_a_recorded_run_have_its_settings_and_its_chance(tmp_path: Path) -> None:
    settings = {"memory": "full", "execution": "twap", "reflection": "never", "persona": "calm", "max_tokens": 300}
    seats = {
        "1": {"kind": "model", "model": "gpt-4o", "settings": settings},
        "2": {"kind": "rule", "model": "noise", "seed": None},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"seed": 11, "seats": seats}))
    found = cast(RunConfig(model=f"replay:{tmp_path}"), Keys({}), {})
    assert (found.part(1).name, found.part(1).config.memory) == (f"replay:{tmp_path}", "full")
    assert (found.part(1).config.execution, found.part(1).config.persona) == ("twap", "calm")
    assert (found.part(2).name, found.part(2).model, found.part(2).seed) == ("noise", False, 11)


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_missing_key_is_named_with_its_place_and_nothing_is_left(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert main([URL, "gpt-4o", "--out", str(tmp_path / "data"), *options]) == 2
    said = capsys.readouterr().err
    assert "set OPENAI_API_KEY in the environment or bots/config/.env" in said
    assert not (tmp_path / "data").exists()
