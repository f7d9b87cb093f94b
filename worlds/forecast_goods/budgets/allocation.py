"""Who gets which budget in the next period: by the config's rule, on one level or to teams and then to members.

A level is always the same: names with budgets, weights, a total that stays to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from worlds.forecast_goods.budgets import bandit
from worlds.forecast_goods.budgets.expenditure import fined, fines
from worlds.forecast_goods.budgets.performance import Record, performance, record
from worlds.forecast_goods.budgets.pivot import pivot, softmax
from worlds.forecast_goods.config import Budgets
from worlds.forecast_goods.state import Agent

Weights = Mapping[str, float]


def allocated(agents: Sequence[Agent], config: Budgets, wishes: Mapping[str, Weights]) -> dict[str, int]:
    """Next budgets of `agents`, who have the same sum. Moves the bandit's weights. `wishes`: principals' weights of
    their members, by team, where the rule leaves it to them."""
    if config.levels == 1:
        return _members(agents, sum(one.budget for one in agents), config, None)
    teams: dict[str, list[Agent]] = {}
    for agent in agents:
        teams.setdefault(agent.team, []).append(agent)
    after: dict[str, int] = {}
    for team, total in _teams(teams, config).items():
        after |= _members(teams[team], total, config, wishes.get(team))
    return after


def _teams(teams: Mapping[str, Sequence[Agent]], config: Budgets) -> dict[str, int]:
    """What each team has to give. Teams are judged by a member's mean gain, all scores, and overspending a head."""
    records = {}
    for name, members in teams.items():
        one = record((deed for agent in members for deed in agent.deeds), config.window)
        records[name] = Record(one.surplus / len(members), one.brier, one.over / len(members))
    budgets = {name: sum(one.budget for one in members) for name, members in teams.items()}
    weights = softmax(performance(records, config), config.kappa)
    floors = {name: config.floor * len(members) for name, members in teams.items()}
    above = {name: budgets[name] - floors[name] for name in teams}
    # teams may differ in size: floors first, then the pivot of what is above them
    moved = pivot(above, weights, config.rho)
    return {name: floors[name] + moved[name] for name in teams}


def _members(members: Sequence[Agent], total: int, config: Budgets, wish: Weights | None) -> dict[str, int]:
    budgets = {one.id: one.budget for one in members}
    after = pivot(budgets, _weights(members, config, wish), config.rho, config.floor, total)
    return fined(after, fines(members, config.penalty), config.floor) if config.mode == "penalty" else after


def _weights(members: Sequence[Agent], config: Budgets, wish: Weights | None) -> dict[str, float]:
    if config.rule == "principal" and wish:
        whole = sum(wish.values())
        return {one.id: wish.get(one.id, 0.0) / whole for one in members}
    weights: dict[str, float] = {}
    for group in _peers(members, config):
        # what is due to their heads, shared by what they did
        due = len(group) / len(members)
        weights |= {name: due * share for name, share in _shares(group, config).items()}
    return weights


def _peers(members: Sequence[Agent], config: Budgets) -> Iterable[Sequence[Agent]]:
    """Who is compared with whom: where all are, whoever sells beats whoever forecasts, whatever they did."""
    groups: dict[str, list[Agent]] = {}
    for one in members:
        groups.setdefault(one.role if config.peers == "role" else "", []).append(one)
    return groups.values()


def _shares(peers: Sequence[Agent], config: Budgets) -> dict[str, float]:
    judged = performance({one.id: record(one.deeds, config.window) for one in peers}, config)
    if config.rule != "bandit":
        return softmax(judged, config.kappa)
    learned = bandit.learned({one.id: one.weight for one in peers}, judged, config.eta)
    for one in peers:
        one.weight = learned[one.id]
    return bandit.shares(learned, config.epsilon)
