"""Figures of several markets of one treatment: price paths by group with bands, beside published ones; gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import pandas as pd

from analysis import published
from analysis.figures import panels, price_axis, theory, volume_bars
from analysis.groups import Estimate, Group
from analysis.style import COLOURS, INK, KINDS, MUTE, blank, money, style
from analysis.summary import MarketSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS, DASHES = "osD^vP", ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
# More thin lines than this say less than the band does.
MOST_PATHS = 40


def paths_figure(groups: Sequence[Group]) -> Figure:
    """Mean prices by period of each group against theory and published paths; below, volume by period.

    The band is a 95% bootstrap interval of the mean over sessions; with one session a group has its line alone. Thin
    lines are single markets.
    """
    markets = [one for group in groups for one in group.markets]
    with style():
        figure = blank(8.8, 5.2)
        prices, volume = panels(figure, markets[0])
        theory(prices, markets[0])
        _published(prices, markets[0])
        for group, colour, marker, dash in zip(groups, cycle(COLOURS), cycle(MARKERS), cycle(DASHES), strict=False):
            _band(prices, group, colour, marker, dash)
        price_axis(prices, markets)
        volume_bars(volume, markets)
        figure.legend(*prices.get_legend_handles_labels(), loc="outside upper center", ncols=3)
        return figure


def _band(axes: Axes, group: Group, colour: str, marker: str, dash: object) -> None:
    treatment = group.markets[0].treatment
    path = group.path().map(lambda ticks: money(treatment, ticks))
    if len(group.markets) <= MOST_PATHS:
        for one in group.markets:
            single = one.periods.set_index("period")["mean_price"].map(lambda ticks: money(treatment, ticks))
            axes.plot(single.index, single, color=colour, lw=0.7, alpha=0.35)
    axes.fill_between(path.index, path["low"], path["high"], color=colour, alpha=0.18, lw=0)
    label = f"{group.name} ({group.sessions} {'session' if group.sessions == 1 else 'sessions'})"
    axes.plot(path.index, path["mean"], color=colour, lw=2, ls=dash, marker=marker, ms=4.5, label=label)


def _published(axes: Axes, one: MarketSummary) -> None:
    for path in published.paths(one.treatment.name):
        label = f"published: {path.group} ({path.source.split(':')[0].split(',')[0]})"
        prices = path.prices[path.prices.index <= one.treatment.periods]
        axes.plot(prices.index, prices, color=MUTE, lw=1.6, ls=(0, (1, 1.2)), marker="x", ms=5, label=label)


def kinds_figure(group: Group, gains: Mapping[str, Estimate]) -> Figure:
    """What a trader of each kind gained, mean over sessions with its 95% interval, a dot for each session."""
    treatment = group.markets[0].treatment
    with style():
        figure = blank(4.4, 1.1 + 0.55 * max(2, len(gains)))
        axes = figure.subplots()
        for row, (kind, estimate) in enumerate(gains.items()):
            _kind(axes, row, group, kind, estimate)
        axes.axvline(0, color=MUTE, lw=1)
        axes.set_yticks(range(len(gains)), list(gains))
        axes.set_ylim(-0.6, len(gains) - 0.4)
        axes.set_xlabel(f"Mean gain of a trader ({treatment.currency})")
        axes.grid(axis="y", visible=False)
        return figure


def _kind(axes: Axes, row: int, group: Group, kind: str, estimate: Estimate) -> None:
    treatment, colour = group.markets[0].treatment, KINDS[kind][0]
    gains = pd.concat([one.traders.assign(session=str(one.market.unit)) for one in group.markets])
    means = gains[gains["kind"] == kind].groupby("session")["gain"].mean()
    axes.scatter([money(treatment, ticks) for ticks in means], [row] * len(means), s=16, color=colour, alpha=0.45)
    mean, (low, high) = money(treatment, estimate.mean), estimate.interval
    axes.hlines(row, money(treatment, low), money(treatment, high), color=colour, lw=2.5)
    axes.plot([mean], [row], marker="D", ms=6, color=INK)
