"""Costs of trading in a market small enough to work out by hand, and in one that traders made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.microstructure import implementation_shortfall, mean_costs, shortfall_by_trader, trade_costs
from analysis.read import Recording
from market.designs import design
from tests.folders import write_tables
from tests.headless import play

# Mid 100 from event 2 on, 103 from event 4 on; the period closes with event 6.
QUOTES = pd.DataFrame(
    {
        "seq": [1, 2, 4, 6],
        "period": 1,
        "seconds": [0.0, 1.0, 4.0, 20.0],
        "bid": [98, 98, 101, None],
        "ask": [None, 102, 105, None],
    }
)
TRADES = pd.DataFrame(
    {
        "seq": [3, 5],
        "period": 1,
        "seconds": [3.0, 18.0],
        "price": [102, 101],
        "quantity": [2, 1],
        "aggressor": ["buy", "sell"],
        "bid_id": [3, 4],
        "ask_id": [2, 5],
    }
)


def orders(*rows: tuple[int, str, str, int, int]) -> pd.DataFrame:
    """(seq, trader, side, quantity, order id), all placed in period 1."""
    table = pd.DataFrame(rows, columns=["seq", "trader", "side", "quantity", "order_id"])
    return table.assign(period=1, command="place")


def test_a_buyer_who_takes_the_offer_pays_the_spread_and_the_mid_that_moves_after_it_is_impact() -> None:
    first = trade_costs(TRADES, QUOTES, tau=5).iloc[0]
    assert first["effective_spread"] == 2 * (102 - 100)
    assert first["price_impact"] == 2 * (103 - 100)
    assert first["realised_spread"] == 2 * (102 - 103)


def test_a_seller_who_takes_the_bid_pays_likewise() -> None:
    second = trade_costs(TRADES, QUOTES, tau=1).iloc[1]
    assert second["effective_spread"] == 2 * (103 - 101)
    assert second["price_impact"] == 0


def test_a_mid_after_the_end_of_the_period_is_not_known() -> None:
    costs = trade_costs(TRADES, QUOTES, tau=5)
    assert np.isnan(costs["realised_spread"].iloc[1])
    assert not np.isnan(costs["effective_spread"].iloc[1])


def test_means_are_weighted_by_volume_over_trades_that_have_all_three() -> None:
    means = mean_costs(TRADES, QUOTES, tau=1)
    assert means["effective_spread"] == (2 * 4 + 1 * 4) / 3
    assert mean_costs(TRADES, QUOTES, tau=5)["effective_spread"] == 4


def test_trades_of_a_call_have_no_aggressor_and_so_no_costs() -> None:
    assert trade_costs(TRADES.assign(aggressor=None), QUOTES, tau=1).isna().all(axis=None)


def test_effective_is_realised_plus_impact_in_a_market_that_traders_made(tmp_path: Path) -> None:
    played = play(design("asset_cda"), ["zero_intelligence", "market_maker", "noise", "momentum"], seed=3)
    recording = Recording(write_tables(tmp_path, played))
    costs = trade_costs(recording.table("trades"), recording.table("quotes"), tau=2).dropna()
    assert len(costs) > 20
    assert costs["effective_spread"].to_numpy() == pytest.approx(costs["realised_spread"] + costs["price_impact"])


def test_the_shortfall_of_a_filled_order_is_what_it_paid_beyond_the_mid() -> None:
    [one] = implementation_shortfall(orders((3, "T1", "buy", 2, 3)), TRADES, QUOTES).to_dict("records")
    assert one["executed"] == 2 * (102 - 100)
    assert one["missed"] == 0


def test_what_is_not_filled_costs_what_the_mid_moved_away_by() -> None:
    [one] = implementation_shortfall(orders((3, "T1", "buy", 4, 3)), TRADES, QUOTES).to_dict("records")
    assert one["missed"] == 2 * (103 - 100)
    assert shortfall_by_trader(pd.DataFrame([one]))["T1"] == (4 + 6) / 4


def test_a_seller_gains_where_the_mid_rises_before_the_rest_is_sold() -> None:
    [one] = implementation_shortfall(orders((3, "T2", "sell", 1, 9)), TRADES, QUOTES).to_dict("records")
    assert one["missed"] == -3


def test_an_order_that_met_no_mid_has_no_decision_price() -> None:
    assert implementation_shortfall(orders((2, "T1", "buy", 1, 2)), TRADES, QUOTES).empty
