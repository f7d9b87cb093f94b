"""A run's figures show its tables, and its report shows its figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from worlds.crypto.__main__ import main
from worlds.crypto.admin.events import recorded
from worlds.crypto.drawing import draw
from worlds.crypto.figures import _wilson, calibration_figure, equity_figure, family
from worlds.folders import read_json, read_table

TIMES = pd.date_range("2026-01-01", periods=50, freq="4h")


def equity(*names: str) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    parts = [
        pd.DataFrame(
            {
                "time": TIMES,
                "name": name,
                "equity": 1000 * np.exp(np.cumsum(rng.normal(0, 0.01, 50))),
                "exposure": rng.uniform(-1, 1, 50),
            }
        )
        for name in names
    ]
    return pd.concat(parts, ignore_index=True)


def trades(count: int) -> pd.DataFrame:
    return pd.DataFrame({"confidence": np.linspace(0.3, 0.7, count), "gain": np.resize([1.0, -1.0], count)})


@pytest.mark.parametrize(
    ("lane", "arm"),
    [("population 43", "population"), ("buy and hold", "buy and hold"), ("without transfer 7", "without transfer")],
)
def test_the_seeds_of_an_arm_are_one_family(lane: str, arm: str) -> None:
    assert family(lane) == arm


def test_equity_is_drawn_as_one_line_an_arm_with_a_band_over_its_seeds() -> None:
    above, middle, below = equity_figure(equity("population 1", "population 2", "buy and hold")).axes
    assert [line.get_label() for line in above.get_lines()] == ["population", "buy and hold"]
    assert len(above.collections) == 1
    assert all(float(np.max(np.asarray(line.get_ydata()))) <= 0 for line in middle.get_lines())
    assert below.get_xlabel() == "Time (UTC)"


def test_too_few_trades_say_nothing_of_calibration() -> None:
    assert calibration_figure(trades(19)) is None
    assert calibration_figure(trades(20)) is not None


def test_an_interval_of_a_share_holds_near_zero_and_one() -> None:
    low, high = _wilson(pd.Series([0.0, 0.5, 1.0]), pd.Series([10, 100, 10]))
    assert low.round(4).tolist() == [0.0, 0.4038, 0.7225]
    assert high.round(4).tolist() == [0.2775, 0.5962, 1.0]


def test_every_caption_says_whose_bars_are_behind_it(tmp_path: Path) -> None:
    listed = draw(tmp_path, {"equity": equity("desk"), "trades": trades(30)}, "Bars: synthetic.")
    assert [one["file"] for one in listed] == ["plots/equity.png", "plots/calibration.png"]
    assert all(one["caption"].endswith("Bars: synthetic.") for one in listed)
    assert all((tmp_path / one["file"]).read_bytes()[:4] == b"\x89PNG" for one in listed)


def test_a_population_leaves_its_learning_and_its_tree_as_figures_and_a_page_with_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    learning = ["--iterations", "2", "--seeds", "1", "--pop-size", "3", "--transfer-freq", "1"]
    assert main(["population", "--days", "60", *learning, "--out", "out"]) == 0
    files = [one["file"] for one in read_json(tmp_path / "out" / "summary.json")["figures"]]
    assert {"plots/equity.png", "plots/learning.png", "plots/population.png"} <= set(files)
    capsys.readouterr()
    assert main(["status", "--run", "out"]) == 0
    assert "population-42: 2 iterations" in capsys.readouterr().out
    assert main(["report", "--run", "out"]) == 0
    assert "no learning saw" in capsys.readouterr().out


def test_a_run_over_past_bars_leaves_the_events_that_status_and_report_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["multi", "--days", "60", "--out", "outputs/crypto/one"]) == 0
    events = list(recorded(tmp_path / "outputs" / "crypto" / "one"))
    assert (events[0].kind, events[-1].kind) == ("started", "ended")
    rows = [event.facts for event in events if event.kind == "equity"]
    assert len(rows) == 360
    frame = read_table(tmp_path / "outputs" / "crypto" / "one", "equity").query("name == 'desk'")
    for row, equity, exposure in zip(rows, frame["equity"], frame["exposure"], strict=True):
        assert list(row["exposures"]) == ["BTC", "ETH", "SOL", "DOGE", "XRP"]
        assert sum(row["exposures"].values()) == pytest.approx(equity * exposure)
    capsys.readouterr()
    assert main(["status"]) == 0
    assert "ended: all bars were played" in capsys.readouterr().out
    assert main(["report", "--days", "30"]) == 0
    told = capsys.readouterr().out
    assert "Bars: synthetic" in told
    page = (tmp_path / "outputs" / "crypto" / "one" / "report.html").read_text()
    assert page.count("data:image/png;base64") >= 1
    assert "http://" not in page


def test_a_desk_that_never_ran_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report"]) == 2
    assert "no run of the desk is there" in capsys.readouterr().err
