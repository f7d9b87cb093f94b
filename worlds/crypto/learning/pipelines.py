"""Which pipelines are tried: elites, and others by chance so that every agent has its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from worlds.crypto.learning.agents import Agent
from worlds.crypto.learning.floor import Seats
from worlds.crypto.settings import ROLES

MOST = 25
ELITES = 5
Pipeline = tuple[str, str, str, str]  # ids of an analyst, a researcher, a trader and a risk role
Teams = Mapping[str, Sequence[Agent]]


def drawn(teams: Teams, elites: Sequence[Pipeline], rng: np.random.Generator, most: int = MOST) -> list[Pipeline]:
    """Up to `most` different pipelines: elites first, the rest by chance.

    The rest deals each role's agents like cards, pack after pack, so that all agents come up equally often.
    """
    possible = int(np.prod([len(team) for team in teams.values()]))
    found = list(dict.fromkeys(elites))[:ELITES]
    while len(found) < min(most, possible):
        length = max(len(team) for team in teams.values())
        dealt = [_deal([one.id for one in teams[role]], length, rng) for role in ROLES]
        fresh = [one for one in zip(*dealt, strict=True) if one not in found]
        found += list(dict.fromkeys(fresh))[: min(most, possible) - len(found)]
    return found


def _deal(ids: Sequence[str], length: int, rng: np.random.Generator) -> list[str]:
    """`length` of them, none a second time before all came once."""
    packs = -(-length // len(ids))
    return [ids[number] for _ in range(packs) for number in rng.permutation(len(ids))][:length]


def seats(pipeline: Pipeline, teams: Teams) -> Seats:
    """The parameters of a pipeline's agents."""
    known = {role: {one.id: one.parameters for one in teams[role]} for role in ROLES}
    return Seats(*(known[role][name] for role, name in zip(ROLES, pipeline, strict=True)))
