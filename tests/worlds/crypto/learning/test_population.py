"""A whole population on a few weeks of chance: it learns, stays diverse, and goes on where it was killed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from worlds.crypto.config import config_from
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.learning import loop
from worlds.crypto.learning.floor import Floor
from worlds.crypto.learning.loop import iterate
from worlds.crypto.learning.methods import Count
from worlds.crypto.learning.population import Population, Rules, begun, read, told
from worlds.crypto.learning.session import STATE, Task, learn
from worlds.crypto.settings import ROLES
from worlds.errors import WorldError
from worlds.work import Workers

BARS = synthetic(60, 7)
CONFIG = config_from({})
RULES = Rules(every=2)


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor(BARS)


@pytest.fixture(scope="module")
def lived(floor: Floor) -> Population:
    population = begun(5, 1, CONFIG)
    for _ in range(2):
        iterate(population, floor, RULES, 1)
    return population


def task(folder: Path, iterations: int = 3, resume: bool = False, seed: int = 1) -> Task:
    return Task(
        arm="population", seed=seed, rules=RULES, iterations=iterations, config=CONFIG, bars=BARS, folder=folder,
        resume=resume,
    )  # fmt: skip


def test_each_iteration_scores_every_agent_of_every_role(lived: Population) -> None:
    assert len(lived.scores) == 2 * 20
    for row in lived.scores:
        assert 0 <= row["individual"] <= 1
        assert row["total"] == pytest.approx(0.9 * row["score"] + 0.1 * row["bonus"])


def test_the_worst_of_a_role_learn_from_its_best_when_transfer_is_due(lived: Population) -> None:
    assert lived.history[0]["transferred"] == []
    moves = lived.history[1]["transferred"]
    assert {one["role"] for one in moves} == set(ROLES)
    # half of the four who may learn
    assert len(moves) == 8
    for one in moves:
        assert one["from"] != one["to"]
        assert max(abs(share) for share in one["moved"].values()) <= 0.1 + 1e-9


def test_a_state_that_is_read_again_goes_on_to_the_same_numbers(lived: Population, floor: Floor) -> None:
    again = read(json.loads(json.dumps(told(lived))))
    one = read(json.loads(json.dumps(told(lived))))
    iterate(again, floor, RULES, 1)
    iterate(one, Floor(BARS), RULES, 1)  # nothing is remembered there
    assert told(again) == told(one)


def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = learn(task(tmp_path / "whole"))
    calls = iter(range(10))

    def killed(*given: object) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        iterate(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("worlds.crypto.learning.session.iterate", killed)
    with pytest.raises(KeyboardInterrupt):
        learn(task(tmp_path / "killed"))
    monkeypatch.undo()
    assert json.loads((tmp_path / "killed" / STATE).read_text())["population"]["done"] == 2
    again = learn(task(tmp_path / "killed", resume=True))
    assert told(again.population) == told(whole.population)
    assert (again.chosen, again.value) == (whole.chosen, whole.value)


def test_a_state_is_not_overwritten_and_not_taken_for_another_populations(tmp_path: Path) -> None:
    learn(task(tmp_path, iterations=1))
    with pytest.raises(WorldError, match="a run is there already"):
        learn(task(tmp_path, iterations=1))
    with pytest.raises(WorldError, match="another population"):
        learn(task(tmp_path, iterations=1, resume=True, seed=2))


def test_any_number_of_workers_raises_the_same_populations(tmp_path: Path) -> None:
    found = []
    for jobs in (1, 2):
        tasks = [task(tmp_path / f"{jobs}-{seed}", iterations=1, seed=seed) for seed in (1, 2)]
        learned = sorted(Workers(jobs=jobs).spread(learn, tasks), key=lambda one: one.seed)
        found.append([told(one.population) for one in learned])
    assert found[0] == found[1]


def test_agents_that_became_alike_are_mutated_all_but_the_best(lived: Population) -> None:
    population = read(json.loads(json.dumps(told(lived))))
    best = population.best("trader")
    population.teams["trader"] = [replace(one, parameters=best.parameters) for one in population.teams["trader"]]
    population.done = 5
    found = {role: loop._diversity(population, role) for role in ROLES}
    changed = loop._keep_apart(population, RULES, found, seed=1)
    assert changed == [one.id for one in population.teams["trader"] if one.id != best.id]
    assert loop._diversity(population, "trader") > 0.1
    assert population.best("trader").parameters == best.parameters
    population.done = 6
    assert loop._keep_apart(population, RULES, dict.fromkeys(ROLES, 0.0), seed=1) == []


def test_a_pruned_method_is_used_by_nobody_any_more(lived: Population) -> None:
    population = read(json.loads(json.dumps(told(lived))))
    good = {name: Count(10, 9) for name in population.inventories["analyst"] if name != "rsi"}
    population.counts["analyst"] = {**good, "rsi": Count(10, 1)}
    gone = loop._prune(population, RULES)
    assert "analyst rsi" in gone
    assert all(one.parameters["w_rsi"] == 0 for one in population.teams["analyst"])
    assert all(population.inventories[role] for role in ROLES)


def test_who_does_not_learn_keeps_all_its_methods(floor: Floor) -> None:
    static = replace(RULES, transfer=False, diversity=False, prune_every=1, least_rate=1.0)
    population = begun(2, 1, CONFIG)
    before = dict(population.inventories)
    iterate(population, floor, static, 1)
    assert population.inventories == before
    iterate(population, floor, replace(static, transfer=True), 1)
    assert population.inventories != before


def test_a_population_above_five_has_mutated_copies_of_the_variants() -> None:
    team = begun(7, 1, CONFIG).teams["risk"]
    assert [one.parent for one in team] == ["", "", "", "", "", "M1", "M2"]
    assert team[5].variant == team[0].variant
    assert team[5].parameters != team[0].parameters


@pytest.mark.parametrize("how", ["distill", "selective"])
def test_knowledge_moves_by_the_other_ways_as_well(how: str, lived: Population, floor: Floor) -> None:
    population = read(json.loads(json.dumps(told(lived))))
    rules = replace(RULES, how=how)  # type: ignore[arg-type]
    moves = loop._transfer(population, floor, rules)
    assert any(one["moved"] for one in moves)
    assert np.isfinite([share for one in moves for share in one["moved"].values()]).all()
