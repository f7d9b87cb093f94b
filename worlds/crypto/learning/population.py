"""A population of agents: how it begins, and what it keeps from one iteration to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from worlds.crypto.learning.agents import Agent, mutated
from worlds.crypto.learning.methods import Count
from worlds.crypto.learning.pipelines import Pipeline
from worlds.crypto.learning.space import SPANS, VARIANTS
from worlds.crypto.learning.streams import generator
from worlds.crypto.learning.transfer import Transfer
from worlds.crypto.methods.registry import installed_methods
from worlds.crypto.roles.information import of_inventory
from worlds.crypto.settings import ROLES, Config

LETTERS = dict(zip(ROLES, "ARTM", strict=True))
COPY_SPREAD = 0.1  # of a parameter's span among the variants: what a copy of a variant differs by


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a population learns. `size`: agents of a role; `every`: iterations from one transfer to the next; `tau`: how
    far a soft update goes; `schedule`: from 2 tau down to tau / 2; `ratio`: share of a role's agents, from the worst,
    that learn; `weight`: of the diversity bonus; `transfer`, `diversity`: whether knowledge moves at all, and whether
    agents are mutated when they become alike."""

    size: int = 5
    every: int = 10
    tau: float = 0.1
    schedule: bool = False
    how: Transfer = "soft"
    ratio: float = 0.5
    weight: float = 0.1
    transfer: bool = True
    diversity: bool = True
    prune_every: int = 50
    least_uses: int = 5
    least_rate: float = 0.3

    @property
    def learns(self) -> bool:
        """A population that neither moves knowledge nor mutates needs no credit for its roles, and keeps all its
        methods."""
        return self.transfer or self.diversity


def rules_from(config: Config, **changes: Any) -> Rules:
    """What the configuration says; `changes` as `Rules` names them."""
    population, learning = config.population, config.learning
    said = Rules(
        size=population.size,
        every=population.transfer_frequency,
        tau=population.transfer_tau,
        weight=population.diversity_weight,
        ratio=learning.transfer_ratio,
        prune_every=learning.pruning_frequency,
        least_uses=learning.min_usage_threshold,
        least_rate=learning.min_success_rate,
    )
    return Rules(**{**asdict(said), **changes})


@dataclass(slots=True)
class Population:
    """`done`: iterations lived; `teams`: agents by role; `standing`: their smoothed totals; `elites`: the best
    pipelines of the last iteration; `counts`: of methods, by role; `inventories`: the methods that each role still
    has; `scores`, `history`: a row for each agent, or one, an iteration."""

    done: int
    teams: dict[str, list[Agent]]
    inventories: dict[str, tuple[str, ...]]
    standing: dict[str, dict[str, float]] = field(default_factory=lambda: {role: {} for role in ROLES})
    elites: list[Pipeline] = field(default_factory=list)
    counts: dict[str, dict[str, Count]] = field(default_factory=lambda: {role: {} for role in ROLES})
    scores: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)

    def best(self, role: str) -> Agent:
        """Of a role, by standing; the first where nobody has one."""
        return max(self.teams[role], key=lambda one: self.standing[role].get(one.id, 0.0))


def begun(size: int, seed: int, config: Config) -> Population:
    """The first `size` variants of each role; above five, mutated copies of them in turn."""
    inventories = {role: config.agents[role].inventory or tuple(installed_methods(role)) for role in ROLES}
    return Population(0, {role: _team(role, size, seed, inventories[role]) for role in ROLES}, inventories)


def _team(role: str, size: int, seed: int, inventory: tuple[str, ...]) -> list[Agent]:
    names, rng = list(VARIANTS[role]), generator(seed, 0, f"copies {role}")
    team: list[Agent] = []
    for number in range(size):
        name = names[number % len(names)]
        own = dict(VARIANTS[role][name])
        if number >= len(names):
            own = mutated(own, SPANS[role], rng, COPY_SPREAD)
        if role in ("analyst", "researcher"):
            own = of_inventory(own, inventory)
        parent = f"{LETTERS[role]}{number % len(names) + 1}" if number >= len(names) else ""
        team.append(Agent(id=f"{LETTERS[role]}{number + 1}", variant=name, parameters=own, parent=parent))
    return team


def told(population: Population) -> dict[str, Any]:
    """The population as plain values, from which `read` makes the same numbers again."""
    return asdict(population)


def read(document: Mapping[str, Any]) -> Population:
    """What `told` told. Raises KeyError or TypeError where it is something else."""
    return Population(
        done=document["done"],
        teams={role: [Agent(**one) for one in document["teams"][role]] for role in ROLES},
        inventories={role: tuple(document["inventories"][role]) for role in ROLES},
        standing={role: dict(document["standing"][role]) for role in ROLES},
        elites=[(one[0], one[1], one[2], one[3]) for one in document["elites"]],
        counts={role: {name: Count(**one) for name, one in document["counts"][role].items()} for role in ROLES},
        scores=list(document["scores"]),
        history=list(document["history"]),
    )
