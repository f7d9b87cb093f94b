"""Figures of single markets. Loads matplotlib when the first one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.style import INK, KINDS, MUTE, THEORY, blank, money, style, whole_numbers
from analysis.summary import MarketSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# More dots than this are drawn as a picture: a vector of each would weigh megabytes.
MOST_VECTOR_DOTS = 3000


def price_figure(one: MarketSummary) -> Figure:
    """The trades of a market and the mean price of each period against theory; below, volume by period.

    Induced markets have demand and supply to the left, on the same axis of prices, as in Smith (1962).
    """
    with style():
        figure = blank(8.8, 4.9)
        prices, volume = panels(figure, one)
        theory(prices, one)
        _trades(prices, one)
        price_axis(prices, [one])
        volume_bars(volume, [one])
        figure.legend(*prices.get_legend_handles_labels(), loc="outside upper center", ncols=4)
        return figure


def panels(figure: Figure, one: MarketSummary) -> tuple[Axes, Axes]:
    """(prices, volume), one above the other."""
    if not one.treatment.induced:
        prices, volume = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
        prices.set_ylabel(f"Price ({one.treatment.currency})")
        return prices, volume
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 2.4), height_ratios=(3.2, 1))
    schedule, volume = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 1])
    _demand_and_supply(schedule, one)
    return figure.add_subplot(grid[0, 1], sharex=volume, sharey=schedule), volume


def _demand_and_supply(axes: Axes, one: MarketSummary) -> None:
    treatment, roles = one.treatment, one.market.roles.values()
    values = sorted((value for role in roles for value in role.values), reverse=True)
    costs = sorted(cost for role in roles for cost in role.costs)
    demand, supply = (values, "#0072b2", "-", "values", 4), (costs, "#d55e00", (0, (4, 1.5)), "costs", -12)
    for units, colour, dash, name, above in (one for one in (demand, supply) if one[0]):
        prices = [money(treatment, ticks) for ticks in units]
        axes.stairs(prices, range(len(prices) + 1), baseline=None, color=colour, ls=dash, lw=1.8)
        axes.annotate(name, (0, prices[0]), (2, above), textcoords="offset points", color=colour)
    axes.axhline(money(treatment, one.periods["benchmark"].iloc[0]), color=THEORY, ls=(0, (5, 3)), lw=1.2)
    axes.set_xlabel("Units a period")
    axes.set_ylabel(f"Price ({treatment.currency})")
    whole_numbers(axes.xaxis, at_most=5)


def theory(axes: Axes, one: MarketSummary) -> None:
    """The fundamental value as steps, or the competitive price."""
    treatment = one.treatment
    if point := one.competitive:
        middle = (point.low + point.high) / 2
        axes.axhline(money(treatment, middle), color=THEORY, ls=(0, (5, 3)), lw=1.6, label="competitive price")
        if point.low < point.high:
            axes.axhspan(money(treatment, point.low), money(treatment, point.high), color=THEORY, alpha=0.12, lw=0)
        return
    edges = [0.5 + period for period in range(treatment.periods + 1)]
    values = [money(treatment, float(treatment.fundamental(number) or 0)) for number in range(1, treatment.periods + 1)]
    axes.stairs(values, edges, baseline=None, color=THEORY, ls=(0, (5, 3)), lw=1.6, label="fundamental value")


def _trades(axes: Axes, one: MarketSummary) -> None:
    """A dot for each trade at its time within the period, a bar for each period's mean."""
    seconds = (one.trades["seconds"] / one.treatment.period_seconds).clip(upper=1)
    times = one.trades["period"].astype(float) - 0.46 + 0.92 * seconds
    price = one.trades["price"].astype(float).map(lambda ticks: money(one.treatment, ticks))
    many = len(times) > MOST_VECTOR_DOTS
    axes.scatter(times, price, s=14, color=INK, alpha=0.75, lw=0, label="trade", rasterized=many, zorder=3)
    traded = one.periods[one.periods["trades"] > 0]
    means = [money(one.treatment, ticks) for ticks in traded["mean_price"]]
    ends = traded["period"] - 0.46, traded["period"] + 0.46
    axes.hlines(means, *ends, color=MUTE, lw=3, alpha=0.6, label="mean of a period")


def _by_period(markets: Sequence[MarketSummary], column: str) -> pd.DataFrame:
    """One column a market, one row a period."""
    return pd.concat([one.periods.set_index("period")[column] for one in markets], axis=1).sort_index()


def price_axis(axes: Axes, markets: Sequence[MarketSummary]) -> None:
    highest = [one.trades["price"].max() for one in markets if len(one.trades)]
    highest += [one.periods["benchmark"].fillna(1).max() for one in markets]
    highest += [
        max(role.values + role.costs) for one in markets for role in one.market.roles.values() if one.competitive
    ]
    axes.set_ylim(0, 1.06 * money(markets[0].treatment, float(max(highest))))
    axes.grid(axis="x", visible=False)
    axes.tick_params(axis="x", labelbottom=False)
    axes.tick_params(axis="y", labelleft=not markets[0].treatment.induced)


def volume_bars(axes: Axes, markets: Sequence[MarketSummary]) -> None:
    volumes = _by_period(markets, "volume").mean(axis=1)
    unit, periods = "units" if markets[0].treatment.induced else "shares", markets[0].treatment.periods
    axes.bar(volumes.index, volumes, width=0.6, color="#98a2b3")
    axes.set_ylabel(f"Volume\n({unit})")
    axes.set_xlabel("Period")
    axes.set_xlim(0.4, periods + 0.6)
    axes.grid(axis="x", visible=False)
    whole_numbers(axes.xaxis, at_most=min(20, periods + 1))
    whole_numbers(axes.yaxis, at_most=3)


def gains_figure(one: MarketSummary) -> Figure:
    """What each trader gained, the most on top, coloured and hatched by kind."""
    traders = one.traders.sort_values("gain").reset_index(drop=True)
    with style():
        figure = blank(4.4, max(2.2, 1.1 + 0.17 * len(traders)))
        axes = figure.subplots()
        for kind, mine in traders.groupby("kind"):
            colour, hatch = KINDS[str(kind)]
            gains = [money(one.treatment, ticks) for ticks in mine["gain"]]
            axes.barh(mine.index, gains, height=0.7, color=colour, hatch=hatch, edgecolor="white", label=str(kind))
        axes.axvline(0, color=MUTE, lw=1)
        axes.set_yticks(range(len(traders)), traders["trader"], fontsize=8)
        axes.set_xlabel(f"Gain ({one.treatment.currency})")
        axes.set_ylabel("Trader")
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside upper center", ncols=3)
        return figure
