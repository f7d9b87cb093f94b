"""The desk's figures, from the tables of a run's folder. Every caption says whose bars are behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.style import COLOURS, INK, LINE, MUTE, blank, style, whole_numbers
from worlds.crypto.settings import ROLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (5, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
BUCKETS = np.linspace(0, 1, 11)
FEWEST_TRADES = 20
Z95 = 1.959963984540054


def family(name: str) -> str:
    """The arm of a lane: "population 43" is one seed of "population"."""
    head, _, tail = name.rpartition(" ")
    return head if head and tail.isdecimal() else name


def equity_figure(frame: pd.DataFrame) -> Figure:
    """Equity, drawdown and exposure over time. `frame`: time, name, equity, exposure; seeds of one arm are a band."""
    with style():
        figure = blank(9, 7.4)
        above, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=(3, 1.4, 1.4))
        for number, (name, part) in enumerate(_families(frame)):
            colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
            wide = part.pivot(index="time", columns="name", values="equity")
            relative = wide / wide.iloc[0]
            _band(above, relative, name, colour, dash)
            _band(middle, -(1 - wide / wide.cummax()), "", colour, dash)
            _band(below, part.pivot(index="time", columns="name", values="exposure"), "", colour, dash)
        above.set_yscale("log")
        above.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        above.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if round(value * 10) % 2 == 0 else "")
        above.set_ylabel("Equity (share of the start, log)")
        middle.set_ylabel("Drawdown")
        below.set_ylabel("Exposure\n(share of equity)")
        below.set_xlabel("Time (UTC)")
        for axes in (middle, below):
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        figure.legend(*above.get_legend_handles_labels(), loc="outside upper center", ncols=4, handlelength=2.6)
    return figure


def _families(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    arms = frame["name"].map(family)
    for name in dict.fromkeys(arms):
        yield name, frame[arms == name]


def _band(axes: Axes, wide: pd.DataFrame, label: str, colour: str, dash: Any) -> None:
    """The mean of the lanes as a line, their range as a band."""
    axes.plot(wide.index, wide.mean(axis=1), color=colour, linestyle=dash, linewidth=1.3, label=label)
    if wide.shape[1] > 1:
        axes.fill_between(wide.index, wide.min(axis=1), wide.max(axis=1), color=colour, alpha=0.15, linewidth=0)


def calibration_figure(trades: pd.DataFrame) -> Figure | None:
    """How often trades gained against the chance that was stated. None where there are too few trades."""
    if len(trades) < FEWEST_TRADES:
        return None
    bucket = np.clip(np.digitize(trades["confidence"], BUCKETS) - 1, 0, 9)
    grouped = pd.DataFrame({"bucket": bucket, "stated": trades["confidence"], "gained": trades["gain"] > 0})
    found = grouped.groupby("bucket").agg(stated=("stated", "mean"), gained=("gained", "mean"), n=("stated", "size"))
    low, high = _wilson(found["gained"], found["n"])
    with style():
        figure = blank(6, 6)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        above.plot([0, 1], [0, 1], color=MUTE, linestyle=DASHES[2], linewidth=1, label="perfectly calibrated")
        bars = {"yerr": [found["gained"] - low, high - found["gained"]], "capsize": 3}
        above.errorbar(found["stated"], found["gained"], fmt="o", color=COLOURS[0], label="trades", **bars)
        above.set_ylim(-0.02, 1.02)
        above.set_ylabel("Share of trades that gained")
        above.legend(loc="upper left")
        below.bar(BUCKETS[found.index] + 0.05, found["n"], width=0.09, color=COLOURS[4])
        below.set_ylabel("Trades")
        below.set_xlabel("Stated chance to gain")
        below.set_xlim(0, 1)
    return figure


def _wilson(share: pd.Series, n: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Wilson's 95 % interval of a share, which also holds for few trades and near 0 and 1."""
    square = Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 * np.sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    # at 0 and 1 rounding may leave the interval beside its share
    return np.minimum(middle - half, share), np.maximum(middle + half, share)


def learning_figure(iterations: pd.DataFrame) -> Figure:
    """Shapley value and diversity of each role over the iterations of the learning arm. `iterations`: arm, seed,
    iteration, shapley_ROLE, diversity_ROLE."""
    own = iterations[iterations["arm"] == iterations["arm"].iloc[0]]
    with style():
        figure = blank(9, 5.6)
        above, below = figure.subplots(2, 1, sharex=True)
        for (axes, what), (number, role) in product(((above, "shapley"), (below, "diversity")), enumerate(ROLES)):
            wide = own.pivot(index="iteration", columns="seed", values=f"{what}_{role}")
            _band(axes, wide, role if axes is above else "", COLOURS[number], DASHES[number])
        above.axhline(0, color=INK, linewidth=0.6)
        below.axhline(0.2, color=MUTE, linewidth=0.8, linestyle=DASHES[2])
        below.annotate("mutation below", (own["iteration"].min(), 0.2), fontsize=8, color=MUTE, va="bottom")
        below.set_ylim(bottom=0)
        above.set_ylabel("Shapley value\n(points of score)")
        below.set_ylabel("Diversity (mean distance,\nshare of the span)")
        below.set_xlabel("Iteration")
        whole_numbers(below.xaxis, 12)
        figure.legend(*above.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def tree_figure(agents: pd.DataFrame, moves: pd.DataFrame, scores: pd.DataFrame) -> Figure:
    """One population: a line an agent, as high as its score, copies beside their parents, arrows where it learnt.

    `agents`: role, agent, variant, parent; `moves`: iteration, role, from, to; `scores`: iteration, role, agent, total.
    """
    with style():
        figure = blank(10, 8)
        rows = figure.subplots(2, 2, sharex=True)
        for role, axes in zip(ROLES, rows.flat, strict=True):
            order = _in_families(agents[agents["role"] == role])
            _lives(axes, order, scores[scores["role"] == role])
            _arrows(axes, list(order["agent"]), moves[moves["role"] == role])
            axes.set_title(role, loc="left", fontsize=10)
        for axes in rows[1]:
            axes.set_xlabel("Iteration")
            whole_numbers(axes.xaxis, 8)
    return figure


def _in_families(agents: pd.DataFrame) -> pd.DataFrame:
    """Each variant, its copies below it."""
    root = agents["parent"].where(agents["parent"] != "", agents["agent"])
    place = {name: number for number, name in enumerate(agents["agent"])}
    keys = pd.DataFrame({"root": root.map(place), "own": agents["agent"].map(place)}, index=agents.index)
    return agents.loc[keys.sort_values(["root", "own"]).index]


def _lives(axes: Axes, order: pd.DataFrame, scores: pd.DataFrame) -> None:
    names = list(order["agent"])
    low, high = scores["total"].min(), scores["total"].max()
    for row, name in enumerate(names):
        axes.axhline(row, color=LINE, linewidth=0.8, zorder=0)
        own = scores[scores["agent"] == name]
        size = 6 + 60 * (own["total"] - low) / max(high - low, 1e-9)
        axes.scatter(own["iteration"], np.full(len(own), row), s=size, color=COLOURS[0], alpha=0.7, linewidth=0)
    labels = [
        f"{name} {variant}" if not parent else f"└ {name} of {parent}"
        for name, variant, parent in zip(names, order["variant"], order["parent"], strict=True)
    ]
    axes.set_yticks(range(len(names)), labels, fontsize=8)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)


def _arrows(axes: Axes, names: Sequence[str], moves: pd.DataFrame) -> None:
    once = moves.drop_duplicates(["iteration", "from", "to"])
    for at, teacher, student in zip(once["iteration"], once["from"], once["to"], strict=True):
        start, end = names.index(teacher), names.index(student)
        bow = {"arrowstyle": "-|>", "color": COLOURS[1], "lw": 0.9, "connectionstyle": "arc3,rad=0.25"}
        axes.annotate("", (at, end), (at, start), arrowprops=bow)
