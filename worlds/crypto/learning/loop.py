"""The learning itself: try pipelines, score agents, move knowledge, keep diversity, prune methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import ceil
from typing import Any

import numpy as np

from worlds.crypto.data.bars import BARS_A_YEAR
from worlds.crypto.learning import diversity as alike
from worlds.crypto.learning.agents import Agent, mutated, within
from worlds.crypto.learning.floor import Floor
from worlds.crypto.learning.methods import counted, pruned, used_by
from worlds.crypto.learning.pipelines import ELITES, Pipeline, drawn, seats
from worlds.crypto.learning.population import Population, Rules
from worlds.crypto.learning.reference import Reference
from worlds.crypto.learning.scoring import agent_score
from worlds.crypto.learning.space import RANGES, SPANS
from worlds.crypto.learning.streams import generator
from worlds.crypto.learning.transfer import distilled, importance, scheduled, selective, soft_update
from worlds.crypto.learning.trial import Trial, agent_marks, by_role, on_trial
from worlds.crypto.roles.information import of_inventory
from worlds.crypto.settings import ROLES

NEW = 0.5  # weight of the newest score in an agent's standing


def iterate(population: Population, floor: Floor, rules: Rules, seed: int) -> None:
    """Live one iteration. All randomness comes from the seed and the number of the iteration."""
    number = population.done
    floor.allow(population.inventories)
    tried = drawn(population.teams, population.elites, generator(seed, number, "pipelines"))
    window = _window(len(floor.bars), generator(seed, number, "window"))
    trial = on_trial(floor, [seats(one, population.teams) for one in tried], *window, rules.learns)
    _score(population, floor, trial, tried, rules.weight)
    population.elites = _elites(trial, tried)
    _count(population, trial, tried)
    row: dict[str, Any] = {"iteration": number + 1, "best": float(trial.values.max())}
    row |= {
        "mean": float(trial.values.mean()),
        "shapley": dict(by_role(trial)) if rules.learns else {},
        "window": list(window),
    }
    population.done = number + 1
    row["transferred"] = (
        _transfer(population, floor, rules) if _due(population.done, rules.every, rules.transfer) else []
    )
    row["diversity"] = {role: _diversity(population, role) for role in ROLES}
    row["mutated"] = _keep_apart(population, rules, row["diversity"], seed)
    due = _due(population.done, rules.prune_every, rules.learns)
    row["pruned"] = _prune(population, rules) if due else []
    population.history.append(row)
    floor.forget()


def choose(population: Population, floor: Floor) -> tuple[Pipeline, float]:
    """(the pipeline that the population would trade, its value): of the elites and the best of each role the one that
    did best over all the bars to learn from; the higher Sharpe among equals."""
    floor.allow(population.inventories)
    best = tuple(population.best(role).id for role in ROLES)
    candidates = list(dict.fromkeys([*population.elites, (best[0], best[1], best[2], best[3])]))
    trial = on_trial(floor, [seats(one, population.teams) for one in candidates], 0, len(floor.bars), credit=False)
    first = max(range(len(candidates)), key=lambda at: (trial.values[at], trial.marks(at).sharpe))
    return candidates[first], float(trial.values[first])


def _window(bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """A year somewhere in the bars; all of them where they are fewer."""
    start = int(rng.integers(0, max(0, bars - BARS_A_YEAR) + 1))
    return start, min(bars, start + BARS_A_YEAR)


def _due(done: int, every: int, wanted: bool) -> bool:
    return wanted and done % every == 0


def _score(population: Population, floor: Floor, trial: Trial, tried: Sequence[Pipeline], weight: float) -> None:
    """A row for each agent that was in a pipeline, and its new standing."""
    for number, role in enumerate(ROLES):
        team = population.teams[role]
        bonus = dict(zip((one.id for one in team), _bonuses(team, role), strict=True))
        for agent in team:
            at = [index for index, one in enumerate(tried) if one[number] == agent.id]
            if not at:
                continue
            known = {one.id: one.parameters for one in population.teams["analyst"]}
            heard = [known[name] for name in sorted({tried[index][0] for index in at})]
            marks = agent_marks(floor, trial, role, agent.parameters, heard, at)
            score = agent_score(marks.value, trial.values[at], bonus[agent.id], weight)
            row = {"iteration": population.done + 1, "role": role, "agent": agent.id, "variant": agent.variant}
            credit = float(trial.credit[at, number].mean()) if trial.credited else None
            population.scores.append({**row, **asdict(marks), **asdict(score), "shapley": credit, "pipelines": len(at)})
            before = population.standing[role].get(agent.id, score.total)
            population.standing[role][agent.id] = before + NEW * (score.total - before)


def _bonuses(team: Sequence[Agent], role: str) -> list[float]:
    return alike.bonuses([one.parameters for one in team], SPANS[role])


def _elites(trial: Trial, tried: Sequence[Pipeline]) -> list[Pipeline]:
    order = sorted(range(len(tried)), key=lambda at: (-trial.values[at], at))
    return [tried[at] for at in order[:ELITES]]


def _count(population: Population, trial: Trial, tried: Sequence[Pipeline]) -> None:
    good = trial.values > np.median(trial.values)
    for number, role in enumerate(ROLES):
        own = {one.id: one.parameters for one in population.teams[role]}
        inventory = population.inventories[role]
        uses = [
            (name, bool(good[at]))
            for at, pipeline in enumerate(tried)
            for name in used_by(role, own[pipeline[number]], inventory)
        ]
        population.counts[role] = counted(population.counts[role], uses)


def _transfer(population: Population, floor: Floor, rules: Rules) -> list[dict[str, Any]]:
    """The worst of each role learn from its best. Returns who learnt from whom, and which parameters moved how far."""
    tau = scheduled(rules.tau, population.done) if rules.schedule else rules.tau
    reference = Reference(floor, population.inventories) if rules.how != "soft" else None
    moved = []
    for role in ROLES:
        teacher = population.best(role)
        order = sorted(population.teams[role], key=lambda one: population.standing[role].get(one.id, 0.0))
        students = [one for one in order if one.id != teacher.id][: ceil(rules.ratio * (len(order) - 1))]
        for student in students:
            learnt = _learnt(population, role, student, teacher, tau, rules, reference)
            after = within(learnt, RANGES[role])
            moved.append(_move(role, student, teacher, after))
            _replace(population, role, student.with_parameters(after))
    return moved


def _learnt(
    population: Population,
    role: str,
    student: Agent,
    teacher: Agent,
    tau: float,
    rules: Rules,
    reference: Reference | None,
) -> dict[str, float]:
    if reference is None:
        return soft_update(student.parameters, teacher.parameters, tau)
    speakers = population.best("analyst").parameters, population.best("researcher").parameters
    outputs = reference.outputs(role, *speakers)
    if rules.how == "distill":
        return distilled(student.parameters, teacher.parameters, outputs(teacher.parameters), outputs)
    matters = importance(teacher.parameters, SPANS[role], outputs)
    return selective(student.parameters, teacher.parameters, tau, matters)[0]


def _move(role: str, student: Agent, teacher: Agent, after: dict[str, float]) -> dict[str, Any]:
    """By how much each parameter moved, as a share of its span among the variants."""
    spans = {name: high - low for name, (low, high) in SPANS[role].items()}
    shares = {name: (after[name] - student.parameters[name]) / span for name, span in spans.items() if name in after}
    return {
        "role": role,
        "from": teacher.id,
        "to": student.id,
        "moved": {name: share for name, share in shares.items() if share},
    }


def _replace(population: Population, role: str, agent: Agent) -> None:
    population.teams[role] = [agent if one.id == agent.id else one for one in population.teams[role]]


def _diversity(population: Population, role: str) -> float:
    return alike.diversity([one.parameters for one in population.teams[role]], SPANS[role])


def _keep_apart(population: Population, rules: Rules, found: dict[str, float], seed: int) -> list[str]:
    """Mutate all but the best of a role whose agents have become alike. Returns who was mutated."""
    if not _due(population.done, alike.CHECK_EVERY, rules.diversity):
        return []
    changed = []
    for role in (role for role in ROLES if found[role] < alike.LEAST):
        rng, best = generator(seed, population.done, f"mutation {role}"), population.best(role)
        for agent in [one for one in population.teams[role] if one.id != best.id]:
            fresh = within(mutated(agent.parameters, SPANS[role], rng, alike.SPREAD), RANGES[role])
            _replace(population, role, agent.with_parameters(fresh))
            changed.append(agent.id)
    return changed


def _prune(population: Population, rules: Rules) -> list[str]:
    """Methods that did little good leave; counting begins anew for those that stay."""
    gone = []
    for role in ROLES:
        before = population.inventories[role]
        left = pruned(before, population.counts[role], rules.least_uses, rules.least_rate)
        gone += [f"{role} {name}" for name in before if name not in left]
        population.inventories[role], population.counts[role] = left, {}
        if role in ("analyst", "researcher") and left != before:
            team = population.teams[role]
            population.teams[role] = [one.with_parameters(of_inventory(dict(one.parameters), left)) for one in team]
    return gone
