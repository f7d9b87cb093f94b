"""The market as it is written down, one line a sentence, without a thought for speed. What the fast one is held to."""

from __future__ import annotations

import numpy as np

from worlds.nonequilibrium.draws import Floats, Ints


def counted(choices: Ints, sellers: int) -> Floats:
    """A share is counted by adding 1 / N for every buyer."""
    shares = np.zeros(sellers)
    for choice in choices:
        if choice >= 0:
            shares[choice] += 1 / len(choices)
    return shares


def best(net: Floats) -> Ints:
    """Of each buyer, from what a purchase leaves, (N, M); -1 for none, which wins ties."""
    choices: Ints = np.concatenate([np.zeros((len(net), 1)), net], 1).argmax(1) - 1
    return choices


def start(u: Floats, pull: float) -> tuple[Floats, Ints]:
    shares, choices = np.full(u.shape[1], 1 / u.shape[1]), np.zeros(len(u), np.int64)
    while True:
        new = best(u + pull * shares)
        shares = counted(new, u.shape[1])
        if (new == choices).all():
            return shares, choices
        choices = new


def premiums(u: Floats, pull: float, q: Floats, p: Floats, seller: int) -> Floats:
    net = (u + pull * q) - p
    others = np.delete(net, seller, 1).max(1)
    return np.sort(net[:, seller] - np.maximum(others, 0))


def price(e: Floats, old: float) -> float:
    e = e.copy()
    e[0] -= 1e-5
    e = np.append(e, e[-1] + 1e-5)
    k = np.argmax(np.linspace(1, 0, len(e)) * (old + e))
    return float(max(0, old + e[k]))


def step(
    u: Floats, pull: float, q: Floats, p: Floats, x: Ints, seller: int, updaters: Ints
) -> tuple[Floats, Floats, Ints]:
    """New (q, p, x)."""
    new = p.copy()
    new[seller] = price(premiums(u, pull, q, p, seller), p[seller])
    choices = x.copy()
    choices[updaters] = best(u + pull * q - new)[updaters]
    return counted(choices, u.shape[1]), new, choices
