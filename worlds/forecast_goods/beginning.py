"""An economy before its first round: who there is, what they have, where indices and networks start."""

from __future__ import annotations

from collections.abc import Iterator

from worlds.forecast_goods.betting import open_contracts
from worlds.forecast_goods.chain import Chain
from worlds.forecast_goods.config import Config, Teams
from worlds.forecast_goods.information import index, news
from worlds.forecast_goods.roles.interface import Tape
from worlds.forecast_goods.state import Agent, State
from worlds.forecast_goods.streams import generator

BEGINNING = -1  # the round of what is drawn before the first


def begin(config: Config, seed: int) -> State:
    """The state before round 0."""
    agents = {one.id: one for one in sorted(_agents(config.teams), key=lambda one: one.id)}
    first = index.begun(config.information, generator(seed, BEGINNING, "index"))
    state = State(
        seed=seed,
        round=0,
        agents=agents,
        index=first,
        history=[first.levels],
        network=news.network(config.information.news, list(agents), generator(seed, BEGINNING, "network")),
        chain=Chain(),
        inboxes=dict.fromkeys(agents, ()),
        tapes={name: Tape(None, 0, None, None) for name in config.information.names},
    )
    open_contracts(state, config)
    state.chain.append(BEGINNING, "begin", {"seed": seed, "config": config.told()})
    return state


def _agents(teams: Teams) -> Iterator[Agent]:
    width = len(str(teams.number))
    for number in range(1, teams.number + 1):
        team = f"team{number:0{width}}"
        yield Agent(f"{team}/principal", team, "principal", 0, 0)
        for role, count in (("analyst", teams.analysts), ("trader", teams.traders)):
            places = len(str(count))
            for one in range(1, count + 1):
                yield Agent(f"{team}/{role}{one:0{places}}", team, role, teams.cash, teams.budget)
