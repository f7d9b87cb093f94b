"""Randomness by stream: a draw depends on the seed, the round and its purpose, and on nothing drawn before."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from numpy.random import Generator, Philox, SeedSequence


def generator(seed: int, round: int, name: str) -> Generator:
    """A generator of its own for (seed, round, name); rounds count from -1, the beginning.

    So that neither the number of workers nor a restored snapshot can move what is drawn.
    """
    return Generator(Philox(SeedSequence((seed, round + 1, *_words(name)))))


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[int, ...]:
    digest = sha256(name.encode()).digest()
    return tuple(int.from_bytes(digest[place : place + 4], "big") for place in range(0, 16, 4))
