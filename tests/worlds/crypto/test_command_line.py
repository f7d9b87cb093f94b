"""What a user types and what is there afterwards, on a month of synthetic bars."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.other_runs import other_runs
from analysis.read import Recording
from worlds.crypto.__main__ import main
from worlds.folders import read_json, read_table

SMALL = ["--days", "60"]


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
    ],
)
def test_a_mistake_is_told_with_what_to_do(given: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk(*given) == 2
    assert told in capsys.readouterr().err
