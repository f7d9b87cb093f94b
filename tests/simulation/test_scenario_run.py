"""`python -m simulation --scenario`: the folder that it leaves and what it says of mistakes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bots.adapters.llm import read_transcript
from bots.agents.provenance import installed
from simulation.__main__ import main
from simulation.tables import TABLES

PARQUET = pytest.mark.skipif(installed("pyarrow") is None, reason="pyarrow is not installed")


def command(folder: Path, *more: str) -> list[str]:
    return ["--scenario", "small", "--steps", "250", "--seed", "42", "--outdir", str(folder), "--format", "csv", *more]


def document(folder: Path, name: str = "summary.json") -> Any:
    return json.loads((folder / name).read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("small") / "deep" / "er"
    assert main(command(made)) == 0
    return made


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv")


def test_every_table_is_there_with_its_columns(folder: Path) -> None:
    for name, columns in TABLES.items():
        assert list(table(folder, name).columns) == [column.name for column in columns], name


def test_the_pictures_are_there(folder: Path) -> None:
    pictures = {path.name for path in (folder / "plots").iterdir()}
    assert pictures == {f"{one}.png" for one in ("price", "spread_and_depth", "returns", "pnl", "inventory")}
    assert all((folder / "plots" / name).stat().st_size > 5000 for name in pictures)


def test_the_tables_agree_with_each_other_and_with_the_summary(folder: Path) -> None:
    events, prices, accounts = (table(folder, name) for name in ("events", "prices", "accounts"))
    trades, summary = events[events["event"] == "trade"], document(folder)
    assert summary["measures"]["trades"] == len(trades) > 50
    assert trades["quantity"].sum() == prices["volume"].sum() == summary["measures"]["volume"]
    assert events["seq"].is_monotonic_increasing
    last = accounts[accounts["seconds"] == 250]
    assert len(last) == summary["agents"] == 17
    for trader, shares in last.set_index("trader")["shares"].items():
        bought = trades[trades["buyer"] == trader]["quantity"].sum()
        sold = trades[trades["seller"] == trader]["quantity"].sum()
        assert shares == 1000 + bought - sold
    assert last["pnl"].sum() == pytest.approx(0, abs=1e-6)


def test_the_same_command_gives_the_same_folder(folder: Path, tmp_path: Path) -> None:
    assert main(command(tmp_path)) == 0
    for name in TABLES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes(), name
    before, after = document(folder), document(tmp_path)
    assert {**before, "speed": 0} == {**after, "speed": 0}


def test_the_manifest_says_how_it_was_made(folder: Path) -> None:
    manifest = document(folder, "manifest.json")
    assert manifest["seed"] == 42
    assert manifest["arguments"]["scenario"] == "small"
    assert manifest["rules"]["name"] == "order_book"
    assert len(manifest["prompts_sha256"]) == 64


def test_the_questions_to_the_model_are_on_record_and_can_be_played_again(folder: Path, tmp_path: Path) -> None:
    calls = list(read_transcript(folder / "llm_calls.jsonl"))
    assert len(calls) == document(folder)["questions"]["valid"] == 13
    assert "You hold 1000 shares" in calls[0]["request"]["messages"][1]["content"]
    assert main(command(tmp_path, "--model", f"replay:{folder}")) == 0
    assert document(tmp_path)["hash"] == document(folder)["hash"]


@PARQUET
def test_parquet_holds_what_csv_holds(folder: Path, tmp_path: Path) -> None:
    assert main([*command(tmp_path)[:-1], "parquet", "--no-plots"]) == 0
    assert not list(tmp_path.glob("*.csv"))
    assert not (tmp_path / "plots").exists()
    for name in TABLES:
        one, other = pd.read_parquet(tmp_path / f"{name}.parquet"), table(folder, name)
        assert list(one.columns) == list(other.columns)
        assert one.astype(str).replace("<NA>", "nan").shape == other.shape
        for column in ("seconds", "price", "quantity", "cash"):
            if column in one:
                assert one[column].dropna().tolist() == other[column].dropna().tolist()


def test_switches_change_the_market(folder: Path, tmp_path: Path) -> None:
    hashes = {document(folder)["hash"]}
    for number, more in enumerate((("--flow", "on"), ("--jumps", "off", "--regimes", "off"), ("--llm-interval", "5"))):
        assert main(command(tmp_path / str(number), "--no-plots", *more)) == 0
        hashes.add(document(tmp_path / str(number))["hash"])
    assert len(hashes) == 4


def test_agents_scale_a_roster(tmp_path: Path) -> None:
    assert main(command(tmp_path, "--no-plots", "--agents", "34", "--steps", "20")) == 0
    kinds = {name: one["agents"] for name, one in document(tmp_path)["kinds"].items()}
    assert sum(kinds.values()) == 34
    assert kinds["noise"] > kinds["momentum"] > kinds["market_maker"] >= kinds["language_model"] >= 1


def test_a_run_of_few_ticks_leaves_out_what_needs_more(tmp_path: Path) -> None:
    assert main(command(tmp_path, "--steps", "5")) == 0
    assert document(tmp_path)["facts"] == []
    assert not (tmp_path / "plots" / "returns.png").exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--scenario", "custom"), "--scenario custom needs --mix-json"),
        (("--agents", "2"), "each at least once"),
        (("--model", "wizard"), "Unknown model 'wizard'"),
        (("--model", "gpt-4o"), "'gpt-4o' needs a key"),
    ],
)
def test_a_wrong_wish_gets_the_remedy(
    more: Sequence[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert main(command(tmp_path / "none", *more)) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_persona_is_a_part_of_the_question(tmp_path: Path) -> None:
    persona = tmp_path / "careful.txt"
    persona.write_text("You are careful.")
    assert main(command(tmp_path / "out", "--no-plots", "--steps", "20", "--persona", str(persona))) == 0
    [call] = read_transcript(tmp_path / "out" / "llm_calls.jsonl")
    assert "You are careful." in call["request"]["messages"][0]["content"]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (("--treatment", "asset_cda", "--steps", "20"), "--steps says nothing here: it is for --scenario"),
        (("--scenario", "small", "--traders", "noise"), "--traders says nothing here: it is for --treatment"),
        (("--no-plots", "--treatment", "asset_cda"), "--no-plots says nothing here"),
    ],
)
def test_an_option_of_the_other_kind_of_run_is_refused(
    wish: Sequence[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(wish)
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("more", [("--steps", "0"), ("--steps", "many"), ("--scenario", "huge"), ("--flow", "maybe")])
def test_what_is_no_option_is_refused(more: Sequence[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command(tmp_path, *more))
    assert ended.value.code == 2
