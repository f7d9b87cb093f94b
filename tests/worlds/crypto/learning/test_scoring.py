"""The score as it is written down, the methods that stay, and the pipelines that are tried."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from worlds.crypto.learning.agents import Agent
from worlds.crypto.learning.methods import Count, counted, pruned, used_by
from worlds.crypto.learning.pipelines import drawn
from worlds.crypto.learning.scoring import agent_score, individual
from worlds.crypto.roles.limits import TRADERS
from worlds.crypto.settings import ROLES


def one(value: float) -> np.ndarray:
    return np.array(value)


def test_an_individual_score_is_four_parts_sharpe_three_profit_three_hits() -> None:
    assert individual(one(1.0), one(0.0), one(0.6)) == pytest.approx(0.4 * 0.5 + 0.3 * 0.5 + 0.3 * 0.6)


def test_a_sharpe_above_two_and_a_profit_above_a_twentieth_count_no_more() -> None:
    assert individual(one(163.0), one(9.0), one(1.0)) == pytest.approx(1.0)
    assert individual(one(-5.0), one(-0.9), one(0.0)) == 0


def test_a_total_is_nine_tenths_score_and_one_tenth_diversity() -> None:
    score = agent_score(0.5, np.array([0.2, 0.6]), bonus=0.3)
    expected = 0.4 * 0.5 + 0.4 * 0.4 + 0.2 * np.exp(-0.2 / 0.4)
    assert score.score == pytest.approx(expected)
    assert score.total == pytest.approx(0.9 * expected + 0.03)


def test_pipelines_without_value_are_neither_steady_nor_an_error() -> None:
    assert agent_score(0.0, np.zeros(3), 0.0).steadiness == 1
    assert agent_score(0.0, np.array([-0.1, 0.1]), 0.0).steadiness == 0


def teams(size: int) -> dict[str, list[Agent]]:
    return {role: [Agent(id=f"{role}{n}", variant="", parameters={}) for n in range(size)] for role in ROLES}


@pytest.mark.parametrize("size", [5, 8])
def test_elites_are_tried_again_and_every_agent_has_its_turn(size: int) -> None:
    elites = [tuple(f"{role}1" for role in ROLES)]
    tried = drawn(teams(size), elites, np.random.default_rng(0))  # type: ignore[arg-type]
    assert len(tried) == len(set(tried)) == 25
    assert tried[0] == elites[0]
    for number in range(len(ROLES)):
        turns = Counter(pipeline[number] for pipeline in tried)
        assert len(turns) == size
        assert max(turns.values()) - min(turns.values()) <= 3


def test_no_more_pipelines_are_tried_than_there_are() -> None:
    assert len(drawn(teams(2), [], np.random.default_rng(0))) == 16


def test_methods_that_are_rarely_used_or_rarely_succeed_are_pruned() -> None:
    counts = {"good": Count(10, 8), "poor": Count(10, 2), "rare": Count(2, 2)}
    assert pruned(("good", "poor", "rare", "never"), counts, 5, 0.3) == ("good",)


def test_the_last_method_of_a_role_is_never_pruned() -> None:
    counts = {"bad": Count(10, 1), "worse": Count(10, 0)}
    assert pruned(("bad", "worse"), counts, 5, 0.3) == ("bad",)
    assert pruned(("only",), {}, 5, 0.3) == ("only",)


def test_uses_and_successes_are_counted() -> None:
    assert counted({"rsi": Count(1, 1)}, [("rsi", False), ("macd", True)]) == {"rsi": Count(2, 1), "macd": Count(1, 1)}


def test_a_patient_trader_uses_limit_orders_where_its_role_has_them() -> None:
    assert used_by("trader", TRADERS["contrarian"], ("limit", "market")) == ["limit"]
    assert used_by("trader", TRADERS["contrarian"], ("market",)) == ["market"]
    assert used_by("trader", TRADERS["aggressive"], ("limit", "market")) == ["market"]
