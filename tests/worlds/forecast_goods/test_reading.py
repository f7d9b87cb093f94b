"""What runs leave is read again: tables, pictures, calibration from a log, panels, comparisons and facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.report import report
from worlds import folders
from worlds.errors import WorldError
from worlds.forecast_goods import events, facts
from worlds.forecast_goods.__main__ import main
from worlds.forecast_goods.calibrate import poisson_rate
from worlds.forecast_goods.commands.sweep import setting
from worlds.forecast_goods.compare import KEY, by_mode, differences
from worlds.forecast_goods.config import Config, config_from
from worlds.forecast_goods.measuring import measures
from worlds.forecast_goods.playing import played
from worlds.forecast_goods.sweep import changed

PNG = b"\x89PNG"
REGIMES = "[information.regimes]\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 60 rounds with regimes."""
    folder = tmp_path_factory.mktemp("forecast_goods")
    (folder / "regimes.toml").write_text(REGIMES)
    config = str(folder / "regimes.toml")
    assert main(["run", "--rounds", "60", "--seed", "7", "--config", config, "--out", str(folder / "run")]) == 0
    return folder / "run"


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return found


def test_a_run_leaves_tables_that_agree_with_each_other(run: Path) -> None:
    rounds, trades, forecasts, agents = (
        folders.read_table(run, name) for name in ("rounds", "trades", "forecasts", "agents")
    )
    assert rounds["round"].tolist() == list(range(60))
    gains = trades.groupby("round")[["buyer_gain", "seller_gain", "value", "cost"]].sum()
    traded = rounds.set_index("round").loc[gains.index]
    assert traded["consumer_surplus"].to_numpy() == pytest.approx(gains["buyer_gain"].to_numpy())
    both = traded["consumer_surplus"] + traded["producer_surplus"]
    assert both.to_numpy() == pytest.approx((gains["value"] - gains["cost"]).to_numpy())
    parts = rounds["actual"] + rounds["extramarginal"] + rounds["missed"]
    assert parts.to_numpy() == pytest.approx(rounds["best"].to_numpy())
    assert ((forecasts["probability"] - forecasts["outcome"]) ** 2).to_numpy() == pytest.approx(forecasts["score"])
    assert (forecasts["round"] == forecasts["issued"] + forecasts["horizon"] - 1).all()
    assert agents.groupby("round")["budget"].sum().round(2).nunique() == 1


def test_a_run_is_shown_by_the_report_with_its_five_pictures(run: Path) -> None:
    told = summary(run)
    files = [one["file"] for one in told["figures"]]
    assert files == [f"plots/{name}.png" for name in ("market", "reliability", "budgets", "index", "network")]
    assert all((run / file).read_bytes().startswith(PNG) for file in files)
    html = report([run])
    assert html.count("data:image/png") == 5
    assert "share of the best surplus" in html
    assert "Teams at the end" in html
    # the rule forecasts every index in every round
    assert ["share of the wanted forecasts that were made", 1.0] in told["tables"][0]["rows"]


def test_a_log_says_what_the_config_was(run: Path) -> None:
    history = events.read(run / "log.jsonl")
    assert (history.agents, len(history.levels), len(history.demand)) == (16, 60, 60)
    found = {one.name.split(" (")[0]: one for one in events.estimates(history)}
    assert {"demand 0 to 1", "regime 0 to 1", "public news a year", "private news a year and agent"} <= set(found)
    private = found["private news a year and agent"]
    assert private.found.low < private.configured < private.found.high
    news = folders.read_table(run, "news")
    assert history.forwarded == (news["hops"] > 0).sum()
    assert history.public == (news[news["kind"] == "public"].groupby("round").size() / 16).sum()


def test_intervals_from_logs_hold_as_often_as_they_say() -> None:
    inside = []
    for seed in range(6):
        tables = played(config_from({"time": {"rounds": 50}, "teams": {"number": 1}}), seed)
        public = tables.news[(tables.news["kind"] == "public") & (tables.news["agent"] == "team1/trader1")]
        found = poisson_rate(len(public), 50 / 252)
        inside.append(found.low <= 75.0 <= found.high)
    assert sum(inside) >= 5


def test_a_log_that_was_changed_is_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (run / "log.jsonl").read_text().splitlines()
    changed_log = tmp_path / "log.jsonl"
    changed_log.write_text("\n".join([lines[0], lines[1].replace('"', "'", 1), *lines[2:]]))
    assert main(["calibrate", "--events", str(changed_log)]) == 2
    assert "Line 2 of the log" in capsys.readouterr().err
    assert main(["calibrate"]) == 2
    assert "name --bars FILE.csv, --events log.jsonl" in capsys.readouterr().err


def test_calibrate_prints_and_writes_what_a_run_takes(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = folders.read_table(run, "indices").query("asset == 'beta'")
    bars = tmp_path / "bars.csv"
    index[["level"]].rename(columns={"level": "close"}).to_csv(bars, index=False)
    where = ["--bars", str(bars), "--dt", str(1 / 252), "--events", str(run / "log.jsonl"), "--out", str(tmp_path)]
    assert main(["calibrate", *where]) == 0
    said = capsys.readouterr().out
    assert "sigma a year" in said
    assert "demand 0 to 1" in said
    again = ["run", "--rounds", "2", "--config", str(tmp_path / "calibrated.toml"), "--out", str(tmp_path / "again")]
    assert main(again) == 0
    assert folders.read_table(tmp_path / "again", "indices")["asset"].tolist() == ["bars", "bars"]


SWEEP = ("--matching", "horse", "--set", "market.k=0.2,0.8", "--seeds", "2", "--rounds", "12")


def test_a_sweep_that_stopped_goes_on_to_the_same_panel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *SWEEP, "--out", str(tmp_path / "whole")]) == 0
    assert main(["sweep", *SWEEP, "--out", str(tmp_path / "cut")]) == 0
    points = tmp_path / "cut" / "points.jsonl"
    lines = points.read_text().splitlines()
    points.write_text("\n".join([*lines[:2], lines[2][:20]]))
    assert main(["sweep", *SWEEP, "--resume", str(tmp_path / "cut")]) == 0
    whole, cut = (folders.read_table(tmp_path / name, "panel") for name in ("whole", "cut"))
    pd.testing.assert_frame_equal(whole, cut)
    assert whole[["market.k", "seed"]].to_numpy().tolist() == [[0.2, 1], [0.2, 2], [0.8, 1], [0.8, 2]]
    # k splits the gains and leaves their sum alone
    low, high = (whole[whole["market.k"] == k] for k in (0.2, 0.8))
    assert (high["price"].to_numpy() > low["price"].to_numpy()).all()
    assert len(points.read_text().splitlines()) == 4
    capsys.readouterr()
    assert main(["sweep", *SWEEP[:-1], "13", "--resume", str(tmp_path / "cut")]) == 2
    assert "something else was begun there" in capsys.readouterr().err


def test_settings_are_read_as_toml_or_as_words() -> None:
    assert setting("market.k=0.3,0.5") == ("market.k", [0.3, 0.5])
    assert setting("market.matching=cda,horse") == ("market.matching", ["cda", "horse"])
    assert setting("market.rival=true,false") == ("market.rival", [True, False])
    assert changed(Config(), {"information.news.beta": 0.4}).information.news.beta == 0.4
    with pytest.raises(WorldError, match="expected KEY=VALUE"):
        setting("market.k")
    with pytest.raises(WorldError, match="Did you mean 'k'"):
        changed(Config(), {"market.kk": 1})


def test_mechanisms_are_compared_over_the_same_seeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--modes", "cda", "horse", "--seeds", "4", "--rounds", "25", "--out", str(tmp_path / "c")]
    assert main(["compare-mechanisms", *given]) == 0
    said = capsys.readouterr().out
    assert "cda less horse" in said
    assert (tmp_path / "c" / "modes.png").read_bytes().startswith(PNG)
    assert "data:image/png" in report([tmp_path / "c"])
    panel = folders.read_table(tmp_path / "c", "panel")
    [gap] = [one for one in differences(panel, "cda", ["horse"]) if one.measure == "efficiency"]
    # strangers in private pairs find fewer of the gains than a market that all see
    assert 0 < gap.found.low < gap.found.value < gap.found.high
    assert (gap.more, gap.seeds) == (1.0, 4)


def test_a_paired_difference_is_surer_than_its_parts() -> None:
    rng = np.random.default_rng(1)
    level = rng.normal(0, 10, 12)
    rows = [{"seed": seed, KEY: "cda", "price": level[seed] + 1 + rng.normal(0, 0.1)} for seed in range(12)]
    rows += [{"seed": seed, KEY: "call", "price": level[seed]} for seed in range(12)]
    panel = pd.DataFrame(rows)
    for name in measures(played(config_from({"time": {"rounds": 1}}), 1)):
        if name not in panel:
            panel[name] = np.nan
    [gap] = [one for one in differences(panel, "cda", ["call"]) if one.measure == "price"]
    assert gap.found.low == pytest.approx(1, abs=0.2)
    assert gap.found.high == pytest.approx(1, abs=0.2)
    [alone, _] = by_mode(panel, "price", ["cda", "call"])
    assert alone.high - alone.low > 20 * (gap.found.high - gap.found.low)


@pytest.mark.parametrize("wish", [["--modes", "cda", "horsee"], ["--modes", "cda"]])
def test_modes_that_cannot_be_compared_are_refused(wish: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare-mechanisms", *wish]) == 2
    assert "expected" in capsys.readouterr().err


def test_plug_ins_give_the_index_the_facts_that_plain_gbm_lacks() -> None:
    config = Config()
    tasks = [one for one in facts.tasks(config, (1, 2), "heuristic", 1500) if not one.traded]
    found = facts.frame([fact for one in tasks for fact in facts.found_by(one)])
    holds = found.groupby(["source", "fact"])["holds"].mean()
    for fact in ("excess_kurtosis", "volatility_clustering"):
        assert holds["index, plain GBM", fact] <= 0.25
        assert holds["index, with all", fact] == 1
    assert holds["index, with jumps", "volatility_clustering"] <= 0.25
    assert holds["index, plain GBM", "linear_dependence"] == 1


def test_the_band_of_a_fact_is_that_of_its_source() -> None:
    row = {"series": "alpha", "seed": 1, "fact": "excess_kurtosis", "value": 1.0, "high": 9.0, "holds": True}
    found = pd.DataFrame([{**row, "source": "long", "low": 0.3}, {**row, "source": "short", "low": 0.8}])
    assert facts.bounds(found) == {
        ("excess_kurtosis", "long"): (0.3, 9.0),
        ("excess_kurtosis", "short"): (0.8, 9.0),
    }


def test_facts_leave_a_table_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--seeds", "1", "--rounds", "110", "--steps", "120", "--out", str(tmp_path / "f")]
    assert main(["facts", *given]) == 0
    assert "traded prices" in capsys.readouterr().out
    assert (tmp_path / "f" / "facts.png").read_bytes().startswith(PNG)
    kept = folders.read_table(tmp_path / "f", "facts")
    assert set(kept["source"]) == set(facts.SOURCES)
