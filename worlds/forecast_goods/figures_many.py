"""Pictures of many economies beside each other. Loads matplotlib when one is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.style import COLOURS, INK, THEORY, blank, style
from worlds.forecast_goods.calibrate import Interval
from worlds.forecast_goods.facts import NAMES

MODE_NAMES = {
    "cda": "double auction",
    "call": "call auction",
    "posted": "posted prices",
    "horse": "horse trading",
    "lmsr": "market maker",
}

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def modes_figure(
    modes: Sequence[str], panels: Sequence[tuple[str, Sequence[Interval], Sequence[Sequence[float]]]]
) -> Figure:
    """A panel for each (label, interval by mode, seeds' values by mode): means with intervals over the seeds' dots."""
    with style():
        figure = blank(3.1 * len(panels) + 0.6, 3.8)
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for one, (label, found, values) in zip(axes, panels, strict=True):
            for place, (interval, dots) in enumerate(zip(found, values, strict=True)):
                spread = np.linspace(-0.18, 0.18, len(dots)) if len(dots) > 1 else [0.0]
                colour = COLOURS[place % len(COLOURS)]
                one.plot(place + np.asarray(spread), dots, "o", ms=3, alpha=0.35, color=colour, mec="none")
                errors = [[interval.value - interval.low], [interval.high - interval.value]]
                one.errorbar(place, interval.value, errors, fmt="D", ms=6, color=colour, mec=INK, capsize=5, lw=1.6)
            one.set_xticks(range(len(modes)), [fill(MODE_NAMES[mode], 8) for mode in modes])
            one.set_xlim(-0.6, len(modes) - 0.4)
            one.set_ylabel(label)
            one.grid(axis="x", visible=False)
    return figure


def facts_figure(found: pd.DataFrame, bounds: Mapping[tuple[str, str], tuple[float, float]]) -> Figure:
    """A panel a fact, a row a source, a dot a series; the band of `bounds`, by (fact, source), is shaded."""
    names = [name for name in NAMES if any(fact == name for fact, _ in bounds)]
    sources = list(dict.fromkeys(found["source"]))[::-1]
    with style():
        figure = blank(11.5, 5.4)
        grid = figure.subplots(2, 4, sharey=True).ravel()
        for axes, name in zip(grid, names, strict=False):
            bands = {source: band for (fact, source), band in bounds.items() if fact == name}
            _fact(axes, found[found["fact"] == name], sources, bands)
            axes.set_xlabel(fill(NAMES[name], 30), fontsize=9)
        for axes in grid[len(names) :]:
            axes.set_axis_off()
        grid[0].set_yticks(range(len(sources)), sources)
    return figure


def _fact(axes: Axes, mine: pd.DataFrame, sources: Sequence[str], bands: Mapping[str, tuple[float, float]]) -> None:
    values = mine["value"].dropna()
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = 0.08 * (high - low or 1.0)
    edges = (min(low, 0.0) - room, high + room)
    for place, source in enumerate(sources):
        _shaded(axes, place, np.clip(bands.get(source, (0.0, 0.0)), *edges).tolist())
        dots = mine.loc[mine["source"] == source, "value"].to_numpy(dtype=float)
        spread = place + np.linspace(-0.22, 0.22, len(dots)) if len(dots) > 1 else np.full(len(dots), place)
        axes.plot(dots, spread, "o", ms=3.2, color=COLOURS[place % len(COLOURS)], alpha=0.7, mec="none")
    axes.set_xlim(*edges)
    axes.set_ylim(-0.6, len(sources) - 0.4)


def _shaded(axes: Axes, row: int, band: Sequence[float]) -> None:
    if band[0] < band[1]:
        axes.fill_between(band, row - 0.5, row + 0.5, color=THEORY, alpha=0.12, lw=0)
