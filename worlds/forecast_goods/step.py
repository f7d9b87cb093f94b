"""One round of the economy, in its order: actions, market, information, budgets, time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from worlds.errors import WorldError
from worlds.forecast_goods import betting, informing, opening, trading
from worlds.forecast_goods.actions import NOTHING, Actions
from worlds.forecast_goods.betting import Fill, Payout
from worlds.forecast_goods.budgets import allocation, expenditure
from worlds.forecast_goods.chain import canonical
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.information.predictions import Prediction, Resolution
from worlds.forecast_goods.informing import Delivery
from worlds.forecast_goods.market import demand
from worlds.forecast_goods.market.efficiency import Efficiency
from worlds.forecast_goods.market.settlement import Refusal, Trade
from worlds.forecast_goods.state import Agent, Deeds, State, named, told
from worlds.forecast_goods.streams import generator


@dataclass(slots=True, kw_only=True)
class Round:
    """What happened in a round, for records. `demand`: state, A and B when the market met; `regime`: of the index's
    step. Nothing here is shown to who plays."""

    round: int
    actions: Mapping[str, Actions]
    demand: tuple[int, float, float]
    research: dict[str, dict[str, int]] = field(default_factory=dict)
    issued: list[Prediction] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    efficiency: dict[str, Efficiency] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    levels: tuple[float, ...] = ()
    regime: int = 0
    resolutions: list[Resolution] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    budgets: dict[str, int] = field(default_factory=dict)
    deeds: dict[str, Deeds] = field(default_factory=dict)
    hash: str = ""


def step(state: State, config: Config, actions: Mapping[str, Actions] | None = None) -> Round:
    """Play the next round of `state`, in place, and return what happened. `actions` by agent: made on what was known
    when the last round ended; None lets the rule-based roles act. Raises WorldError for an agent that there is not."""
    wished = _complete(state, _rule_based(state, config) if actions is None else actions)
    given, refusals = opening.permitted(wished, state)
    done = _begun(state, config, given)
    done.refusals += refusals
    _actions(state, config, done)
    _market(state, config, done)
    _information(state, config, done)
    done.over = expenditure.flag(state.agents.values())
    for name in done.over:
        done.deeds[name].over = 1
    _remember(state, config, done)
    if (state.round + 1) % config.budgets.every == 0:
        _budgets(state, config, done)
    _end(state, config, done)
    return done


def _rule_based(state: State, config: Config) -> Mapping[str, Actions]:
    # policies know the economy, which does not know them
    from worlds.forecast_goods.roles.casting import everybody, heuristic_policies

    return everybody(state, config, heuristic_policies(config))


def _complete(state: State, actions: Mapping[str, Actions]) -> dict[str, Actions]:
    strange = sorted(set(actions) - set(state.agents))
    if strange:
        raise WorldError(f"Unknown agent '{strange[0]}'. Known: {', '.join(state.agents)}.")
    return {name: actions.get(name, NOTHING) for name in state.agents}


def _begun(state: State, config: Config, given: Mapping[str, Actions]) -> Round:
    where = (state.demand.state, *demand.curve(state.demand, config.demand))
    return Round(round=state.round, actions=given, demand=where, deeds={name: Deeds() for name in state.agents})


def _actions(state: State, config: Config, done: Round) -> None:
    """0: what was decided on what was known; research is checked before it is paid."""
    opened = opening.opened(state, config, done.actions)
    done.research, done.issued = opened.research, opened.issued
    done.refusals += opened.refusals


def _market(state: State, config: Config, done: Round) -> None:
    """1: match and settle; then demand moves."""
    if config.market.matching == "lmsr":
        done.fills, refusals = betting.bet(state, config, done.actions)
    else:
        session = trading.trade(state, config, done.actions, done.deeds)
        done.trades, done.efficiency, refusals = session.trades, session.efficiency, session.refusals
    done.refusals += refusals
    state.demand = demand.moved(state.demand, config.demand, generator(state.seed, state.round, "demand"))


def _information(state: State, config: Config, done: Round) -> None:
    """2: indices, scores, news."""
    done.resolutions, done.deliveries = informing.inform(state, config, done.research, done.deeds)
    done.payouts = betting.pay_out(state, config, done.deeds)
    done.levels, done.regime = state.index.levels, state.index.regime


def _remember(state: State, config: Config, done: Round) -> None:
    """Deeds of the window; goods that nobody can buy any more are gone, from shelves and from hands."""
    for agent in state.agents.values():
        agent.deeds = [*agent.deeds, done.deeds[agent.id]][-config.budgets.window :]
    gone = {name for name, good in state.goods.items() if good.matures_at <= state.round}
    for name in gone:
        del state.goods[name]
    for agent in state.agents.values():
        for name in gone & agent.holdings.keys():
            del agent.holdings[name]


def _budgets(state: State, config: Config, done: Round) -> None:
    """4: budgets of the next period, and nothing spent yet."""
    staff = members(state)
    done.budgets = allocation.allocated(staff, config.budgets, _wishes(state, done.actions))
    for agent in staff:
        agent.budget = done.budgets[agent.id]
    expenditure.begin_period(staff)


def _wishes(state: State, given: Mapping[str, Actions]) -> dict[str, Mapping[str, float]]:
    return {state.agents[name].team: one.allocation for name, one in given.items() if one.allocation}


def _end(state: State, config: Config, done: Round) -> None:
    """5: time goes on; what happened and what is now enter the log."""
    for kind, data in entries(done):
        state.chain.append(done.round, kind, data)
    state.round += 1
    betting.open_contracts(state, config)
    state.chain.append(done.round, "state", sha256(canonical(told(state)).encode()).hexdigest())
    done.hash = state.chain.head


def entries(done: Round) -> list[tuple[str, Any]]:
    """What the log says of a round: (kind, data), in the order in which it happened."""
    acted = {name: one for name, actions in done.actions.items() if (one := actions.told())}
    found: list[tuple[str, Any]] = [("actions", acted), ("demand", list(done.demand))]
    found += [("refused", list(one)) for one in done.refusals]
    found += [("trade", named(one)) for one in done.trades]
    found += [("bet", named(one)) for one in done.fills]
    found.append(("index", [list(done.levels), done.regime]))
    found += [("payout", named(one)) for one in done.payouts]
    found += [("resolved", {**named(one), "prediction": named(one.prediction)}) for one in done.resolutions]
    found += [("news", one) for one in _news(done)]
    found += [("over", name) for name in done.over]
    if done.budgets:
        found.append(("budgets", done.budgets))
    return found


def _news(done: Round) -> Iterator[dict[str, Any]]:
    """Each item once, and whom it came to: public news would fill the log otherwise."""
    to: dict[tuple[str, int], list[str]] = {}
    items = {(one.item.id, one.item.hops): one.item for one in done.deliveries}
    for one in done.deliveries:
        to.setdefault((one.item.id, one.item.hops), []).append(one.agent)
    yield from ({**item.told(), "to": to[key]} for key, item in items.items())


def members(state: State) -> list[Agent]:
    """Who has a budget: all but the principals."""
    return [agent for agent in state.agents.values() if agent.role != "principal"]
