"""News of innovations to come: public, private, passed on along a network, or found by research.

An item of round t is visible from round t + 1 on. What it tells of is the standardised innovation of one index in one
later round: signal = theta + N(0, 1 / precision), theta ~ N(0, 1).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.random import Generator

from worlds.errors import WorldError
from worlds.forecast_goods.config_information import Information, News

PUBLIC, PRIVATE, RESEARCH = "public", "private", "research"

Network = Mapping[str, tuple[str, ...]]
Inboxes = Mapping[str, tuple["Item", ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """`origin`: whom it came to first, "public" for all; `about`: the round whose innovation of `asset` it tells of;
    `round`: when it arrived; `hops`: how often it was passed on."""

    id: str
    kind: str
    origin: str
    asset: str
    about: int
    signal: float
    precision: float
    round: int
    hops: int = 0

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def arrivals(
    config: Information, agents: Sequence[str], ahead: Sequence[Sequence[float]], round: int, rng: Generator
) -> dict[str, list[Item]]:
    """What comes in `round`, by agent; one draw of public news for all. `ahead` (lead, n): innovations of the rounds
    after this one. Arrivals are Poisson with the rates of `config.news` times dt."""
    news, items = config.news, 0

    def item(kind: str, origin: str, precision: float) -> Item:
        nonlocal items
        items += 1
        place, later = int(rng.integers(len(config.indices))), int(rng.integers(len(ahead)))
        signal = noisy(ahead[later][place], precision, rng)
        name, about = config.names[place], round + 1 + later
        return Item(f"{kind}-{round}-{items}", kind, origin, name, about, signal, precision, round)

    for_all = [item(PUBLIC, PUBLIC, news.public_precision) for _ in range(rng.poisson(news.public_rate * config.dt))]
    counts = rng.poisson(news.private_rate * config.dt, len(agents))
    return {
        agent: [*for_all, *(item(PRIVATE, agent, news.private_precision) for _ in range(count))]
        for agent, count in zip(agents, counts.tolist(), strict=True)
    }


def noisy(theta: float, precision: float, rng: Generator) -> float:
    """theta + N(0, 1 / precision)."""
    return float(theta + rng.standard_normal() / math.sqrt(precision))


def researched(
    config: Information,
    agent: str,
    asset: str,
    spent: int,
    ahead: Sequence[Sequence[float]],
    round: int,
    rng: Generator,
) -> Item | None:
    """What `spent` cents find out in `round` of the next round's innovation; None for nothing. Precision grows with
    what is spent, `research_precision` for each 100 cents, as it does with the size of a sample."""
    if spent <= 0:
        return None
    precision = config.news.research_precision * spent / 100
    signal = noisy(ahead[0][config.place(asset)], precision, rng)
    return Item(f"research-{round}-{agent}-{asset}", RESEARCH, agent, asset, round + 1, signal, precision, round)


def forwarded(inboxes: Inboxes, network: Network, beta: float, round: int, rng: Generator) -> dict[str, list[Item]]:
    """What neighbours pass on in `round`: each holder of a private item that is not over passes it to each neighbour
    who lacks it with chance `beta`. One hop a round, for only what was held before it is passed on. Agents in order."""
    has = {agent: {one.id for one in items} for agent, items in inboxes.items()}
    offers = [
        (other, one)
        for agent in sorted(inboxes)
        for one in inboxes[agent]
        if one.kind == PRIVATE and one.about > round
        for other in network.get(agent, ())
        if one.id not in has[other]
    ]
    came: dict[str, list[Item]] = {}
    for (other, one), luck in zip(offers, rng.random(len(offers)).tolist(), strict=True):
        if luck < beta and one.id not in has[other]:
            has[other].add(one.id)
            came.setdefault(other, []).append(replace(one, hops=one.hops + 1))
    return came


def kept(inboxes: Inboxes, came: Iterable[Mapping[str, Sequence[Item]]], round: int) -> dict[str, tuple[Item, ...]]:
    """Inboxes after `round`: what is not over yet and what came, each item once."""
    after = {agent: {one.id: one for one in items if one.about > round} for agent, items in inboxes.items()}
    for delivery in came:
        for agent, items in delivery.items():
            for one in items:
                after[agent].setdefault(one.id, one)
    return {agent: tuple(items.values()) for agent, items in after.items()}


def innovation_of(items: Iterable[Item], asset: str, rounds: range) -> tuple[float, float]:
    """(mean, share of the variance that is gone) of the standardised sum of innovations over `rounds`, by Bayes from
    independent signals and the prior N(0, 1)."""
    mean = gone = 0.0
    mine = [one for one in items if one.asset == asset]
    for round in rounds:
        about = [one for one in mine if one.about == round]
        precision = sum(one.precision for one in about)
        mean += sum(one.precision * one.signal for one in about) / (1 + precision)
        gone += precision / (1 + precision)
    return mean / math.sqrt(len(rounds)), gone / len(rounds)


def network(config: News, agents: Sequence[str], rng: Generator) -> dict[str, tuple[str, ...]]:
    """Neighbours of each agent, in order: a ring lattice, a random graph (Erdos & Renyi), a small world (Watts &
    Strogatz 1998), or a scale-free one (Barabasi & Albert 1999), of about `degree` neighbours each."""
    names, size = sorted(agents), len(agents)
    if config.network == "none" or size < 3:
        return dict.fromkeys(names, ())
    graph = _graph(config, size, int(rng.integers(2**31)))
    return {name: tuple(names[other] for other in sorted(graph[place])) for place, name in enumerate(names)}


def _graph(config: News, size: int, seed: int) -> Any:
    nx = _networkx()
    # a lattice has an even number of neighbours, and fewer than there are others
    degree = min(config.degree, size - 1) // 2 * 2
    if config.network == "ring":
        return nx.circulant_graph(size, range(1, degree // 2 + 1))
    if config.network == "random":
        return nx.gnp_random_graph(size, min(1.0, config.degree / (size - 1)), seed=seed)
    if config.network == "small_world":
        return nx.watts_strogatz_graph(size, degree, config.rewire, seed=seed)
    return nx.barabasi_albert_graph(size, max(1, degree // 2), seed=seed)


def _networkx() -> Any:
    try:
        import networkx
    except ImportError:
        raise WorldError(
            "A network of news needs networkx: pip install -r requirements.txt, or set information.news.network = "
            "'none'."
        ) from None
    return networkx
