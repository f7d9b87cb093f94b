"""Figures of simulated order-book markets over their seeds. Loads matplotlib when the first one is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from analysis.compare import mean_interval
from analysis.order_books import CURRENCY, Fact, title_of
from analysis.style import COLOURS, INK, MUTE, THEORY, blank, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = (2, 4)
# What the values of a fact are, for its axis.
AXES = {
    "linear_dependence": "share of lags",
    "excess_kurtosis": "m4 / m2² - 3",
    "tail_index": "Hill index",
    "volatility_clustering": "autocorrelation",
    "squared_clustering": "autocorrelation",
    "aggregation": "difference of kurtosis",
    "volume_volatility": "correlation",
}


def facts_figure(found: Sequence[Fact]) -> Figure:
    """A panel for each fact: the value of every seed, the median and the band in which the fact holds."""
    with style():
        drawn = blank(8.8, 4.8)
        panels = drawn.subplots(*PANELS).flatten()
        for axes, one in zip(panels, found, strict=False):
            _panel(axes, one)
        for axes in panels[len(found) :]:
            axes.set_visible(False)
        return drawn


def _panel(axes: Axes, one: Fact) -> None:
    values = np.array([value for value in one.values if isfinite(value)])
    edges = [edge for edge in (one.low, one.high) if edge is not None]
    lowest, highest = min([*values, *edges]), max([*values, *edges])
    room = 0.08 * (highest - lowest or 1)
    axes.set_xlim(lowest - room, highest + room)
    axes.axvspan(one.low, one.high if one.high is not None else highest + room, color=THEORY, alpha=0.12, lw=0)
    axes.scatter(values, np.linspace(0.15, 0.85, len(values)), s=14, color=COLOURS[0], alpha=0.7, lw=0)
    if len(values):
        axes.axvline(float(np.median(values)), color=INK, lw=1.6)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_title(f"{title_of(one.name)}\nholds in {one.held} of {one.seeds}", fontsize=9)
    axes.set_xlabel(AXES.get(one.name, ""), fontsize=8)
    axes.grid(axis="y", visible=False)


def gains_figure(gains: Mapping[str, Sequence[float]]) -> Figure:
    """The mean gain of an agent of each kind: a dot a seed, the mean over seeds with its 95% interval."""
    with style():
        figure = blank(8.8, 1.0 + 0.45 * max(2, len(gains)))
        axes = figure.subplots()
        for row, (own, colour) in enumerate(zip(gains.values(), (COLOURS * len(gains)), strict=False)):
            axes.scatter(own, [row] * len(own), s=16, color=colour, alpha=0.45, lw=0)
            axes.hlines(row, *mean_interval(own), color=colour, lw=2.5)
            axes.plot([np.mean(own)], [row], marker="D", ms=6, color=INK)
        axes.axvline(0, color=MUTE, lw=1)
        axes.set_yticks(range(len(gains)), [kind.capitalize() for kind in gains])
        axes.set_ylim(len(gains) - 0.4, -0.6)
        axes.set_xlabel(f"Mean gain of an agent ({CURRENCY})")
        axes.grid(axis="y", visible=False)
        return figure
