"""Parameters that made data are found again in them, with intervals that hold as often as they say."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from worlds.errors import WorldError
from worlds.forecast_goods.calibrate import (
    as_toml,
    bars,
    diffusion,
    poisson_rate,
    share_of,
    transition_chances,
    transition_counts,
)

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "bybit" / "Bybit_BTC.csv"
HOURS = 4 / (365 * 24)


def gbm(mu: float, sigma: float, dt: float, steps: int, seed: int) -> list[float]:
    moves = np.random.default_rng(seed).normal((mu - sigma**2 / 2) * dt, sigma * math.sqrt(dt), steps)
    closes: list[float] = (100 * np.exp(np.concatenate([[0], np.cumsum(moves)]))).tolist()
    return closes


def test_drift_and_volatility_are_found_within_their_errors() -> None:
    found = [diffusion(gbm(0.08, 0.25, 1 / 252, 2520, seed), 1 / 252) for seed in range(60)]
    assert np.mean([one.sigma for one in found]) == pytest.approx(0.25, abs=0.002)
    sigma_in = np.mean([abs(one.sigma - 0.25) < 1.96 * one.sigma_error for one in found])
    mu_in = np.mean([abs(one.mu - 0.08) < 1.96 * one.mu_error for one in found])
    assert sigma_in >= 0.88
    assert mu_in >= 0.88
    # the mean log return is less than the drift by half the variance
    assert diffusion(gbm(0.08, 0.6, 1 / 12, 60_000, 1), 1 / 12).mu == pytest.approx(0.08, abs=4 * 0.6 / math.sqrt(5000))
    # ten years tell the drift to about sigma / sqrt(10), however many bars they have
    assert found[0].mu_error == pytest.approx(0.25 / math.sqrt(10), rel=0.05)


def file(folder: Path, text: str) -> Path:
    path = folder / "bars.csv"
    path.write_text(text)
    return path


def rows(closes: list[float], first: str = "2024-01-01", head: str = "Date,Close") -> str:
    days = np.datetime64(first) + np.arange(len(closes))
    return "\n".join([head, *(f"{day},{close}" for day, close in zip(days, closes, strict=True))])


def test_bars_say_themselves_how_far_apart_they_are(tmp_path: Path) -> None:
    closes, dt = bars(file(tmp_path, rows([100.0 + one for one in range(12)])))
    assert len(closes) == 12
    assert dt == pytest.approx(1 / 365)
    assert bars(file(tmp_path, rows([100.0] * 12)), 1 / 252)[1] == 1 / 252


BROKEN = [
    (rows([1.0] * 12, head="date,price"), "no column 'close' among date, price"),
    (rows([1.0] * 5 + [-1.0] + [1.0] * 6), "row 7: the close is no price above 0"),
    (rows([1.0] * 5 + [float("nan")] + [1.0] * 6), "row 7"),
    (rows([1.0] * 3), "3 bars; expected at least 10"),
    ("close\n" + "1.5\n" * 12, "no column of times .*--dt"),
    ("date,close\n" + "2024-01-01,1.5\n" * 12, "row 3: it is not later than the row before"),
    ("date,close\n" + "soon,1.5\n" * 12, "its times cannot be read"),
    ("", "it cannot be read"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN)
def test_bars_that_cannot_be_are_refused_with_their_row(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=told):
        bars(file(tmp_path, text))


@pytest.mark.skipif(not REAL.is_file(), reason="the real bars are not beside this folder")
def test_real_bars_give_a_volatility_that_coins_have() -> None:
    closes, dt = bars(REAL)
    found = diffusion(closes, dt)
    assert dt == pytest.approx(HOURS)
    assert 0.3 < found.sigma < 0.9
    assert found.kurtosis > 1
    years = found.returns * dt
    assert found.mu_error == pytest.approx(found.sigma / math.sqrt(years), rel=0.1)


def test_what_was_found_reads_back_as_a_config() -> None:
    from worlds.forecast_goods.config import config_from

    found = diffusion(gbm(0.08, 0.25, 1 / 252, 300, 1), 1 / 252)
    config = config_from(tomllib.loads(as_toml("bitcoin", found)))
    [index] = config.information.indices
    assert (index.name, config.information.correlation) == ("bitcoin", ())
    assert [index.sigma, index.start] == pytest.approx([found.sigma, found.last], rel=1e-5)


def test_the_interval_of_a_rate_is_exact() -> None:
    # Garwood's table: 10 events, 4.795 to 18.39; none, 0 to 3.689
    assert poisson_rate(10, 1.0) == pytest.approx((10, 4.7954, 18.3904), abs=1e-4)
    assert poisson_rate(0, 2.0) == pytest.approx((0, 0, 3.6889 / 2), abs=1e-4)


def test_the_interval_of_a_share_is_exact() -> None:
    assert share_of(8, 10) == pytest.approx((0.8, 0.4439, 0.9748), abs=1e-4)
    assert share_of(0, 10)[1:] == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert share_of(10, 10).high == 1.0


def test_transitions_are_counted_from_one_state_to_the_next() -> None:
    counts = transition_counts([0, 0, 1, 1, 0, 1], 3)
    assert counts == [[1, 2, 0], [1, 1, 0], [0, 0, 0]]
    chances = transition_chances(counts)
    assert chances[0][1] is not None
    assert chances[0][1].value == pytest.approx(2 / 3)
    assert chances[2] == [None, None, None]


def test_days_without_bars_are_time_too(tmp_path: Path) -> None:
    days = pd.bdate_range("2024-01-01", "2024-12-31")
    path = tmp_path / "days.csv"
    pd.DataFrame({"date": days.strftime("%Y-%m-%d"), "close": range(1, len(days) + 1)}).to_csv(path, index=False)
    _, dt = bars(path)
    assert dt == pytest.approx(1 / 261, rel=0.01)
