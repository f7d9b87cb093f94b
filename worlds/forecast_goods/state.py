"""The state of an economy between two rounds: all of it, in whole cents, and as a document that reads back the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any

from worlds.forecast_goods.chain import Chain
from worlds.forecast_goods.information.index import IndexState, index_state
from worlds.forecast_goods.information.news import Item
from worlds.forecast_goods.information.predictions import Prediction
from worlds.forecast_goods.roles.interface import Tape

Document = dict[str, Any]


@dataclass(slots=True)
class Deeds:
    """What one agent did in one round: gains in cents, Brier scores that came and their sum."""

    surplus: int = 0
    brier: float = 0.0
    scored: int = 0
    over: int = 0


@dataclass(slots=True)
class Agent:
    """`reserved`: cash that offers, bids and bets of this round may still need. `spent`: on research in this period.
    `over`: has spent more than its budget in this period; `overs`: in how many it had. `brier` and `scored`: sum and
    number of all scores; `made` and `wanted`: forecasts issued and asked for. `deeds`: of the last rounds, the oldest
    first. `weight`: log weight of the bandit rule. `holdings`: units by good, shares by "asset:outcome"."""

    id: str
    team: str
    role: str
    cash: int
    budget: int
    reserved: int = 0
    spent: int = 0
    over: bool = False
    overs: int = 0
    surplus: int = 0
    brier: float = 0.0
    scored: int = 0
    made: int = 0
    wanted: int = 0
    weight: float = 0.0
    holdings: dict[str, int] = field(default_factory=dict)
    deeds: list[Deeds] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Good:
    """A forecast for sale: `probability` that `asset` is above `strike` in round `matures_at`. `quality`: chance that a
    forecast of this probability is right if it is calibrated, from .5. `unit_cost`: of the first unit of a round."""

    id: str
    producer: str
    team: str
    asset: str
    strike: float
    matures_at: int
    probability: float
    quality: float
    unit_cost: int
    rival: bool
    stock: int


@dataclass(slots=True)
class DemandState:
    """`state` of the Markov chain; `log_level`: of the AR(1) on log A."""

    state: int = 0
    log_level: float = 0.0


@dataclass(slots=True)
class Maker:
    """The automated maker's book on one asset: `sold` shares of outcomes 0 and 1; `paid_in`: cents that came in, less
    those paid for shares taken back; `paid_by`: the same by agent."""

    asset: str
    strike: float
    matures_at: int
    sold: list[int] = field(default_factory=lambda: [0, 0])
    paid_in: int = 0
    paid_by: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """`round`: the next one to be played. Agents, goods and teams by id, in order. `outside`: cents held by all who are
    no agents: buyers on the demand curve, those who sell data and what goods are made of. `maker_cash`: of the
    automated maker. Together with agents' cash they never change."""

    seed: int
    round: int
    agents: dict[str, Agent]
    index: IndexState
    history: list[tuple[float, ...]]
    network: dict[str, tuple[str, ...]]
    chain: Chain
    outside: int = 0
    maker_cash: int = 0
    demand: DemandState = field(default_factory=DemandState)
    goods: dict[str, Good] = field(default_factory=dict)
    predictions: list[Prediction] = field(default_factory=list)
    inboxes: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    tapes: dict[str, Tape] = field(default_factory=dict)
    makers: dict[str, Maker] = field(default_factory=dict)

    def money(self) -> int:
        """All the cents there are."""
        return sum(agent.cash for agent in self.agents.values()) + self.outside + self.maker_cash

    def teams(self) -> dict[str, list[Agent]]:
        """Members by team, both in order."""
        found: dict[str, list[Agent]] = {}
        for agent in self.agents.values():
            found.setdefault(agent.team, []).append(agent)
        return found


def plain(record: Any) -> tuple[Any, ...]:
    """The values of a flat record in the order of its fields."""
    return _values_of(record.__slots__)(record)


@lru_cache
def _values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    # every round asks for thousands of them
    getter: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    return getter


def named(record: Any) -> Document:
    """The values of a flat record by the names of its fields."""
    return dict(zip(record.__slots__, plain(record), strict=True))


def told(state: State) -> Document:
    """As JSON takes it, without the log itself: its hash stands for what was."""
    return {
        "seed": state.seed,
        "round": state.round,
        "agents": [_agent(one) for one in state.agents.values()],
        "index": state.index.told(),
        "history": [list(row) for row in state.history],
        "network": {name: list(others) for name, others in state.network.items()},
        "chain": [state.chain.head, state.chain.count],
        "outside": state.outside,
        "maker_cash": state.maker_cash,
        "demand": plain(state.demand),
        "goods": [plain(one) for one in state.goods.values()],
        "predictions": [plain(one) for one in state.predictions],
        "inboxes": {name: [plain(one) for one in items] for name, items in state.inboxes.items()},
        "tapes": {name: plain(one) for name, one in state.tapes.items()},
        "makers": [plain(one) for one in state.makers.values()],
    }


def _agent(one: Agent) -> list[Any]:
    return [*plain(one)[:-1], [plain(deed) for deed in one.deeds]]


def _agent_from(values: list[Any]) -> Agent:
    *own, deeds = values
    agent = Agent(*own)
    agent.deeds = [Deeds(*deed) for deed in deeds]
    return agent


def state_from(document: Document) -> State:
    """The inverse of `told`. Raises KeyError or TypeError where the document is none."""
    goods = [Good(*one) for one in document["goods"]]
    makers = [Maker(*one) for one in document["makers"]]
    return State(
        seed=document["seed"],
        round=document["round"],
        agents={one[0]: _agent_from(one) for one in document["agents"]},
        index=index_state(document["index"]),
        history=[tuple(row) for row in document["history"]],
        network={name: tuple(others) for name, others in document["network"].items()},
        chain=Chain(*document["chain"]),
        outside=document["outside"],
        maker_cash=document["maker_cash"],
        demand=DemandState(*document["demand"]),
        goods={one.id: one for one in goods},
        predictions=[Prediction(*one) for one in document["predictions"]],
        inboxes={name: tuple(Item(*one) for one in items) for name, items in document["inboxes"].items()},
        tapes={name: Tape(*one) for name, one in document["tapes"].items()},
        makers={one.asset: one for one in makers},
    )
