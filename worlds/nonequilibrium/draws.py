"""The random numbers of a run, in the order of the published runs or faster; they depend on nothing anybody does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from worlds.nonequilibrium.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Turn(NamedTuple):
    """Who moves in a step: one seller (0 .. M-1), and buyers (indices in rising order)."""

    seller: int
    buyers: Ints


class Draws(Protocol):
    """`utilities`, (N, M), is drawn first; then `turn` once a step."""

    def utilities(self) -> Floats: ...

    def turn(self) -> Turn: ...


class LegacyDraws:
    """`RandomState`, with the numbers that the published code draws and never uses."""

    def __init__(self, own: Parameters) -> None:
        self._own, self._rng = own, np.random.RandomState(own.seed)
        self._threshold = 1 - own.rho * np.log(own.M) / own.M

    def utilities(self) -> Floats:
        return self._rng.normal(self._own.mu, self._own.sigma, (self._own.N, self._own.M))

    def turn(self) -> Turn:
        seller = int(self._rng.randint(0, self._own.M))
        buyers = np.flatnonzero(self._rng.rand(self._own.N) > self._threshold)
        self._rng.rand(self._own.N)
        self._rng.normal()
        return Turn(seller, buyers)


class FreshDraws:
    """A newer generator, and no number that is not used."""

    def __init__(self, own: Parameters) -> None:
        self._own, self._rng = own, np.random.default_rng(own.seed)

    def utilities(self) -> Floats:
        return self._rng.normal(self._own.mu, self._own.sigma, (self._own.N, self._own.M))

    def turn(self) -> Turn:
        seller = int(self._rng.integers(self._own.M))
        return Turn(seller, np.flatnonzero(self._rng.random(self._own.N) < self._own.update_chance))


def draws(own: Parameters) -> Draws:
    return LegacyDraws(own) if own.legacy else FreshDraws(own)


def turns(source: Draws, done: int, until: int) -> Iterator[tuple[int, Turn]]:
    """(step, turn) of the steps after `done` and before `until`; those before are drawn and passed over."""
    for _ in range(done):
        source.turn()
    for step in range(done + 1, until):
        yield step, source.turn()


def model_buyers(own: Parameters) -> Ints:
    """Indices of the buyers that a model plays, in rising order; from a generator of their own."""
    rng = np.random.default_rng([own.seed, 1])
    return np.sort(rng.choice(own.N, round(own.ratio * own.N), replace=False))
