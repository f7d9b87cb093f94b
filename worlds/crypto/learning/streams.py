"""Random numbers by what they are for: the same wherever, and after whatever, they are drawn."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, iteration: int, name: str) -> np.random.Generator:
    """Of one purpose in one iteration of one run."""
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([seed, iteration, digest]))
