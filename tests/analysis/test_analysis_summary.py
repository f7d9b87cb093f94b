"""What a folder is summed up to: periods, traders, measures and decisions."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from statistics import fmean

import pytest

from analysis.read import Recording
from analysis.summary import MarketSummary, as_document, decision_coverage, summarise
from market.designs import design
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.history import history
from market.orders import PlaceOrder, Side
from market.treatments import Role, Treatment
from tests.folders import write_decisions, write_tables
from tests.headless import Played, play


def summary(played: Played, folder: Path) -> MarketSummary:
    [one] = summarise(Recording(write_tables(folder, played)))
    return one


def by_hand(treatment: Treatment, **roles: Role) -> Played:
    return Played(Exchange(treatment, roles), dict.fromkeys(roles, "heuristic"), seed=1)


def trade(played: Played, buyer: str, seller: str, price: int, seconds: float = 1.0) -> None:
    played.exchange.submit(seller, PlaceOrder(Side.SELL, price), seconds)
    assert played.exchange.submit(buyer, PlaceOrder(Side.BUY, price), seconds).trades


@pytest.fixture(scope="module")
def asset() -> Played:
    return play(design("asset_cda"), ["heuristic"] * 3 + ["zero_intelligence"] * 3, seed=4, turns=120)


def test_periods_are_those_of_the_market(asset: Played, tmp_path: Path) -> None:
    periods = summary(asset, tmp_path).periods
    lived = history(asset.exchange)
    for name in ("period", "trades", "volume", "dividend"):
        assert periods[name].tolist() == [getattr(one, name) for one in lived]
    assert periods["mean_price"].tolist() == pytest.approx([one.mean_price for one in lived])
    assert periods["benchmark"].tolist() == [150, 100, 50]
    assert periods["quoted"].between(0.5, 1).all()


def test_gains_from_trading_shares_cancel_out(asset: Played, tmp_path: Path) -> None:
    traders = summary(asset, tmp_path).traders
    assert traders["gain"].abs().max() > 10
    assert traders["gain"].sum() == pytest.approx(0)


def test_a_gain_is_wealth_beyond_the_same_endowment_left_untouched(tmp_path: Path) -> None:
    """A share bought at 30 paid 5 + 10 and a buyback of 20; 10% interest on 30 less in the first period rounds to 3,
    on 28 less in the second to 3."""
    rules = design("asset_cda").with_changes(periods=2, dividends=(5, 10), buyback=20, interest="1/10")
    market = by_hand(rules, A=Role(name="a", cash=100, shares=1), B=Role(name="b", cash=200, shares=2))
    market.exchange.operate(OpenPeriod())
    trade(market, "A", "B", 30)
    market.exchange.operate(ClosePeriod(5), 20)
    market.exchange.operate(OpenPeriod())
    market.exchange.operate(ClosePeriod(10), 20)
    gains = summary(market, tmp_path).traders.set_index("trader")["gain"]
    assert gains["A"] == -30 - 3 + 5 - 3 + 10 + 20
    assert gains["B"] == 30 + 3 - 5 + 3 - 10 - 20


def test_in_a_market_that_was_interrupted_shares_count_with_what_they_will_pay(tmp_path: Path) -> None:
    rich = Role(name="rich", cash=500, shares=5)
    market = by_hand(design("asset_cda"), A=rich, B=rich)
    market.exchange.operate(OpenPeriod())
    trade(market, "A", "B", 120)
    market.exchange.operate(ClosePeriod(20), 20)
    market.exchange.operate(OpenPeriod())
    one = summary(market, tmp_path)
    assert one.traders.set_index("trader")["gain"].to_dict() == {"A": -120 + 20 + 100, "B": 120 - 20 - 100}
    assert len(one.periods) == 1


def test_a_market_that_nobody_traded_in_has_no_mispricing(tmp_path: Path) -> None:
    rich = Role(name="rich", cash=500, shares=5)
    one = summary(by_hand(design("asset_cda"), A=rich, B=rich), tmp_path)
    assert isnan(one.measures["rad"])
    assert one.measures["turnover"] == 0
    assert one.traders["gain"].tolist() == [0, 0]


def test_a_share_that_pays_nothing_has_no_value_to_compare_with(tmp_path: Path) -> None:
    rich = Role(name="rich", cash=500, shares=5)
    market = by_hand(design("asset_cda").with_changes(dividends=()), A=rich, B=rich)
    market.exchange.operate(OpenPeriod())
    trade(market, "A", "B", 10)
    market.exchange.operate(ClosePeriod(), 20)
    one = summary(market, tmp_path)
    assert one.periods["mean_price"].tolist() == [10]
    assert isnan(one.measures["rad"])


def test_measures_of_an_asset_market_follow_its_trades(asset: Played, tmp_path: Path) -> None:
    measures = summary(asset, tmp_path).measures
    gaps = [
        abs((one.mean_price or 0) - value) for one, value in zip(history(asset.exchange), (150, 100, 50), strict=True)
    ]
    assert measures["rad"] == pytest.approx(fmean(gaps) / 100)
    assert measures["turnover"] == len(asset.exchange.trades) / 30


def test_an_induced_market_has_efficiency_alpha_and_gains(tmp_path: Path) -> None:
    played = play(design("smith_1962"), ["zero_intelligence_unconstrained"] * 22, seed=1, turns=200)
    one = summary(played, tmp_path)
    gained = [account.profit for account in played.exchange.accounts.values()]
    assert one.traders["gain"].tolist() == gained
    assert one.periods["surplus"].sum() == sum(gained)
    assert one.measures["efficiency"] == pytest.approx(sum(gained) / (5 * 750))
    assert one.periods["benchmark"].unique().tolist() == [200]
    lost = one.periods["extramarginal"] + one.periods["missed"]
    assert (one.periods["surplus"] + lost).tolist() == pytest.approx([750] * 5)
    assert one.measures["smiths_alpha"] > 10


def test_a_market_with_one_side_only_has_no_equilibrium(tmp_path: Path) -> None:
    buyers = {name: Role(name="buyer", values=(5,)) for name in ("A", "B")}
    one = summary(by_hand(design("smith_1962"), **buyers), tmp_path)
    assert one.competitive is None
    assert isnan(one.measures["efficiency"])


def test_decisions_are_counted_by_seat_and_outcome(tmp_path: Path) -> None:
    write_decisions(tmp_path, {"T2": ["valid"] * 5 + ["stale"], "T1": ["late", "valid", "failed"]})
    coverage = decision_coverage(Recording(tmp_path).decisions())
    assert coverage["trader"].tolist() == ["T2", "T1"]
    assert coverage["due"].tolist() == [6, 3]
    assert coverage[["valid", "repaired", "late", "stale", "failed"]].values.tolist() == [
        [5, 0, 0, 1, 0],
        [1, 0, 1, 0, 1],
    ]


def test_everything_is_plain_data_with_null_for_what_is_not_defined(asset: Played, tmp_path: Path) -> None:
    folder = write_tables(tmp_path, asset, play(design("asset_cda"), ["momentum"] * 2, turns=5))
    write_decisions(folder, {"T1": ["valid"]})
    recording = Recording(folder)
    document = as_document(summarise(recording), decision_coverage(recording.decisions()))
    read = json.loads(json.dumps(document, allow_nan=False))
    assert [one["market"] for one in read["markets"]] == ["1-1", "2-1"]
    assert read["markets"][1]["measures"]["rad"] is None
    assert read["decisions"][0]["due"] == 1
