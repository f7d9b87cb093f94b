"""The published values beside what this code finds, one check a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.style import png
from worlds.folders import prepare, write_bytes, write_json
from worlds.nonequilibrium.figures import market_figure
from worlds.nonequilibrium.history import History, run
from worlds.nonequilibrium.measures import measures
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.recording import Document, document
from worlds.nonequilibrium.theory import competitive_price, critical_pull, crowding

PUBLISHED = Parameters(legacy=True)
FIRST_SELLERS = (7, 7, 9, 4, 4, 9, 6, 0)
FIRST_SHARES = (0.1074, 0.102, 0.1032, 0.0882, 0.0956, 0.0972, 0.1178, 0.1034, 0.0994, 0.0858)
PHASES = ((0.4, 0.8, "competition"), (1.0, 0.8, "alternating monopolies"), (1.0, 0.1, "frozen monopoly"))


class Check(NamedTuple):
    """A published value and ours. Numbers hold within half a unit of the last published digit."""

    name: str
    target: object
    found: object
    holds: bool


def reproduce() -> tuple[list[Check], list[History]]:
    """All checks, and the two published runs (J = 0.4 and J = 1)."""
    runs = [run(replace(PUBLISHED, J=J)) for J in (0.4, 1.0)]
    return [*_start(runs[0]), *_statistics(runs), *_theory(), *_phases()], runs


def _near(name: str, target: float, found: float, tolerance: float) -> Check:
    return Check(name, target, found, abs(found - target) <= tolerance)


def _start(one: History) -> Iterator[Check]:
    yield _near("sum of u", 24978.955071, float(one.u.sum()), 5e-7)
    sellers = tuple(int(seller) for seller in one.j[1 : len(FIRST_SELLERS) + 1])
    yield Check("first sellers", FIRST_SELLERS, sellers, sellers == FIRST_SELLERS)
    shares = tuple(round(float(share), 4) for share in one.q[:, 0])
    yield Check("J 0.4: q[:, 0]", FIRST_SHARES, shares, shares == FIRST_SHARES)
    yield _near("J 0.4: p[7, 1]", 0.484808, float(one.p[7, 1]), 5e-7)


def _statistics(runs: Sequence[History]) -> Iterator[Check]:
    calm, wild = (measures(one, PUBLISHED.burn_in) for one in runs)
    yield _near("J 0.4: sum of p", 12895.0998, calm["price_sum"], 5e-5)
    yield _near("J 0.4: mean largest share", 0.121, calm["largest_share"], 5e-4)
    yield _near("J 0.4: time above 0.5", 0.0, calm["time_with_a_monopoly"], 0.0)
    yield _near("J 1: sum of p", 16819.6294, wild["price_sum"], 5e-5)
    yield _near("J 1: mean largest share", 0.744, wild["largest_share"], 5e-4)
    yield _near("J 1: time above 0.5", 0.82, wild["time_with_a_monopoly"], 5e-3)


def _theory() -> Iterator[Check]:
    yield _near("g", 0.15388, crowding(10), 5e-6)
    yield _near("competitive price", 0.6499, competitive_price(10), 5e-5)
    yield _near("J_c", 0.742, critical_pull(10), 5e-4)


def _phases() -> Iterator[Check]:
    """With both orders of random numbers."""
    for legacy in (True, False):
        order = "legacy" if legacy else "default"
        for J, rho, target in PHASES:
            own = replace(PUBLISHED, J=J, rho=rho, legacy=legacy)
            found = measures(run(own), own.burn_in)["phase"]
            yield Check(f"phase at J {J:g}, rho {rho:g} ({order} generator)", target, found, found == target)


def told(checks: Sequence[Check]) -> str:
    """A line a check: target beside result."""
    width = max(len(one.name) for one in checks)
    lines = [
        f"{'ok  ' if one.holds else 'NOT '} {one.name:<{width}}  target {_text(one.target)}  found {_text(one.found)}"
        for one in checks
    ]
    held = sum(one.holds for one in checks)
    return "\n".join([*lines, f"{held} of {len(checks)} hold."])


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(_text(one) for one in value)
    return f"{value:.10g}" if isinstance(value, float | np.floating) else str(value)


def write(folder: Path, checks: Sequence[Check], runs: Sequence[History]) -> Document:
    """The checks as a table and the two published runs side by side."""
    prepare(folder)
    headings = ["J = 0.4: competition", "J = 1: alternating monopolies"]
    write_bytes(folder / "published.png", png(market_figure(list(zip(runs, headings, strict=True)))))
    rows = [[one.name, _text(one.target), _text(one.found), "yes" if one.holds else "no"] for one in checks]
    table = {"title": "Published values", "columns": ["value", "target", "found", "holds"], "rows": rows}
    caption = f"The published runs: rho = 0.8, N = {PUBLISHED.N}, M = {PUBLISHED.M}, seed {PUBLISHED.seed}."
    summary = document("The published runs, done again", caption, [table], [("published.png", caption)])
    write_json(folder / "summary.json", summary)
    return summary
