"""Nothing is decided with what only the future knows, and nothing is earned from noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.worlds.crypto.desk.builders import FREE, bars_of_chance
from worlds.crypto.data.bars import Bars
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.evaluation.baselines import HOLD, baselines
from worlds.crypto.evaluation.lookahead import known_rows, look
from worlds.crypto.evaluation.metrics import sharpe
from worlds.crypto.learning.floor import Floor, Seats
from worlds.crypto.learning.space import VARIANTS
from worlds.crypto.settings import ROLES

CUT = 330
TEAMS = [list(VARIANTS[role].values()) for role in ROLES]


def test_nothing_changes_when_the_future_is_cut_off_or_turned_to_nonsense() -> None:
    findings = list(look(synthetic(65, 11), [CUT], np.random.default_rng(1)))
    assert {one.how for one in findings} == {"cut off", "corrupted"}
    assert len({one.what for one in findings}) > 30
    assert [one for one in findings if one.changed] == []


def test_a_desk_that_knows_tomorrows_close_is_found_out() -> None:
    def leaking(bars: Bars, cross: bool) -> dict[str, Any]:
        tomorrow = np.vstack([bars.close[1:], bars.close[-1:]])
        return {"honest": bars.close, "leaking": tomorrow}

    findings = list(look(synthetic(30, 11), [100], np.random.default_rng(1), known=leaking))
    assert {one.what for one in findings if one.changed} == {"leaking"}
    assert all(one.first == 99 for one in findings if one.changed)


def test_the_whole_desk_is_looked_at() -> None:
    names = " ".join(known_rows(synthetic(30, 1)))
    for role, team in zip(("analyst", "researcher", "trader"), ROLES, strict=False):
        for variant in VARIANTS[team]:
            assert f"{role} {variant}" in names
    assert "equity of pipeline 5" in names


def test_shuffled_returns_bring_a_sharpe_about_zero_before_costs() -> None:
    """Four markets of noise, five pipelines each: a desk that earned 163 on noise would be seen."""
    found = []
    for seed in range(4):
        floor = Floor(bars_of_chance(seed, count=500, funding=0.0), FREE)
        seats = [Seats(*(team[number] for team in TEAMS)) for number in range(5)]
        found += sharpe(floor.trade(seats, 100).returns).tolist()
    # over 400 bars the deviation of a Sharpe ratio is sqrt(2190 / 400) = 2.3; five pipelines share a market
    assert abs(np.mean(found)) < 2.3
    assert np.abs(found).max() < 3 * 2.4


def test_who_holds_the_coins_earns_what_the_coins_earn() -> None:
    floor = Floor(bars_of_chance(3, count=200, coins=2))
    result = baselines(floor.tape, 0, 200, FREE)
    close, opened = floor.tape.close, floor.tape.open
    earned = (close[-1] / opened[1] - 1).mean()
    assert HOLD == "buy and hold"
    assert result.equity[-1, 0] / 100_000 - 1 == pytest.approx(earned, rel=1e-6)
