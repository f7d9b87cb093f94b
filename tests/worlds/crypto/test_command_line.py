"""What a user types and what is there afterwards, on a month of synthetic bars."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis.other_runs import other_runs
from analysis.read import Recording
from tests.bots.adapters.llm.wire_server import WireServer, says_json
from worlds.crypto.__main__ import main
from worlds.folders import read_json, read_table

SMALL = ["--days", "60"]
ROOT = Path(__file__).resolve().parents[3]


def desk(*given: object) -> int:
    return main([str(one) for one in given])


def test_a_multi_run_leaves_trades_equity_scores_and_a_summary_that_name_their_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert desk("multi", *SMALL, "--out", "out") == 0
    assert "synthetic" in capsys.readouterr().out.splitlines()[0]
    folder = tmp_path / "out"
    for name in ("trades", "equity", "scores"):
        frame = read_table(folder, name)
        assert len(frame)
        assert set(frame["source"]) == {"synthetic"}
    assert set(read_table(folder, "equity")["name"]) == {"desk", "buy and hold", "moving average"}
    assert "synthetic" in read_json(folder / "summary.json")["about"]
    assert "synthetic" in read_json(folder / "manifest.json")["data"]
    page = "".join(other_runs([Recording(folder)]))
    assert "buy and hold" in page


def test_a_run_is_repeated_to_the_same_numbers_and_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        assert desk("run", "--config", "configs/single/eth.yaml", *SMALL, "--out", name) == 0
    one, two = (read_table(tmp_path / name, "equity") for name in ("one", "two"))
    pd.testing.assert_frame_equal(one, two)
    assert desk("run", *SMALL, "--out", "one") == 2
    assert "Name another folder" in capsys.readouterr().err


def test_a_population_is_judged_on_bars_it_never_saw_and_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    learning = ["--iterations", "1", "--seeds", "1", "--pop-size", "2", "--transfer-freq", "1"]
    assert desk("population", *SMALL, *learning, "--out", "out") == 0
    told = capsys.readouterr().out
    assert "Nothing is claimed of the population against the static best agent" in told
    first = read_json(tmp_path / "out" / "summary.json")
    assert "no learning saw" in first["about"]
    assert len(set(read_table(tmp_path / "out", "equity")["time"])) == 180
    assert desk("population", *SMALL, *learning, "--resume", "out") == 0
    assert read_json(tmp_path / "out" / "summary.json") == first


def test_lookahead_says_that_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert desk("lookahead", "--days", "30", "--cuts", "1", "--symbols", "BTC", "ETH", "--out", "out") == 0
    assert "No look-ahead" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["run", "--config", "configs/multi_asset.yaml"], "Name one with --symbols"),
        (["multi", "--symbols", "BTC"], "Use `run`"),
        (["compare", "--models", "one"], "two or more"),
        (["multi", "--config", "nowhere.yaml"], "there is no such file"),
        (["multi", "--config", "agents: {risk: {inventory: [var98]}}"], "the nearest is 'var99'"),
        (["population", "--config", "agents: {trader: {id: agressive}}"], "'agressive' is no variant"),
        (["multi", "--model", "no-such-model", "--out", "never-made"], "Unknown model"),
        (["population", "--days", "60", "--resume", "never-made"], "no run was begun there"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if given[-1].startswith("agents"):
        (tmp_path / "desk.yaml").write_text(given[-1])
        given = [*given[:-1], str(tmp_path / "desk.yaml")]
    assert desk(*given) == 2
    assert told in capsys.readouterr().err
    assert not Path("never-made").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["exchange", "--port", "99999"], "from 1 to 65535"),
        (["exchange", "--seconds-a-bar", "-1"], "seconds above 0"),
        (["paper", "--poll", "nan"], "seconds above 0"),
        (["multi", "--budget-usd", "0"], "dollars above 0"),
    ],
)
def test_a_number_out_of_its_range_is_told_with_the_range(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        desk(*given)
    assert told in capsys.readouterr().err


def test_models_are_compared_with_the_same_news_and_every_call_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    story = {"title": "Solana network hacked", "url": "https://a.example/1", "published_at": "2025-10-10T08:00:00Z"}
    Path("news.jsonl").write_text(json.dumps(story))
    Path("desk.yaml").write_text("data: {offline_news_jsonl: news.jsonl}")
    asking = ["--days", "60", "--every", "60", "--seeds", "1", "--symbols", "BTC", "SOL"]
    with WireServer(default=says_json(reason="none", positions=[])) as server:
        url = server.base_url("openai")
        models = ["--models", "gpt-4o,heuristic", "--base-url", url]
        assert desk("compare", *models, *asking, "--config", "desk.yaml", "--out", "out") == 0
    assert "against the rule alone" in capsys.readouterr().out
    for name in ("gpt-4o-42", "heuristic-42"):
        assert "Solana network hacked" in (tmp_path / "out" / name / "llm_calls.jsonl").read_text()
        assert len((tmp_path / "out" / name / "thoughts.jsonl").read_text().splitlines()) == 3
    assert read_table(tmp_path / "out", "equity")["name"].nunique() == 5


def test_a_reader_that_goes_away_is_no_mistake(tmp_path: Path) -> None:
    given = [
        sys.executable,
        "-m",
        "worlds.crypto",
        "multi",
        *SMALL,
        "--symbols",
        "BTC",
        "ETH",
        "--out",
        str(tmp_path / "out"),
    ]
    with subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.wait(60) == 141
        assert running.stderr.read() == b""
