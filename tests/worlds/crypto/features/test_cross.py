"""The eight features across coins, by hand, and never a constant where the market is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worlds.crypto.coins import bars_of, chance, needs_real_bars, real
from worlds.crypto.data.bars import Bars
from worlds.crypto.features.cross import cross_features
from worlds.crypto.features.shared import Shared

WALK = np.random.default_rng(5).normal(0, 0.01, (40, 3))
NAMES = {
    "btc_dominance", "altcoin_momentum", "eth_btc_ratio", "cross_oi_delta", "aggregate_funding", "risk_on_off",
    "market_volatility", "cross_correlation",
}  # fmt: skip


def three_coins(**columns: dict[str, list[float]]) -> Bars:
    close = 100 * np.exp(np.cumsum(WALK, axis=0))
    return bars_of({"BTC": list(close[:, 0]), "ETH": list(close[:, 1]), "SOL": list(close[:, 2])}, **columns)


def last(bars: Bars, name: str) -> float:
    return float(cross_features(bars)[f"mkt_{name}"][-1])


def test_there_are_eight_of_one_prefix() -> None:
    assert set(cross_features(three_coins())) == {f"mkt_{name}" for name in NAMES}


def test_dominance_and_funding_weigh_by_turnover() -> None:
    bars = bars_of(
        {"BTC": [1, 1], "ETH": [1, 1]},
        turnover={"BTC": [1, 6], "ETH": [1, 2]},
        funding_rate={"BTC": [0, 0.001], "ETH": [0, -0.002]},
    )
    assert last(bars, "btc_dominance") == pytest.approx(0.75)
    assert last(bars, "aggregate_funding") == pytest.approx(0.75 * 0.001 - 0.25 * 0.002)


def test_open_interest_is_weighed_by_its_mean_over_two_bars() -> None:
    bars = bars_of({"BTC": [1, 1], "ETH": [1, 1]}, oi_usd={"BTC": [100, 110], "ETH": [300, 270]})
    assert last(bars, "cross_oi_delta") == pytest.approx((105 * 0.10 - 285 * 0.10) / 390)


def test_momentum_is_the_others_mean_over_six_bars() -> None:
    moved = WALK[-6:, 1:].sum(axis=0).mean()
    assert last(three_coins(), "altcoin_momentum") == pytest.approx(moved)


def test_the_ratio_is_a_score_over_twenty_four_bars() -> None:
    ratio = np.exp(np.cumsum(WALK[:, 1]) - np.cumsum(WALK[:, 0]))[-24:]
    assert last(three_coins(), "eth_btc_ratio") == pytest.approx((ratio[-1] - ratio.mean()) / ratio.std(ddof=1))


def test_volatility_is_a_years_and_correlation_a_mean_over_pairs() -> None:
    assert last(three_coins(), "market_volatility") == pytest.approx(WALK[-24:].std(0, ddof=1).mean() * np.sqrt(2190))
    together = np.asarray(np.corrcoef(WALK[-24:].T))[np.triu_indices(3, 1)].mean()
    assert last(three_coins(), "cross_correlation") == pytest.approx(together)


def test_risk_is_on_where_others_amplify_bitcoin_and_is_cut_at_one() -> None:
    bitcoin, others = WALK[-6:, 0], WALK[-6:, 1:].mean(axis=1)
    beta = np.cov(others, bitcoin)[0, 1] / bitcoin.var(ddof=1)
    assert last(three_coins(), "risk_on_off") == pytest.approx(np.corrcoef(others, bitcoin)[0, 1] * beta / 2)
    price = np.exp(np.cumsum(WALK[:, 0]))
    wild = bars_of({"BTC": list(price), "SOL": list(price**9)})
    assert last(wild, "risk_on_off") == 1.0


@pytest.mark.parametrize("shared", [chance, pytest.param(lambda: real(600), marks=needs_real_bars)])
def test_no_feature_stands_still(shared: object) -> None:
    assert callable(shared)
    for name, values in shared().market.items():
        known = values[24:]
        assert np.isfinite(known).all(), name
        assert len(np.unique(known)) > 0.5 * len(known), name


def test_what_needs_an_absent_coin_is_unknown_and_not_zero() -> None:
    found = cross_features(three_coins().of(("SOL",)))
    unknown = {name for name, values in found.items() if np.isnan(values).all()}
    assert unknown == {"mkt_btc_dominance", "mkt_eth_btc_ratio", "mkt_risk_on_off", "mkt_cross_correlation"}


def test_a_desk_may_do_without_them() -> None:
    assert all(np.isnan(values).all() for values in Shared(three_coins(), cross=False).market.values())


def test_a_method_is_computed_once_for_all() -> None:
    shared, made = Shared(three_coins()), []
    for _ in range(3):
        shared.once(("one",), lambda: made.append(1))
    assert made == [1]
    assert shared.method("analyst", "rsi", lookback=5) is shared.method("analyst", "rsi", lookback=5)
