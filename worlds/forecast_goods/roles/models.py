"""Roles played by a language model: one question a turn, and an explicit fallback where there is no usable answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from numpy.random import Generator
from pydantic import BaseModel

from bots.adapters.llm import Failure
from bots.agents.asking import Objection
from worlds.forecast_goods.actions import NOTHING, Actions
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.roles import answers
from worlds.forecast_goods.roles.heuristic import last_of_period
from worlds.forecast_goods.roles.interface import Policy, View
from worlds.forecast_goods.roles.telling import facts, question
from worlds.models import Line


class Role(NamedTuple):
    """How a role is asked: the shape of the answer, what is wrong with one, and what it means."""

    shape: type[Any]
    objection: Callable[[View, int], Objection[Any]]
    actions: Callable[[Any, View], Actions]


ROLES: Mapping[str, Role] = {
    "analyst": Role(answers.AnalystAnswer, answers.analyst_objection, answers.analyst_actions),
    "trader": Role(answers.TraderAnswer, lambda view, _: answers.trader_objection(view), answers.trader_actions),
    "principal": Role(
        answers.PrincipalAnswer, lambda view, _: answers.principal_objection(view), answers.principal_actions
    ),
}


@dataclass(frozen=True, slots=True)
class ModelPolicy:
    """Asks `line`; a principal in the last round of each period alone. `fallback`: who acts where there is no usable
    answer, nobody where it is None. What a failed question said is never an action."""

    config: Config
    line: Line
    fallback: Policy | None = None

    def act(self, view: View, rng: Generator) -> Actions:
        every = self.config.budgets.every
        if view.role == "principal" and not last_of_period(view.round, every):
            return NOTHING
        role, told = ROLES[view.role], facts(view, every - view.round % every)
        answer = self.line.ask(
            role.shape,
            question(told),
            key=f"round-{view.round}/{view.id}",
            facts=told,
            objection=role.objection(view, self.config.time.horizon),
        )
        if isinstance(answer, Failure):
            return self._without(answer, view, rng)
        value: BaseModel = answer.value
        return role.actions(value, view)

    def _without(self, failure: Failure, view: View, rng: Generator) -> Actions:
        why = f"No usable answer ({failure.kind})"
        if self.fallback is None:
            return replace(NOTHING, reason=f"{why}: nothing done.")
        return replace(self.fallback.act(view, rng), reason=f"{why}: the rule acted instead.")
