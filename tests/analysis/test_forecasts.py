"""Forecasts worked out by hand."""

from __future__ import annotations

from math import isnan

import pandas as pd
import pytest

from analysis.forecasts import by_horizon, forecast_measures

FORECASTS = pd.DataFrame(
    [
        ("human", 1, 1, 10.0),
        ("human", 1, 3, -30.0),
        ("model", 1, 1, 2.0),
        ("model", 2, 2, None),
    ],
    columns=["kind", "made", "target", "error"],
)


def test_error_bias_and_the_share_within_the_band() -> None:
    found = forecast_measures(FORECASTS, band=10)
    assert found["forecast_error"] == pytest.approx(14)
    assert found["forecast_bias"] == pytest.approx(-6)
    assert found["forecast_within"] == pytest.approx(2 / 3)


def test_a_period_without_a_price_says_nothing_of_its_forecasts() -> None:
    assert isnan(forecast_measures(FORECASTS[FORECASTS["error"].isna()], band=10)["forecast_error"])


def test_forecasts_far_ahead_are_told_apart_from_near_ones() -> None:
    table = by_horizon(FORECASTS, band=10).set_index(["kind", "horizon"])
    assert table.loc[("human", 2), "forecast_bias"] == -30
    assert table.loc[("human", 0), "forecast_within"] == 1
    assert table.loc[("model", 0), "forecasts"] == 1
