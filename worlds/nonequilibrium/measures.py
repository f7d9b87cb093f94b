"""What a path amounts to: shares, prices, reigns and the phase. Reads arrays, knows no folders."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np

from worlds.nonequilibrium.draws import Floats, Ints
from worlds.nonequilibrium.history import History
from worlds.nonequilibrium.theory import competitive_price, critical_pull

MONOPOLY = 0.5  # the share above which a seller reigns
SELDOM, OFTEN = 0.05, 0.5  # shares of the time

Phase = Literal["competition", "alternating monopolies", "frozen monopoly", "in between"]
PHASES: tuple[Phase, ...] = ("competition", "frozen monopoly", "alternating monopolies", "in between")


class Reign(NamedTuple):
    """`seller` has more than half of the buyers from step `first` to `last`, both included; `whole`: neither end was
    cut off by the end of what was looked at."""

    seller: int
    first: int
    last: int
    whole: bool

    @property
    def steps(self) -> int:
        return self.last - self.first + 1


def reigns(q: Floats) -> list[Reign]:
    """All reigns in shares `q` (M, T), in order."""
    lords = rulers(q)
    edges = np.flatnonzero(np.diff(lords)) + 1
    bounds = [0, *edges.tolist(), len(lords)]
    return [
        Reign(int(lords[first]), first, end - 1, first > 0 and end < len(lords))
        for first, end in pairwise(bounds)
        if lords[first] >= 0
    ]


def rulers(q: Floats) -> Ints:
    """(T,): who has more than half of the buyers, -1 for nobody."""
    leaders = q.argmax(0)
    return np.where(q.max(0) > MONOPOLY, leaders, -1)


def changes(found: list[Reign]) -> int:
    """How often a reign follows that of another seller."""
    return sum(one.seller != next_one.seller for one, next_one in pairwise(found))


def phase(q: Floats) -> Phase:
    """Of shares `q` (M, T) after the burn-in: competition where hardly anybody ever reigns; else by whether those who
    reign are replaced."""
    found = reigns(q)
    time = float((rulers(q) >= 0).mean())
    if time <= SELDOM:
        return "competition"
    if time < OFTEN:
        return "in between"
    return "alternating monopolies" if changes(found) else "frozen monopoly"


def measures(history: History, burn_in: int) -> dict[str, Any]:
    """Statistics from step `burn_in` on; `price_sum` of all steps. Prices in units of money, shares from 0 to 1."""
    q, p = history.q[:, burn_in : history.done + 1], history.p[:, burn_in : history.done + 1]
    found = reigns(q)
    lengths = [one.steps for one in found if one.whole]
    largest, sold = q.max(0), q.sum(0)
    return {
        "steps": history.done,
        "burn_in": burn_in,
        "phase": phase(q),
        "largest_share": float(largest.mean()),
        "time_with_a_monopoly": float((largest > MONOPOLY).mean()),
        "reigns": len(found),
        "changes_of_monopolist": changes(found),
        "mean_whole_reign": float(np.mean(lengths)) if lengths else None,
        "mean_price": float(p.mean()),
        "mean_price_paid": _paid(q, p),
        "buyers_without": max(0.0, round(float(1 - sold.mean()), 9)),
        "price_sum": float(history.p[:, : history.done + 1].sum()),
    }


def _paid(q: Floats, p: Floats) -> float | None:
    """The mean over purchases; None where nobody bought."""
    total = float(q.sum())
    return float((q * p).sum()) / total if total else None


def theory(sellers: int, sigma: float) -> dict[str, float]:
    return {"competitive_price": competitive_price(sellers, sigma), "critical_J": critical_pull(sellers, sigma)}
