"""Research spending against budgets: checked before it happens, flagged after, and begun anew each period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from worlds.forecast_goods.budgets.rounding import whole_parts
from worlds.forecast_goods.state import Agent


def refused(agent: Agent, cents: int, free: int, mode: str) -> str:
    """Why research for `cents` is not paid for, or "". `free`: cash that the agent may spend; `mode` "hard" holds it to
    its budget, too."""
    if cents < 0:
        return f"{cents} cents: expected cents from 0"
    if cents > free:
        return f"{cents} cents are wanted and {free} there"
    if mode == "hard" and agent.spent + cents > agent.budget:
        return f"{agent.spent + cents} cents would be more than the budget of {agent.budget}"
    return ""


def flag(agents: Iterable[Agent]) -> list[str]:
    """Mark those who have spent more than their budget, strictly; ids of those marked now. `overs` counts periods."""
    marked = [agent for agent in agents if agent.spent > agent.budget and not agent.over]
    for agent in marked:
        agent.over = True
        agent.overs += 1
    return [agent.id for agent in marked]


def fines(agents: Iterable[Agent], penalty: float) -> dict[str, int]:
    """Cents that mode "penalty" cuts from next budgets: a share of what was spent above this one."""
    return {one.id: int(penalty * (one.spent - one.budget)) for one in agents if one.over and one.spent > one.budget}


def fined(budgets: Mapping[str, int], fines: Mapping[str, int], floor: int) -> dict[str, int]:
    """Budgets less fines, at least `floor`; what is cut goes in equal parts to those without a fine, so that the sum
    stays. Where everybody is fined, nobody is."""
    others = [name for name in sorted(budgets) if not fines.get(name)]
    if not others:
        return dict(budgets)
    cut = {name: max(0, min(fines.get(name, 0), cents - floor)) for name, cents in budgets.items()}
    shares = whole_parts(dict.fromkeys(others, 1.0), sum(cut.values()))
    return {name: cents - cut[name] + shares.get(name, 0) for name, cents in budgets.items()}


def begin_period(agents: Iterable[Agent]) -> None:
    """Nothing spent, nobody flagged."""
    for agent in agents:
        agent.spent, agent.over = 0, False
