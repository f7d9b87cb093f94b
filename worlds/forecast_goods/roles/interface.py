"""The line between the economy and who plays in it: a view of what one agent may see, and a policy that acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from numpy.random import Generator

from worlds.forecast_goods.actions import Actions
from worlds.forecast_goods.information.news import Item
from worlds.forecast_goods.information.predictions import Prediction

ROLES = ("analyst", "trader", "principal")


@dataclass(frozen=True, slots=True)
class Ware:
    """A good that the own team may offer: cents, index levels, probabilities."""

    id: str
    producer: str
    asset: str
    strike: float
    matures_at: int
    probability: float
    quality: float
    unit_cost: int
    rival: bool
    stock: int


@dataclass(frozen=True, slots=True)
class Member:
    """What a principal knows of a member of its team. `brier`: mean of the window, None without a score."""

    id: str
    role: str
    budget: int
    spent: int
    over: bool
    overs: int
    surplus: int
    brier: float | None


@dataclass(frozen=True, slots=True)
class Tape:
    """What everybody sees of the last round's trade in goods about an asset: mean price in cents, None without any."""

    price: float | None
    volume: int
    bid: int | None
    ask: int | None


@dataclass(frozen=True, slots=True)
class Contract:
    """The automated maker's open contract: 1 where the index is above `strike` in round `matures_at`.

    `price`: of outcome 1, from 0 to 1; a share of the right outcome pays `payout` cents.
    """

    asset: str
    strike: float
    matures_at: int
    price: float
    payout: int
    liquidity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One agent's own state, public data and its news; nothing of other teams, of hidden states or of what is to come.

    Money in cents. `free`: cash that may be spent, credit counted. `levels`: index levels now; `history`: the last
    ones, oldest first, the present one last. `wares`: of the own team, for traders. `members`: for principals.
    `contracts`: by asset, where matching is lmsr. `open`: own predictions that have not matured. `holdings`: units of
    goods, or shares of a contract under "asset:outcome".
    """

    round: int
    id: str
    team: str
    role: str
    cash: int
    free: int
    budget: int
    spent: int
    over: bool
    surplus: int
    brier: float | None
    holdings: Mapping[str, int]
    open: tuple[Prediction, ...]
    levels: Mapping[str, float]
    history: Mapping[str, tuple[float, ...]]
    tapes: Mapping[str, Tape]
    contracts: Mapping[str, Contract]
    news: tuple[Item, ...]
    wares: tuple[Ware, ...] = ()
    members: tuple[Member, ...] = ()


class Policy(Protocol):
    """Whoever plays agents. May be asked for several agents at the same time; keeps nothing that matters."""

    def act(self, view: View, rng: Generator) -> Actions: ...
