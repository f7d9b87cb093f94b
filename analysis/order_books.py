"""Simulated order-book markets over their seeds: stylised facts as distributions, measures, gains by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.compare import mean_interval
from analysis.page import Cell, figure, heading, image, numbers, paragraph, section, table, words
from analysis.read import Recording
from analysis.style import COLOURS, INK, THEORY, blank, style, svg
from analysis.words import NONE, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KIND = "order book"
MEANINGS = {
    "linear_dependence": "share of lags at which returns are correlated beyond chance",
    "excess_kurtosis": "tails heavier than a normal law's",
    "tail_index": "how heavy: Hill's index of |returns|",
    "volatility_clustering": "mean autocorrelation of |returns|",
    "squared_clustering": "mean autocorrelation of squared returns",
    "aggregation": "kurtosis of one tick less that of twenty: returns become normal",
    "volume_volatility": "correlation of volume and |returns|",
}
# Fewer seeds than this are anecdotes.
ENOUGH_SEEDS = 20
PANELS = (2, 4)


class Run(NamedTuple):
    """One simulated market: its folder and `summary.json`."""

    folder: Path
    document: Mapping[str, Any]


class Fact(NamedTuple):
    """One stylised fact over the seeds: values where it was defined, its band, in how many seeds it held."""

    name: str
    values: Sequence[float]
    low: float | None
    high: float | None
    held: int
    seeds: int


def order_book_runs(recordings: Sequence[Recording]) -> list[Run]:
    """Those of the folders that hold a simulated order-book market."""
    documents = ((one.folder, one.document("summary.json")) for one in recordings)
    return [Run(folder, document) for folder, document in documents if document.get("kind") == KIND]


def order_books(runs: Sequence[Run]) -> Iterator[str]:
    """A section of HTML for each scenario and number of agents and ticks."""

    def scenario(run: Run) -> tuple[str, int, int]:
        return run.document["scenario"], run.document["agents"], run.document["steps"]

    for (name, agents, steps), same in groupby(sorted(runs, key=scenario), key=scenario):
        group = list(same)
        lead = f"{plural(agents, 'agent')}, {plural(steps, 'tick')}, {plural(len(group), 'seed')}."
        yield section(f"Order-book market {name}", paragraph(lead, "mute"), *_scenario(group))


def _scenario(runs: Sequence[Run]) -> Iterator[str]:
    if len(runs) == 1:
        yield from _pictures(runs[0])
    found = facts(runs)
    yield heading("Stylised facts")
    if len(runs) < ENOUGH_SEEDS:
        yield paragraph(f"Run at least {ENOUGH_SEEDS} seeds before believing any of these.", "note")
    if len(runs) > 1:
        caption = "Stylised facts: a dot a seed, the median in black, the band in which a fact holds shaded."
        yield figure(svg(facts_figure(found)), caption, "Stylised facts over seeds")
    yield _facts(found)
    yield heading("Measures")
    yield _means("Measure", {run.folder: run.document["measures"] for run in runs})
    yield heading("Gain by kind of agent")
    yield _means("Kind", {run.folder: _gains(run) for run in runs})
    yield paragraph("Money in ticks. In brackets: 95% bootstrap intervals of the mean over seeds.", "mute")


def _pictures(run: Run) -> Iterator[str]:
    for path in sorted((run.folder / "plots").glob("*.png")):
        yield image(path.read_bytes(), path.stem.replace("_", " ").capitalize())


def facts(runs: Sequence[Run]) -> list[Fact]:
    """Each fact over the runs, in the order of the first."""
    rows = [{one["name"]: one for one in run.document["facts"]} for run in runs]
    return [_fact(name, [row[name] for row in rows if name in row], len(runs)) for name in (rows[0] if rows else ())]


def _fact(name: str, found: Sequence[Mapping[str, Any]], seeds: int) -> Fact:
    values = [float(one["value"]) for one in found if one["value"] is not None]
    held = sum(bool(one["holds"]) for one in found)
    return Fact(name, values, found[0]["low"], found[0]["high"], held, seeds)


def _facts(found: Sequence[Fact]) -> str:
    header = [*words("Fact"), *numbers("Median", "5% to 95%", "Band", "Holds in"), *words("What it says")]
    rows = [
        [
            *words(one.name.replace("_", " ")),
            *numbers(*_spread(one.values), _band(one), f"{one.held} of {one.seeds}"),
            Cell(MEANINGS.get(one.name, ""), "w"),
        ]
        for one in found
    ]
    return table(header, rows)


def _spread(values: Sequence[float]) -> tuple[str, str]:
    if not values:
        return NONE, NONE
    low, median, high = np.percentile(values, (5, 50, 95))
    return f"{median:.3f}", f"{low:.3f} to {high:.3f}" if len(values) > 1 else NONE


def _band(one: Fact) -> str:
    if one.high is None:
        return f"above {one.low:.3f}"
    return f"{one.low:.2f} to {one.high:.2f}"


def _gains(run: Run) -> dict[str, float]:
    return {kind.replace("_", " "): one["mean_pnl"] for kind, one in run.document["kinds"].items()}


def _means(title: str, rows: Mapping[Path, Mapping[str, float | None]]) -> str:
    names = dict.fromkeys(name for row in rows.values() for name in row)
    cells = [
        [*words(name.replace("_", " ")), *numbers(_mean([row.get(name) for row in rows.values()]))] for name in names
    ]
    return table([*words(title), *numbers("Mean over seeds")], cells)


def _mean(values: Sequence[float | None]) -> str:
    known = [float(one) for one in values if one is not None and isfinite(one)]
    if not known:
        return NONE
    low, high = mean_interval(known)
    interval = f" [{low:,.3f}, {high:,.3f}]" if isfinite(low) else ""
    return f"{np.mean(known):,.3f}{interval}"


def facts_figure(found: Sequence[Fact]) -> Figure:
    """A panel for each fact: the value of every seed, the median and the band in which the fact holds."""
    with style():
        drawn = blank(8.8, 4.4)
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
    axes.axvspan(one.low or 0.0, one.high if one.high is not None else highest + room, color=THEORY, alpha=0.12, lw=0)
    height = np.linspace(0.25, 0.75, len(values)) if len(values) > 1 else [0.5]
    axes.scatter(values, height, s=14, color=COLOURS[0], alpha=0.7, lw=0)
    axes.axvline(float(np.median(values)), color=INK, lw=1.6)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_title(f"{one.name.replace('_', ' ')}\nholds in {one.held} of {one.seeds}", fontsize=9)
    axes.grid(axis="y", visible=False)
