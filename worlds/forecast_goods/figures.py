"""Pictures of this economy in the style of all figures. Loads matplotlib when one is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.style import COLOURS, INK, LINE, MUTE, THEORY, blank, style
from worlds.forecast_goods.calibrate import share_of
from worlds.forecast_goods.information.predictions import murphy, reliability_bins

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = "os^Dvp"
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1.2)))
REGIME_GREYS = ("#ffffff", "#dfe3ea", "#c3cad6", "#a7b0c0", "#8b96aa")
MOST_LABELS = 12
BINS = 20
SMOOTH = 20  # a moving mean over a twentieth of the rounds


def line_of(number: int) -> dict[str, Any]:
    """Colour and dash of the line with this number."""
    return {"color": COLOURS[number % len(COLOURS)], "ls": DASHES[number // len(COLOURS) % len(DASHES)]}


def market_figure(rounds: pd.DataFrame, bets: bool = False) -> Figure:
    """Mean price, surplus and efficiency of each round, with moving means; surplus added up where it is of `bets`,
    which pay all at once. `rounds`: round, price (units of money, NaN
    where nothing was traded), consumer_surplus, producer_surplus (units of money), efficiency, to 1, NaN for none."""
    measured = bool(rounds["efficiency"].notna().any())
    with style():
        figure = blank(8.8, 6.2 if measured else 4.4)
        panels = figure.subplots(3 if measured else 2, 1, sharex=True)
        _dots(panels[0], rounds, "price", 0, "mean price")
        if bets:
            _added_up(panels[1], rounds)
        else:
            _dots(panels[1], rounds, "consumer_surplus", 0, "buyers")
            _dots(panels[1], rounds, "producer_surplus", 1, "sellers")
        panels[1].axhline(0, color=MUTE, lw=0.8)
        panels[0].set_ylabel("Price\n(units of money)")
        panels[1].set_ylabel(f"{'Surplus so far' if bets else 'Surplus a round'}\n(units of money)")
        # above the panel: dots may be anywhere in it
        panels[1].legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.1, ncols=2)
        if measured:
            _dots(panels[2], rounds, "efficiency", 2, "efficiency")
            panels[2].axhline(1, color=THEORY, lw=1.2, ls="--")
            panels[2].set_ylabel("Share of the\nbest surplus")
            panels[2].set_ylim(max(-1.0, min(0.0, float(rounds["efficiency"].min()))) - 0.02, 1.08)
        panels[-1].set_xlabel("Round")
    return figure


def _added_up(axes: Axes, rounds: pd.DataFrame) -> None:
    """What agents and the automated maker have gained by bets until each round."""
    for number, (column, label) in enumerate(
        {"consumer_surplus": "agents", "producer_surplus": "market maker"}.items()
    ):
        axes.step(rounds["round"], rounds[column].cumsum(), where="post", lw=1.5, label=label, **line_of(number))


def _dots(axes: Axes, rounds: pd.DataFrame, column: str, number: int, label: str) -> None:
    """A dot a round, and a line through their moving mean."""
    values = rounds[column].astype(float)
    window = max(1, len(rounds) // SMOOTH)
    axes.plot(rounds["round"], values, ".", ms=5, alpha=0.4, color=COLOURS[number], mec="none")
    mean = values.rolling(window, min_periods=1, center=True).mean()
    axes.plot(rounds["round"], mean, lw=1.5, label=label, **line_of(number))


def reliability_figure(forecasts: pd.DataFrame) -> Figure:
    """How often events came that were forecast with each probability, with exact 95% intervals; beside it, how many
    forecasts there were. `forecasts`: probability and outcome."""
    parts = murphy(forecasts["probability"], forecasts["outcome"])
    told = f"Brier {parts.brier:.3f} = {parts.reliability:.3f} - {parts.resolution:.3f} + {parts.uncertainty:.3f}"
    with style():
        figure = blank(8.8, 4.2)
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        _reliability(left, forecasts)
        left.set_title(f"{told} (reliability - resolution + uncertainty)", loc="left", fontsize=9, color=INK)
        right.hist(forecasts["probability"], bins=np.linspace(-0.025, 1.025, BINS + 2), color=COLOURS[0], alpha=0.7)
        for axes in (left, right):
            axes.set_xlabel("Forecast probability")
        left.set_ylabel("Share of events that came")
        right.set_ylabel("Forecasts")
        left.legend(loc="upper left")
    return figure


def _reliability(axes: Axes, frame: pd.DataFrame) -> None:
    bins = reliability_bins(frame["probability"], frame["outcome"], BINS)
    x = [one.forecast for one in bins]
    y = np.array([one.observed for one in bins])
    bounds = [share_of(round(one.observed * one.number), one.number) for one in bins]
    errors = [y - [one.low for one in bounds], [one.high for one in bounds] - y]
    axes.plot([0, 1], [0, 1], color=THEORY, ls="--", lw=1.2, label="calibrated")
    base = float(frame["outcome"].mean())
    axes.axhline(base, color=MUTE, ls=":", lw=1, label=f"base rate {base:.2f}")
    look: dict[str, Any] = {"color": COLOURS[0], "marker": "o", "ms": 4.5, "lw": 1.2, "capsize": 2}
    axes.errorbar(x, y, np.clip(errors, 0, None), label="forecasts", **look)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)


def budgets_figure(agents: pd.DataFrame) -> Figure:
    """Budgets over time, a line for each agent, or for each team where there are many. `agents`: round, agent, team,
    budget, in units of money."""
    by = "agent" if agents["agent"].nunique() <= MOST_LABELS else "team"
    lines = agents.groupby([by, "round"])["budget"].sum().unstack(by)
    with style():
        figure = blank(8.8, 3.8)
        axes = figure.subplots()
        many = lines.shape[1] > MOST_LABELS
        for number, name in enumerate(lines):
            look = {"color": MUTE, "alpha": 0.4} if many else line_of(number)
            axes.step(lines.index, lines[name], where="post", lw=1.3, label=str(name), **look)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("Round")
        axes.set_ylabel(f"Research budget of each {by}\n(units of money)")
        if not many:
            figure.legend(loc="outside upper center", ncols=4)
    return figure


def index_figure(indices: pd.DataFrame) -> Figure:
    """Levels of all indices, as 100 in the first round shown, over bands of the hidden regime. `indices`: round,
    asset, level, regime."""
    levels = indices.pivot_table(index="round", columns="asset", values="level")
    regimes = indices.drop_duplicates("round").set_index("round")["regime"].astype(int)
    with style():
        figure = blank(8.8, 3.8)
        axes = figure.subplots()
        bands(axes, regimes)
        for number, name in enumerate(levels):
            axes.plot(
                levels.index, 100 * levels[name] / levels[name].iloc[0], lw=1.3, label=str(name), **line_of(number)
            )
        axes.set_xlabel("Round")
        axes.set_ylabel("Index (100 in the first round)")
        handles, labels = axes.get_legend_handles_labels()
        figure.legend([*handles, *_greys(regimes)], [*labels, *_named(regimes)], loc="outside upper center", ncols=6)
    return figure


def bands(axes: Axes, regimes: pd.Series[int]) -> None:
    """A grey band while a regime above 0 lasts."""
    values, places = regimes.to_numpy(), regimes.index.to_numpy()
    starts = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    for start, end in zip(starts, [*starts[1:], len(values)], strict=True):
        if values[start]:
            colour = REGIME_GREYS[values[start] % len(REGIME_GREYS)]
            axes.axvspan(places[start] - 0.5, places[end - 1] + 0.5, color=colour, lw=0, zorder=0)


def _named(regimes: pd.Series[int]) -> list[str]:
    return [f"regime {one}" for one in sorted(regimes.unique()) if one] if regimes.nunique() > 1 else []


def _greys(regimes: pd.Series[int]) -> list[Any]:
    from matplotlib.patches import Patch

    shown = sorted(one for one in regimes.unique() if one)
    return [Patch(facecolor=REGIME_GREYS[one % len(REGIME_GREYS)]) for one in shown] if _named(regimes) else []


def network_figure(
    neighbours: Mapping[str, Sequence[str]], teams: Mapping[str, str], heard: Mapping[str, int]
) -> Figure:
    """Who passes news on to whom: agents in the colour of their team, the larger the more private news came to them
    over others."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(neighbours)
    graph.add_edges_from((one, other) for one, others in neighbours.items() for other in others)
    places = nx.spring_layout(graph, seed=1)
    names = sorted(set(teams.values()))
    most = max([1, *heard.values()])
    with style():
        figure = blank(8.8, 5.2)
        axes = figure.subplots()
        for one, other in graph.edges:
            axes.plot(*zip(places[one], places[other], strict=True), color=LINE, lw=1.2, zorder=1)
        for number, team in enumerate(names):
            mine = [agent for agent in neighbours if teams[agent] == team]
            dots = np.array([places[agent] for agent in mine])
            sizes = [30 + 270 * heard.get(agent, 0) / most for agent in mine]
            look: dict[str, Any] = {"color": COLOURS[number % len(COLOURS)], "edgecolor": INK, "lw": 0.6}
            marker = MARKERS[number // len(COLOURS) % len(MARKERS)]
            axes.scatter(dots[:, 0], dots[:, 1], s=sizes, marker=marker, zorder=2, label=team, **look)
        _agents_named(axes, places)
        axes.set_axis_off()
        if len(names) <= MOST_LABELS:
            figure.legend(loc="outside upper center", ncols=6, markerscale=0.7)
    return figure


def _agents_named(axes: Axes, places: Mapping[str, Any]) -> None:
    if len(places) <= 2 * MOST_LABELS:
        for agent, place in places.items():
            short = agent.split("/")[-1]
            axes.annotate(short, place, (0, -13), textcoords="offset points", ha="center", fontsize=7, color=INK)
