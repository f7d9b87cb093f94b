"""The first phase of a round: research that is checked before it is paid, and forecasts that become goods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.random import Generator

from worlds.forecast_goods.actions import Actions, Issue
from worlds.forecast_goods.budgets import expenditure
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.information.predictions import Prediction
from worlds.forecast_goods.market.settlement import Refusal, free
from worlds.forecast_goods.state import Agent, Good, State
from worlds.forecast_goods.streams import generator

# what each role may do; a wish beyond it is refused
MAY = {
    "analyst": ("research", "predictions"),
    "trader": ("research", "offers", "bids", "bets"),
    "principal": ("allocation",),
}
PARTS = ("research", "predictions", "offers", "bids", "bets", "allocation")


@dataclass(slots=True)
class Opened:
    """`research`: cents paid, by agent and asset; `issued`: forecasts that stand."""

    research: dict[str, dict[str, int]] = field(default_factory=dict)
    issued: list[Prediction] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def permitted(given: Mapping[str, Actions], state: State) -> tuple[dict[str, Actions], list[Refusal]]:
    """What each agent's role lets it do, and what it does not."""
    found: dict[str, Actions] = {}
    refusals: list[Refusal] = []
    for name, actions in given.items():
        role, parts = state.agents[name].role, {part: getattr(actions, part) for part in PARTS}
        beyond = [part for part, wish in parts.items() if wish and part not in MAY[role]]
        wrong = "" if beyond or not parts["allocation"] else _unfit(parts["allocation"], state.agents[name], state)
        refusals += [Refusal(name, part, f"{part} are not for a {role}") for part in beyond]
        if wrong:
            refusals.append(Refusal(name, "allocation", wrong))
        left = {part: wish for part, wish in parts.items() if wish and part not in beyond and not wrong}
        found[name] = Actions(**left, explanation=actions.explanation, reason=actions.reason)
    return found, refusals


def _unfit(weights: Mapping[str, float], principal: Agent, state: State) -> str:
    team = [one.id for one in state.agents.values() if one.team == principal.team and one.role != "principal"]
    strange = sorted(set(weights) - set(team))
    if strange:
        return f"{strange[0]!r} is no member of the team: {', '.join(team)}"
    fit = all(math.isfinite(one) and one >= 0 for one in weights.values()) and 0 < sum(weights.values()) < math.inf
    return "" if fit else "expected weights from 0, one above 0"


def opened(state: State, config: Config, given: Mapping[str, Actions]) -> Opened:
    """Pay for research and issue forecasts, agent by agent in order."""
    done, rng = Opened(), generator(state.seed, state.round, "goods")
    for name, actions in given.items():
        agent = state.agents[name]
        _research(state, config, agent, actions.research, done)
        if agent.role == "analyst":
            _issue(state, config, agent, actions.predictions, done, rng)
    return done


def _research(state: State, config: Config, agent: Agent, wish: Mapping[str, int], done: Opened) -> None:
    for asset, cents in sorted(wish.items()):
        cash = free(agent, config.market.credit, config.market.payout, state.makers)
        wrong = expenditure.refused(agent, cents, cash, config.budgets.mode)
        if asset not in config.information.names:
            wrong = f"no asset {asset!r}"
        if wrong:
            done.refusals.append(Refusal(agent.id, "research", wrong))
        elif cents:
            agent.cash -= cents
            agent.spent += cents
            state.outside += cents
            done.research.setdefault(agent.id, {})[asset] = cents


def _issue(state: State, config: Config, agent: Agent, issues: tuple[Issue, ...], done: Opened, rng: Generator) -> None:
    """Of each asset one forecast a round is wanted; what is not wanted is neither refused nor counted as coverage."""
    stand = []
    for number, issue in enumerate(issues):
        wrong = _wrong(config, issue)
        if wrong:
            done.refusals.append(Refusal(agent.id, "prediction", wrong))
            continue
        one = _prediction(state, config, agent, issue)
        stand.append(one)
        if one.matures_at > state.round:
            good = _good(state, config, agent, one, number, rng)
            state.goods[good.id] = good
    agent.wanted += len(config.information.names)
    agent.made += len({one.asset for one in stand})
    state.predictions += stand
    done.issued += stand


def _wrong(config: Config, issue: Issue) -> str:
    if issue.asset not in config.information.names:
        return f"no asset {issue.asset!r}: known are {', '.join(config.information.names)}"
    if not 1 <= issue.horizon <= config.time.horizon:
        return f"horizon {issue.horizon}: expected 1 to {config.time.horizon} rounds"
    if not 0 <= issue.probability <= 1:
        return f"probability {issue.probability}: expected from 0 to 1"
    if issue.strike is not None and not (math.isfinite(issue.strike) and issue.strike > 0):
        return f"strike {issue.strike}: expected a level above 0"
    return ""


def _prediction(state: State, config: Config, agent: Agent, issue: Issue) -> Prediction:
    now = state.index.levels[config.information.place(issue.asset)]
    strike = now if issue.strike is None else float(issue.strike)
    return Prediction(agent.id, issue.asset, strike, float(issue.probability), state.round, issue.horizon)


def _good(state: State, config: Config, agent: Agent, one: Prediction, number: int, rng: Generator) -> Good:
    market = config.market
    return Good(
        id=f"{agent.id}/{state.round}.{number}",
        producer=agent.id,
        team=agent.team,
        asset=one.asset,
        strike=one.strike,
        matures_at=one.matures_at,
        probability=one.probability,
        quality=max(one.probability, 1 - one.probability),
        unit_cost=int(rng.integers(market.cost_low, market.cost_high + 1)),
        rival=market.rival,
        stock=market.stock,
    )
