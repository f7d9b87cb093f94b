"""The information phase of a round: indices move, predictions mature, research finds, news comes and is passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worlds.forecast_goods.config import Config
from worlds.forecast_goods.information import index, news
from worlds.forecast_goods.information.predictions import Resolution, resolve
from worlds.forecast_goods.state import Deeds, State
from worlds.forecast_goods.streams import generator

Research = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An item of news that came to an agent in a round."""

    agent: str
    item: news.Item


def inform(
    state: State, config: Config, research: Research, deeds: Mapping[str, Deeds]
) -> tuple[list[Resolution], list[Delivery]]:
    """`research`: cents paid, by agent and asset. What comes now is seen from the next round on."""
    own, seed, round = config.information, state.seed, state.round
    state.index = index.step(state.index, own, generator(seed, round, "index"))
    state.history = [*state.history, state.index.levels][-config.time.memory :]
    resolutions = _resolved(state, config, deeds)
    came = [
        news.arrivals(own, list(state.agents), state.index.ahead, round, generator(seed, round, "news")),
        _found(state, config, research),
        news.forwarded(state.inboxes, state.network, own.news.beta, round, generator(seed, round, "forwarding")),
    ]
    state.inboxes = news.kept(state.inboxes, came, round)
    return resolutions, _deliveries(came)


def _resolved(state: State, config: Config, deeds: Mapping[str, Deeds]) -> list[Resolution]:
    levels = dict(zip(config.information.names, state.index.levels, strict=True))
    resolutions, state.predictions = resolve(state.predictions, levels, state.round)
    for one in resolutions:
        agent, deed = state.agents[one.prediction.agent], deeds[one.prediction.agent]
        for scores in (agent, deed):
            scores.brier += one.score
            scores.scored += 1
    return resolutions


def _found(state: State, config: Config, research: Research) -> dict[str, list[news.Item]]:
    found: dict[str, list[news.Item]] = {}
    for name, spent in research.items():
        rng = generator(state.seed, state.round, f"research/{name}")
        for asset, cents in sorted(spent.items()):
            item = news.researched(config.information, name, asset, cents, state.index.ahead, state.round, rng)
            found.setdefault(name, []).extend([item] if item else [])
    return found


def _deliveries(came: Sequence[Mapping[str, Sequence[news.Item]]]) -> list[Delivery]:
    return [Delivery(name, item) for one in came for name, items in one.items() for item in items]
