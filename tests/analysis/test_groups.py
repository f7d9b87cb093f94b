"""Groups of sessions: who traded, their measures with intervals, and what others published."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest

from analysis import published
from analysis.groups import estimates, gains_by_kind, groups, published_beside
from analysis.read import Recording
from analysis.report import report
from analysis.summary import MarketSummary, summarise
from market.designs import design
from tests.folders import write_tables
from tests.headless import play

NAMES = ["heuristic", "momentum", "noise", "market_maker", "fundamental", "noise"]


@pytest.fixture(scope="module")
def markets(tmp_path_factory: pytest.TempPathFactory) -> list[MarketSummary]:
    """Four sessions of rule traders, one market each."""
    folder = tmp_path_factory.mktemp("sessions")
    played = [play(design("asset_cda"), NAMES, seed=seed, turns=60) for seed in range(4)]
    folders = [write_tables(folder / str(n), one, session=f"s{n}") for n, one in enumerate(played)]
    return [one for each in folders for one in summarise(Recording(each))]


def with_kinds(one: MarketSummary, *kinds: str) -> MarketSummary:
    """The same market with the first seats of other kinds."""
    traders = one.traders.copy()
    traders.loc[range(len(kinds)), "kind"] = list(kinds)
    return replace(one, traders=traders)


def test_markets_are_grouped_by_the_kinds_of_their_traders(markets: list[MarketSummary]) -> None:
    rule, mixed, people, simulated = markets
    people = with_kinds(people, *["human"] * 6)
    simulated = replace(simulated, market=replace(simulated.market, simulated=True))
    found = groups([simulated, with_kinds(mixed, "human", "model"), rule, people])
    assert [one.name for one in found] == [
        "people",
        "rule traders",
        "people and models and rule traders",
        "simulated: rule traders",
    ]


def test_a_measure_is_the_mean_over_sessions_with_its_interval(markets: list[MarketSummary]) -> None:
    [group] = groups(markets)
    rad = estimates(group)["rad"]
    values = [one.measures["rad"] for one in markets]
    assert rad.mean == pytest.approx(sum(values) / 4)
    assert min(values) < rad.interval.low < rad.mean < rad.interval.high < max(values)
    assert rad.sessions == 4


def test_two_markets_of_a_session_count_once(markets: list[MarketSummary]) -> None:
    twice = [markets[0], replace(markets[1], market=replace(markets[1].market, session="s0"))]
    [group] = groups(twice)
    assert group.sessions == 1
    assert isnan(estimates(group)["rad"].interval.low)
    assert group.path()["mean"].iloc[0] == pytest.approx(
        (twice[0].periods["mean_price"].iloc[0] + twice[1].periods["mean_price"].iloc[0]) / 2
    )


def test_what_kinds_gain_from_each_other_sums_to_nothing(markets: list[MarketSummary]) -> None:
    [group] = groups([with_kinds(one, "human", "human", "human") for one in markets])
    gains = gains_by_kind(group)
    assert gains["human"].mean == pytest.approx(-gains["rule"].mean, abs=0.5)


def test_the_published_human_path_of_flat_value_has_the_measures_of_its_paper() -> None:
    [path] = published.paths("flat_value")
    assert path.sessions == 19
    assert (path.prices - 14).pow(2).mean() == pytest.approx(429.803, abs=0.01)


def test_published_alphas_stand_beside_a_market_of_smiths(tmp_path: Path) -> None:
    folder = write_tables(tmp_path, play(design("smith_1962"), ["zero_intelligence"] * 22, seed=1, turns=120))
    [smith] = [one for one in published_beside(summarise(Recording(folder))[0]) if one.group == "human"]
    assert smith.measures["smiths_alpha"] == pytest.approx((11.8 + 8.1 + 5.2 + 5.5 + 3.5) / 5)
    html = report([folder])
    assert "published: human (Smith 1962, 1 session)" in html


def test_efficiency_of_people_is_published_for_the_markets_of_gode_and_sunder() -> None:
    table = published.values("gode_sunder_1993_m3").set_index("group")["value"]
    assert table["human"] == 1.0
    assert table["zero intelligence, unconstrained"] == 0.767


def test_a_folder_says_that_it_was_simulated(tmp_path: Path) -> None:
    folder = write_tables(tmp_path, play(design("asset_cda"), NAMES, seed=1, turns=30))
    (folder / "summary.json").write_text(json.dumps({"kind": "simulation"}))
    assert Recording(folder).markets()[0].simulated
