"""Each measure at values worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isnan, log, sqrt

import pandas as pd
import pytest

from analysis.measures import (
    amplitude,
    duration,
    geometric_absolute_deviation,
    geometric_deviation,
    haessel_r2,
    mean_squared_error,
    normalised_absolute_price_deviation,
    relative_absolute_deviation,
    relative_deviation,
    smiths_alpha,
    time_weighted,
    turnover,
)

NAN = float("nan")
MISPRICING = (
    relative_absolute_deviation,
    relative_deviation,
    geometric_absolute_deviation,
    geometric_deviation,
)
# Mean price of 19 human markets with a fundamental value of 14 (Henning et al. 2025), 30 rounds.
HUMAN_PATH = (
    "15.263158 16.789474 18.210526 19.473684 20.947368 22.842105 24.421053 26.210526 28.157895 29.842105 "
    "31.684211 33.631579 35.105263 36.947368 38.842105 40.842105 43.368421 45 46.315789 46.157895 "
    "45.368421 44.368421 42.894737 40.157895 37.210526 33.947368 31 28.263158 25.894737 23.789474"
)


def path(*prices: float) -> pd.Series[float]:
    return pd.Series(prices, dtype=float)


def flat(value: float, periods: int) -> pd.Series[float]:
    return path(*[value] * periods)


def shares(*quantities: int) -> pd.Series[int]:
    return pd.Series(quantities, dtype="Int64")


def quotes(*rows: Sequence[float | None]) -> pd.DataFrame:
    """(seconds, bid, bid_quantity, ask, ask_quantity) each."""
    return pd.DataFrame(rows, columns=["seconds", "bid", "bid_quantity", "ask", "ask_quantity"])


@pytest.mark.parametrize("measure", MISPRICING)
def test_prices_at_twice_the_value_deviate_by_one(measure: object) -> None:
    assert callable(measure)
    assert measure(path(20, 40, 60), path(10, 20, 30)) == pytest.approx(1)


def test_prices_of_5_and_20_round_a_value_of_10() -> None:
    found = [measure(path(5, 20), flat(10, 2)) for measure in MISPRICING]
    assert found == pytest.approx([0.75, 0.25, 1, 0])


def test_the_mean_path_of_human_markets_against_14() -> None:
    human = path(*map(float, HUMAN_PATH.split()))
    found = [round(measure(human, flat(14, 30)), 3) for measure in MISPRICING]
    assert found == [1.317, 1.317, 1.208, 1.208]
    assert round(mean_squared_error(human, flat(14, 30)), 1) == 429.8
    assert isnan(haessel_r2(human, flat(14, 30)))


def test_periods_without_a_trade_are_left_out_with_their_value() -> None:
    with_gap, without = (path(12, NAN, 6), path(10, 99, 10)), (path(12, 6), path(10, 10))
    for measure in (*MISPRICING, mean_squared_error):
        assert measure(*with_gap) == measure(*without)


def test_no_price_at_all_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="nothing was traded"):
        relative_deviation(path(NAN, NAN), flat(10, 2))


def test_geometric_deviation_is_the_same_for_prices_of_money_in_shares() -> None:
    prices, values = path(8, 15), path(10, 10)
    turned = geometric_absolute_deviation(1 / prices, 1 / values)
    assert turned == pytest.approx(geometric_absolute_deviation(prices, values))
    assert turned == pytest.approx(exp((log(10 / 8) + log(15 / 10)) / 2) - 1)


def test_geometric_deviation_is_not_defined_for_a_worthless_share() -> None:
    assert isnan(geometric_deviation(path(5, 5), path(10, 0)))


def test_mean_squared_error() -> None:
    assert mean_squared_error(path(11, 13), flat(10, 2)) == 5


def test_haessels_r2_is_one_at_the_value_and_negative_where_the_mean_tells_more() -> None:
    declining = path(30, 20, 10)
    assert haessel_r2(declining, declining) == 1
    assert haessel_r2(path(10, 20, 30), declining) == pytest.approx(1 - 800 / 200)
    assert isnan(haessel_r2(flat(5, 3), declining))


def test_amplitude_runs_from_trough_to_peak_over_the_first_value() -> None:
    assert amplitude(path(90, NAN, 80, 30), path(100, 75, 50, 25)) == pytest.approx((30 - -10) / 100)
    assert amplitude(path(NAN, 80), path(100, 50)) == 0


def test_duration_counts_the_longest_run_of_rises() -> None:
    value = flat(10, 6)
    assert duration(path(10, 11, 12, 12, 13, 14), value) == 2
    assert duration(path(15, 14, 13, 12, 11, 10), value) == 0
    assert duration(path(10, 9, 8, 7, 6, 5), path(10, 8, 6, 4, 2, 0.5)) == 5


def test_a_period_without_a_trade_ends_a_run() -> None:
    assert duration(path(10, 11, NAN, 12, 13, 14), flat(10, 6)) == 2


def test_turnover_and_absolute_deviation_count_each_share() -> None:
    assert turnover(shares(1, 2, 3), 12) == 0.5
    assert normalised_absolute_price_deviation(path(12, 9), flat(10, 2), shares(3, 1), 4) == (3 * 2 + 1) / 4
    assert isnan(turnover(shares(1), 0))


def test_smiths_alpha_is_the_spread_round_the_competitive_price_in_percent() -> None:
    assert smiths_alpha(path(180, 220), shares(1, 1), 200) == pytest.approx(10)
    assert smiths_alpha(path(180, 200), shares(1, 3), 200) == pytest.approx(100 * sqrt(100) / 200)
    with pytest.raises(ValueError, match="nothing was traded"):
        smiths_alpha(path(), shares(), 200)


def test_quotes_count_for_as_long_as_they_stand() -> None:
    """8 s of a spread of 4, 2 s of one of 14, before and after them nobody on one side."""
    table = quotes(
        (1, 98, 1, None, None),
        (2, 98, 1, 102, 3),
        (10, 98, 1, 112, 1),
        (12, None, None, 112, 1),
        (16, None, None, None, None),
    )
    found = time_weighted(table)
    assert found["spread"] == pytest.approx((8 * 4 + 2 * 14) / 10)
    assert found["mid"] == pytest.approx((8 * 100 + 2 * 105) / 10)
    assert found["depth"] == pytest.approx((8 * 4 + 2 * 2) / 10)
    assert found["quoted"] == pytest.approx(10 / 15)


def test_a_spread_that_nobody_quoted_is_not_a_number() -> None:
    for table in (quotes(), quotes((0, 98, 1, None, None), (9, None, None, None, None))):
        assert isnan(time_weighted(table)["spread"])
