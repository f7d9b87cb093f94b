"""What the risk role lets through: the wish, a smaller one, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from worlds.crypto.desk.verdicts import CHECKS, HARD, PASS, SOFT, first_objection, judged
from worlds.crypto.methods.risk import Z99, Situation, Wish

LIMITS = {"max_leverage": 5.0, "max_size": 0.3, "daily_loss": 0.05, "max_drawdown": 0.2, "margin_buffer": 0.2}
ON = {name: np.array([[True]]) for name in CHECKS}


def wish(size: float = 0.1, leverage: float = 1.0, stop: float = 0.02) -> Wish:
    """A long in the first of two coins."""
    row = np.ones((1, 2))
    return Wish(side=np.array([[1.0, 0.0]]), size=size * row, leverage=leverage * row, stop=stop * row)


def now(sigma: float = 0.005, **changes: float) -> Situation:
    """Nothing is held, nothing is lost; the coins move together."""
    calm = Situation(
        exposure=np.zeros((1, 2)),
        posted=np.zeros((1, 2)),
        lost_today=np.zeros((1, 1)),
        drawdown=np.zeros((1, 1)),
        sigma=np.full(2, sigma),
        covariance=np.full((2, 2), sigma**2),
        limits={name: np.full((1, 1), value) for name, value in LIMITS.items()},
        maintenance=0.01,
    )
    arrays: dict[str, Any] = {name: np.full(getattr(calm, name).shape, value) for name, value in changes.items()}
    return replace(calm, **arrays)


def verdicts(of: Wish, at: Situation) -> tuple[Wish, dict[str, int]]:
    granted, codes = judged(of, at, ON)
    return granted, {name: int(one[0, 0]) for name, one in codes.items()}


def test_a_modest_wish_passes_unchanged() -> None:
    granted, codes = verdicts(wish(), now())
    assert (granted.side[0, 0], granted.size[0, 0], granted.leverage[0, 0]) == (1, 0.1, 1)
    assert set(codes.values()) == {PASS}


def test_too_much_leverage_is_clamped_and_checked_once_more() -> None:
    granted, codes = verdicts(wish(leverage=8.0), now())
    assert (granted.leverage[0, 0], codes["leverage"]) == (5, SOFT)


def test_a_position_that_is_too_large_is_clamped() -> None:
    granted, codes = verdicts(wish(size=0.5), now())
    assert (granted.size[0, 0], codes["size"]) == (0.3, SOFT)


def test_a_trade_whose_bad_day_costs_more_than_the_days_limit_is_clamped_to_what_is_left() -> None:
    granted, codes = verdicts(wish(size=0.3, leverage=5.0), now(sigma=0.01, lost_today=0.02))
    bad_day = Z99 * 0.01 * np.sqrt(6) * granted.size[0, 0] * granted.leverage[0, 0]
    assert codes["var99"] == SOFT
    assert bad_day == pytest.approx(0.03)


def test_after_the_days_limit_is_lost_there_is_no_trade() -> None:
    granted, codes = verdicts(wish(), now(lost_today=0.06))
    assert (granted.side[0, 0], codes["var99"]) == (0, HARD)


def test_liquidation_must_stand_beyond_a_bad_days_move() -> None:
    granted, codes = verdicts(wish(size=0.02, leverage=5.0), now(sigma=0.05))
    assert codes["liquidation_distance"] == SOFT
    assert 1 / granted.leverage[0, 0] - 0.01 >= 1.5 * Z99 * 0.05 * np.sqrt(6) - 1e-9


def test_the_buffer_of_margin_stays_free() -> None:
    granted, codes = verdicts(wish(size=0.2), now(posted=0.35))
    assert codes["margin"] == SOFT
    assert granted.size[0, 0] + 0.7 == pytest.approx(0.8)


def test_all_positions_together_stay_within_what_is_left_of_the_drawdown_limit() -> None:
    granted, codes = verdicts(wish(size=0.3, leverage=3.0), now(sigma=0.01, exposure=0.5, drawdown=0.1))
    total = 2 * 0.5 + granted.size[0, 0] * granted.leverage[0, 0]
    assert codes["global_var"] == SOFT
    assert Z99 * 0.01 * np.sqrt(6) * total == pytest.approx(0.1)


def test_beyond_the_drawdown_limit_nothing_is_opened() -> None:
    assert verdicts(wish(), now(drawdown=0.25))[1]["global_var"] == HARD


def test_less_than_a_tenth_of_a_wish_is_not_worth_its_fees() -> None:
    granted, codes = verdicts(wish(size=0.3), now(sigma=0.01, lost_today=0.0499))
    assert (granted.side[0, 0], codes["var99"]) == (0, HARD)


def test_the_first_objection_is_named_by_its_place_among_all_checks_also_where_some_are_not_made() -> None:
    some = {name: ON[name] for name in ("size", "margin", "global_var")}
    _, codes = judged(wish(), now(drawdown=0.25), some)
    worst, check = first_objection(codes)
    assert (worst[0, 0], CHECKS[check[0, 0]]) == (HARD, "global_var")


def test_a_check_that_a_lane_does_not_make_holds_nothing_back() -> None:
    off = {**ON, "leverage": np.array([[False]]), "liquidation_distance": np.array([[False]])}
    assert judged(wish(leverage=8.0), now(), off)[0].leverage[0, 0] == 8
