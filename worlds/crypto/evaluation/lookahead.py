"""Is anything decided with what only the future knows? The future is cut off, and turned to nonsense: nothing may
change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from worlds.crypto.data.bars import Bars, corrupted, truncated
from worlds.crypto.evaluation.baselines import baselines
from worlds.crypto.learning.floor import Floor, Seats
from worlds.crypto.learning.space import VARIANTS
from worlds.crypto.settings import ROLES

PER_BAR = ("side", "keep", "size", "leverage", "take_profit", "stop", "confidence", "offset")
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was compared over `rows` bars after the future from bar `cut` on was "cut off" or "corrupted"; `values`
    compared, `changed` among them, the first at bar `first`, -1 where none is."""

    what: str
    how: str
    cut: int
    values: int
    changed: int
    first: int


def known_rows(bars: Bars, cross: bool = True) -> dict[str, Array]:
    """Everything that the desk makes of the bars, by name, bars first: what each variant says, wants and comes to."""
    floor = Floor(bars, cross=cross)
    found: dict[str, Array] = {"volatility": floor.tape.sigma, "covariance": floor.tape.covariance}
    teams = [dict(VARIANTS[role]) for role in ROLES]
    for number, names in enumerate(zip(*teams, strict=True)):
        one = Seats(*(team[name] for team, name in zip(teams, names, strict=True)))
        analysis, said = floor.analysis(one.analyst), floor.forecast(one.analyst, one.researcher)
        found[f"analyst {names[0]}"] = np.concatenate(
            [analysis.trend, analysis.turbulence, analysis.strength, analysis.regime, analysis.context[:, None]], 1
        )
        for part in ("mean", "low", "high", "confidence"):
            found[f"researcher {names[1]}, {part}"] = np.moveaxis(getattr(said, part), 0, 1)
        wanted = floor.proposals(one)
        found[f"trader {names[2]}"] = np.concatenate([getattr(wanted, name) for name in PER_BAR], 1)
        found[f"equity of pipeline {number + 1}, {' / '.join(names)}"] = floor.trade([one]).equity
    found["equity of the baselines"] = baselines(floor.tape, 0, len(bars), floor.costs).equity
    return found


def look(
    bars: Bars,
    cuts: Sequence[int],
    rng: np.random.Generator,
    cross: bool = True,
    known: Callable[..., Any] = known_rows,
) -> Iterator[Finding]:
    """Compare all rows before each cut with those of a run whose future from there on is gone, or nonsense."""
    whole = known(bars, cross)
    for cut in cuts:
        for how, changed in (("cut off", truncated(bars, cut)), ("corrupted", corrupted(bars, cut, rng))):
            yield from _compared(whole, known(changed, cross), how, cut)


def _compared(whole: Mapping[str, Array], other: Mapping[str, Array], how: str, cut: int) -> Iterator[Finding]:
    for name, values in whole.items():
        before, after = values[:cut].reshape(cut, -1), other[name][:cut].reshape(cut, -1)
        # to the bit, and unknown where it was unknown
        differ = (before != after) & ~(np.isnan(before) & np.isnan(after))
        rows = np.flatnonzero(differ.any(1))
        yield Finding(name, how, cut, differ.size, int(differ.sum()), int(rows[0]) if len(rows) else -1)
