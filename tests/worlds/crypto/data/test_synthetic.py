"""Coins by chance have what real ones have, and every check of a file is passed by them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.worlds.crypto.coins import needs_real_bars, real
from worlds.crypto.data.bars import Bars
from worlds.crypto.data.check import check
from worlds.crypto.data.synthetic import synthetic

LONG = synthetic(1460, 11)


def steps(bars: Bars) -> np.ndarray:
    return np.diff(np.log(bars.close), axis=0)


def clustering(bars: Bars) -> np.ndarray:
    """Correlation of the size of a return with that of the one before."""
    size = np.abs(steps(bars))
    return np.array([np.corrcoef(one[1:], one[:-1])[0, 1] for one in size.T])


def test_the_same_seed_gives_the_same_bars_and_another_others() -> None:
    np.testing.assert_array_equal(synthetic(20, 4).close, synthetic(20, 4).close)
    assert not np.allclose(synthetic(20, 4).close, synthetic(20, 5).close)


def test_the_coins_pass_every_check_of_a_file() -> None:
    for at, coin in enumerate(LONG.symbols):
        frame = pd.DataFrame({name: column[:, at] for name, column in LONG.columns.items()})
        frame.index = pd.DatetimeIndex(LONG.times)
        check(frame, coin)


def test_returns_are_heavy_tailed_clustered_hardly_predictable_and_move_together() -> None:
    moves = steps(LONG)
    assert (pd.DataFrame(moves).kurt() > 2).all()
    assert (clustering(LONG) > 0.1).all()
    followed = [abs(np.corrcoef(one[1:], one[:-1])[0, 1]) for one in moves.T]
    assert max(followed) < 0.06
    together = np.corrcoef(moves.T)
    assert together[np.triu_indices(5, 1)].min() > 0.4
    assert together[0, 1] == together[np.triu_indices(5, 1)].max()


def test_more_is_traded_when_prices_move() -> None:
    for at in range(5):
        assert np.corrcoef(np.abs(steps(LONG)[:, at]), np.log(LONG["volume"][1:, at]))[0, 1] > 0.3


def test_funding_is_set_at_settlements_leans_with_what_was_and_is_carried_on() -> None:
    changed = np.diff(LONG["funding_rate"], axis=0) != 0
    assert changed[LONG.settles[1:]].all()
    assert not changed[~LONG.settles[1:]].any()
    risen = np.log(LONG.close[12:, 0] / LONG.close[:-12, 0])
    assert np.corrcoef(risen[:-1], LONG["funding_rate"][13:, 0])[0, 1] > 0.2


def test_a_bar_opens_where_the_last_one_closed() -> None:
    np.testing.assert_allclose(LONG["open"][1:], LONG.close[:-1])


@needs_real_bars
def test_the_sizes_are_those_of_the_real_coins() -> None:
    bars = real(8766).bars
    np.testing.assert_allclose(steps(LONG).std(axis=0), steps(bars).std(axis=0), rtol=0.35)
    np.testing.assert_allclose(np.corrcoef(steps(LONG).T), np.corrcoef(steps(bars).T), atol=0.2)
    np.testing.assert_allclose(clustering(LONG), clustering(bars), atol=0.15)
    reach = [np.log(one["high"] / one["low"]).mean(axis=0) for one in (LONG, bars)]
    np.testing.assert_allclose(reach[0], reach[1], rtol=0.35)
