"""Who plays whom, and everybody's actions of a round: the same however many act at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from worlds.forecast_goods.actions import Actions
from worlds.forecast_goods.checks import known
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.roles.heuristic import HeuristicPolicy
from worlds.forecast_goods.roles.interface import ROLES, Policy, View
from worlds.forecast_goods.roles.models import ModelPolicy
from worlds.forecast_goods.roles.random import RandomPolicy
from worlds.forecast_goods.roles.views import views
from worlds.forecast_goods.state import State
from worlds.forecast_goods.streams import generator
from worlds.models import Line

# By agent, or by role for all who are not named.
Cast = Mapping[str, Policy]
RULES: Mapping[str, Callable[[Config], Policy]] = {"heuristic": HeuristicPolicy, "random": RandomPolicy}


def rule(name: str, config: Config) -> Policy:
    """The rule of that name. Raises WorldError."""
    known("policy", name, tuple(RULES))
    return RULES[name](config)


def heuristic_policies(config: Config) -> Cast:
    return dict.fromkeys(ROLES, rule("heuristic", config))


def cast(config: Config, name: str, line: Line | None = None, roles: Iterable[str] = ROLES, fallback: str = "") -> Cast:
    """`name` plays `roles`, the heuristic the others. `line`: to the model of that name, None for a rule; `fallback`:
    the rule that acts where a model has no usable answer, "" for nobody. Raises WorldError."""
    roles = tuple(roles)
    for role in roles:
        known("role", role, ROLES)
    stands_in = rule(fallback, config) if fallback else None
    player: Policy = rule(name, config) if line is None else ModelPolicy(config, line, stands_in)
    return {**heuristic_policies(config), **dict.fromkeys(roles, player)}


def everybody(state: State, config: Config, policies: Cast, workers: int = 1) -> dict[str, Actions]:
    """What each agent does in the next round, in order; `workers` at a time. What a policy raises ends it."""
    seen = views(state, config)
    players = {name: policies[name] if name in policies else policies[view.role] for name, view in seen.items()}

    def act(view: View) -> Actions:
        return players[view.id].act(view, generator(state.seed, state.round, f"policy/{view.id}"))

    if workers == 1:
        return {name: act(view) for name, view in seen.items()}
    pool = ThreadPoolExecutor(workers)
    try:
        return dict(zip(seen, pool.map(act, seen.values()), strict=True))
    finally:
        # who still waits is not asked when a model is gone
        pool.shutdown(cancel_futures=True)
