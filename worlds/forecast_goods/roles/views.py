"""What each role may see of an economy: its own state, public data and its own news. Only here is it said.

Hidden are the regime, the state of demand, innovations to come, other teams' cash, budgets, forecasts and holdings, and
news that has not come to the one who looks. A principal sees the members of its own team; a trader its team's goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worlds.forecast_goods.config import Config
from worlds.forecast_goods.information.predictions import Prediction
from worlds.forecast_goods.market import lmsr
from worlds.forecast_goods.market.settlement import free
from worlds.forecast_goods.roles.interface import Contract, Member, Tape, View, Ware
from worlds.forecast_goods.state import Agent, Good, Maker, State


@dataclass(frozen=True, slots=True)
class Public:
    """What is the same in all views of a round."""

    levels: Mapping[str, float]
    history: Mapping[str, tuple[float, ...]]
    tapes: Mapping[str, Tape]
    contracts: Mapping[str, Contract]


def views(state: State, config: Config) -> dict[str, View]:
    """The view of every agent, in order, before it acts in round `state.round`."""
    public, teams, wares = _public(state, config), state.teams(), _wares(state)
    open_: dict[str, list[Prediction]] = {}
    for one in state.predictions:
        open_.setdefault(one.agent, []).append(one)
    return {
        name: _view(state, config, agent, public, teams[agent.team], wares.get(agent.team, ()), open_.get(name, ()))
        for name, agent in state.agents.items()
    }


def _public(state: State, config: Config) -> Public:
    names = config.information.names
    past = state.history[-config.time.memory :]
    return Public(
        levels=dict(zip(names, state.index.levels, strict=True)),
        history={name: tuple(row[place] for row in past) for place, name in enumerate(names)},
        tapes=dict(state.tapes),
        contracts={name: _contract(one, config) for name, one in state.makers.items()},
    )


def _contract(maker: Maker, config: Config) -> Contract:
    market = config.market
    price = float(lmsr.prices(maker.sold, market.liquidity)[1])
    return Contract(maker.asset, maker.strike, maker.matures_at, price, market.payout, market.liquidity)


def _wares(state: State) -> dict[str, tuple[Ware, ...]]:
    """By team: goods whose event is not over."""
    found: dict[str, list[Ware]] = {}
    for one in state.goods.values():
        if one.matures_at >= state.round:
            found.setdefault(one.team, []).append(_ware(one))
    return {team: tuple(goods) for team, goods in found.items()}


def _ware(one: Good) -> Ware:
    return Ware(
        id=one.id,
        producer=one.producer,
        asset=one.asset,
        strike=one.strike,
        matures_at=one.matures_at,
        probability=one.probability,
        quality=one.quality,
        unit_cost=one.unit_cost,
        rival=one.rival,
        stock=one.stock,
    )


def _view(
    state: State,
    config: Config,
    agent: Agent,
    public: Public,
    team: Iterable[Agent],
    wares: tuple[Ware, ...],
    open_: Iterable[Prediction],
) -> View:
    return View(
        round=state.round,
        id=agent.id,
        team=agent.team,
        role=agent.role,
        cash=agent.cash,
        free=free(agent, config.market.credit, config.market.payout, state.makers),
        budget=agent.budget,
        spent=agent.spent,
        over=agent.over,
        surplus=agent.surplus,
        brier=mean_score(agent),
        holdings=dict(agent.holdings),
        open=tuple(open_),
        levels=public.levels,
        history=public.history,
        tapes=public.tapes,
        contracts=public.contracts,
        news=tuple(state.inboxes[agent.id]),
        wares=wares if agent.role == "trader" else (),
        members=tuple(_member(one) for one in team if one.role != "principal") if agent.role == "principal" else (),
    )


def _member(one: Agent) -> Member:
    surplus = sum(deed.surplus for deed in one.deeds)
    return Member(one.id, one.role, one.budget, one.spent, one.over, one.overs, surplus, mean_score(one))


def mean_score(agent: Agent) -> float | None:
    """Mean Brier score of the window; None without any."""
    scored = sum(deed.scored for deed in agent.deeds)
    return sum(deed.brier for deed in agent.deeds) / scored if scored else None
