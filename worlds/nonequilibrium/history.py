"""The path of a market and how it is walked: step by step, with whoever sets prices and whoever chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from worlds.nonequilibrium.draws import Floats, Ints, draws, turns
from worlds.nonequilibrium.market import Market
from worlds.nonequilibrium.parameters import Parameters


class Sellers(Protocol):
    """Whoever sets prices."""

    def price(self, step: int, market: Market, seller: int) -> float:
        """The new price of `seller`, from 0. Calls `market.weigh` first: buyers decide on what it sees."""


class Buyers(Protocol):
    """Whoever chooses."""

    def choose(self, step: int, market: Market, buyers: Ints) -> Ints:
        """The choice of each of `buyers`, -1 for none; what others choose is not theirs to change."""


class RuleSellers:
    def price(self, step: int, market: Market, seller: int) -> float:
        return market.rule_price(seller, market.weigh(seller))


class RuleBuyers:
    def choose(self, step: int, market: Market, buyers: Ints) -> Ints:
        return market.best_replies(buyers)


@dataclass(slots=True)
class History:
    """`q`, `p`: shares and prices (M, Nt); `j`: who set a price (Nt,), -1 at the start; `u`: tastes (N, M);
    `x`: choices (N,) after step `done`; columns after `done` are empty."""

    q: Floats
    p: Floats
    j: Ints
    u: Floats
    x: Ints
    done: int = 0

    def cut(self) -> History:
        """As far as it went."""
        end = self.done + 1
        return History(self.q[:, :end], self.p[:, :end], self.j[:end], self.u, self.x, self.done)

    def extended(self, points: int) -> History:
        """With room for `points` in time."""
        sellers, end = len(self.q), self.done + 1
        longer = empty(points, sellers, self.u)
        longer.q[:, :end], longer.p[:, :end], longer.j[:end] = self.q[:, :end], self.p[:, :end], self.j[:end]
        longer.x, longer.done = self.x.copy(), self.done
        return longer


def empty(points: int, sellers: int, utilities: Floats) -> History:
    nothing = np.full(points, -1, np.int64)
    shape = (sellers, points)
    return History(np.zeros(shape), np.zeros(shape), nothing, utilities, np.zeros(len(utilities), np.int64))


def begun(own: Parameters) -> History:
    """The start of a run: buyers have settled at prices of 0."""
    history = empty(own.Nt, own.M, draws(own).utilities())
    market = Market(history.u, own.pull)
    market.start()
    history.q[:, 0], history.p[:, 0], history.x = market.shares, market.prices, market.choices
    return history


def walk(
    own: Parameters,
    history: History,
    sellers: Sellers | None = None,
    buyers: Buyers | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> History:
    """Take `history` from where it is to its end, in place, and return it.

    What `sellers` or `buyers` raise ends it; the steps before are whole.
    """
    sellers, buyers = sellers or RuleSellers(), buyers or RuleBuyers()
    source, market = draws(own), Market(history.u, own.pull)
    source.utilities()
    market.resume(history.p[:, history.done], history.x)
    for step, turn in turns(source, history.done, own.Nt):
        market.move(turn.seller, sellers.price(step, market, turn.seller))
        market.settle(turn.buyers, buyers.choose(step, market, turn.buyers))
        history.q[:, step], history.p[:, step], history.j[step] = market.shares, market.prices, turn.seller
        history.x, history.done = market.choices, step
        progress(step)
    return history


def run(own: Parameters) -> History:
    """The whole path by the equations alone."""
    return walk(own, begun(own))
