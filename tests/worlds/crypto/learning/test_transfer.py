"""Knowledge moves towards the best agent, and no further; diversity falls with it, and is restored."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.crypto.desk.tape import Floats
from worlds.crypto.learning.agents import Parameters, mutated, within
from worlds.crypto.learning.diversity import LEAST, SPREAD, bonuses, distance, diversity
from worlds.crypto.learning.space import RANGES, SPANS, VARIANTS
from worlds.crypto.learning.transfer import distilled, importance, scheduled, selective, soft_update
from worlds.crypto.settings import ROLES

SLOPES = {"a": (0.0, 1.0), "b": (0.0, 2.0), "c": (0.0, 1.0)}
INPUTS = np.linspace(-1, 1, 21)


def line(own: Parameters) -> Floats:
    """Outputs in which `c` does not matter."""
    return np.asarray(own["a"] + own["b"] * INPUTS + 0 * own["c"])


def test_a_gap_decays_geometrically_under_soft_updates() -> None:
    student, teacher = {"a": 0.0, "b": 5.0}, {"a": 1.0, "b": 3.0}
    for done in range(1, 31):
        student = soft_update(student, teacher, 0.1)
        assert 1 - student["a"] == pytest.approx(0.9**done)
        assert student["b"] - 3 == pytest.approx(2 * 0.9**done)


def test_what_the_teacher_does_not_have_stays() -> None:
    assert soft_update({"a": 0.0, "own": 4.0}, {"a": 1.0}, 0.5) == {"a": 0.5, "own": 4.0}


def test_the_schedule_falls_from_twice_tau_to_half_of_it_over_100_iterations() -> None:
    found = [scheduled(0.1, iteration) for iteration in (0, 50, 100, 500)]
    assert found == pytest.approx([0.2, 0.125, 0.05, 0.05])


def test_distillation_brings_the_outputs_nearer_to_the_teachers() -> None:
    teacher, student = {"a": 0.9, "b": 1.8, "c": 0.9}, {"a": 0.1, "b": 0.2, "c": 0.1}
    fitted = distilled(student, teacher, line(teacher), line)
    assert np.abs(line(fitted) - line(teacher)).max() < 1e-12
    assert fitted["c"] == 0.1  # it has no part in the outputs


def test_distillation_never_makes_the_outputs_differ_more() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        teacher, student = ({name: rng.uniform(*SLOPES[name]) for name in SLOPES} for _ in range(2))
        goal = line(teacher) ** 2
        fitted = distilled(student, teacher, goal, lambda own: line(own) ** 2)
        before, after = (np.square(line(own) ** 2 - goal).mean() for own in (student, fitted))
        assert after <= before


def test_selective_transfer_moves_only_parameters_whose_ablation_matters() -> None:
    teacher, student = {"a": 0.5, "b": 1.9, "c": 0.0}, {"a": 0.0, "b": 0.0, "c": 1.0}
    after, moved = selective(student, teacher, 0.5, importance(teacher, SLOPES, line))
    assert moved == ["b"]
    assert after == {"a": 0.0, "b": 0.95, "c": 1.0}


@pytest.mark.parametrize("role", ROLES)
def test_the_variants_of_a_role_are_diverse_and_within_their_ranges(role: str) -> None:
    variants = list(VARIANTS[role].values())
    assert len(variants) == 5
    assert diversity(variants, SPANS[role]) > 2 * LEAST
    for own in variants:
        assert within(own, RANGES[role]) == own


@pytest.mark.parametrize("role", ROLES)
def test_diversity_falls_under_contraction_and_mutation_restores_it(role: str) -> None:
    spans = SPANS[role]
    agents = [dict(one) for one in VARIANTS[role].values()]
    before = diversity(agents, spans)
    agents = [agents[0], *(soft_update(one, agents[0], 0.8) for one in agents[1:])]
    assert diversity(agents, spans) == pytest.approx(0.2 * before)
    assert diversity(agents, spans) < LEAST
    rng = np.random.default_rng(2)
    agents = [agents[0], *(mutated(one, spans, rng, SPREAD) for one in agents[1:])]
    assert diversity(agents, spans) > 0.1


def test_agents_that_are_the_same_have_no_diversity_and_opposite_corners_have_all_of_it() -> None:
    low, high = ({name: SLOPES[name][at] for name in SLOPES} for at in (0, 1))
    assert diversity([low, low, low], SLOPES) == 0
    assert distance(low, high, SLOPES) == 1
    assert bonuses([low, low, high], SLOPES) == [0.5, 0.5, 1.0]
