"""Pictures of an order-book market, in the style of all figures. Loads matplotlib when one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.style import COLOURS, INK, MUTE, THEORY, blank, png, style
from analysis.stylised import autocorrelation, log_returns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Numbers = npt.NDArray[np.float64]
UNIT = 100  # ticks a point
STRETCHES = 150
LAGS = 40
NAME = {"language_model": "language model", "market_maker": "market maker", "mean_reversion": "mean reversion"}


def draw(folder: Path, frames: Mapping[str, pd.DataFrame], kinds: Mapping[str, str]) -> None:
    """Write all pictures into `folder`, less what there is too little for; `frames` as in `simulation.tables`."""
    folder.mkdir(exist_ok=True)
    prices, accounts = frames["prices"], frames["accounts"]
    order = sorted(set(kinds.values()))
    with style():
        pictures = {
            "price": _price(prices),
            "spread_and_depth": _spread(prices, frames["snapshots"]),
            "returns": _returns(prices),
            "pnl": _by_kind(accounts, order, "pnl", "Mean gain of an agent (points)", UNIT),
            "inventory": _by_kind(accounts, order, "shares", "Mean shares of an agent", 1),
        }
    for name, figure in pictures.items():
        if figure is not None:
            (folder / f"{name}.png").write_bytes(png(figure))


def mids(prices: pd.DataFrame) -> pd.Series[float]:
    """The mid after each tick in ticks of money, by tick; ticks with an empty side are left out."""
    quoted = prices.dropna(subset=["bid", "ask"]).set_index("seconds")
    return (quoted["bid"].astype(float) + quoted["ask"].astype(float)) / 2


def _price(prices: pd.DataFrame) -> Figure:
    figure = blank(8.8, 4.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
    mid = mids(prices)
    # the value lies below: the mid stays close to it
    above.plot(
        prices["seconds"], prices["fundamental"] / UNIT, color=THEORY, lw=2.4, alpha=0.6, label="fundamental value"
    )
    above.plot(mid.index, mid / UNIT, color=INK, lw=0.7, label="mid of the quotes")
    above.set_ylabel("Price (points)")
    above.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.14))
    below.fill_between(prices["seconds"].astype(float), prices["volume"].astype(float), color=MUTE, step="mid", lw=0)
    below.set_ylabel("Shares\na tick")
    below.set_xlabel("Tick")
    return figure


def _spread(prices: pd.DataFrame, snapshots: pd.DataFrame) -> Figure:
    figure = blank(8.8, 4.2)
    above, below = figure.subplots(2, 1, sharex=True)
    quoted = prices.dropna(subset=["bid", "ask"])
    spread = (quoted["ask"] - quoted["bid"]).astype(float) / UNIT
    _over_time(above, quoted["seconds"].to_numpy(float), np.asarray(spread, dtype=np.float64))
    above.set_ylabel("Spread (points)")
    above.set_ylim(0)
    above.legend(loc="upper right", ncols=2)
    for side, colour, dash in (("buy", COLOURS[0], "-"), ("sell", COLOURS[1], "--")):
        depth = snapshots[snapshots["side"] == side].groupby("seconds")["quantity"].sum()
        name = "bids" if side == "buy" else "offers"
        below.plot(depth.index, depth.astype(float), color=colour, ls=dash, lw=1.1, label=name)
    below.set_ylabel("Shares at the\nbest five prices")
    below.set_xlabel("Tick")
    below.set_ylim(bottom=0)
    below.legend(ncols=2)
    return figure


def _over_time(axes: Axes, ticks: Numbers, values: Numbers) -> None:
    """Mean and 5% to 95% of stretches of ticks: a line through every tick would be a block of ink."""
    parts = [part for part in np.array_split(np.arange(len(ticks)), STRETCHES) if len(part)]
    centres = [float(ticks[part].mean()) for part in parts]
    low, high = np.array([np.percentile(values[part], (5, 95)) for part in parts]).reshape(-1, 2).T
    axes.fill_between(centres, low, high, color=COLOURS[0], alpha=0.2, lw=0, label="5% to 95% of ticks")
    axes.plot(centres, [values[part].mean() for part in parts], color=COLOURS[0], lw=1.3, label="mean")


def _returns(prices: pd.DataFrame) -> Figure | None:
    mid = mids(prices)
    if len(mid) < LAGS + 3:
        return None
    returns = log_returns(mid)
    if not np.ptp(returns):
        return None
    figure = blank(8.8, 3.4)
    left, right = figure.subplots(1, 2)
    heights, edges, _ = left.hist(100 * returns, bins=80, density=True, color=COLOURS[4], label="returns")
    normal = _normal(edges, 100 * returns)
    left.plot(edges, normal, color=INK, lw=1.2, ls="--", label="normal law")
    left.set_yscale("log")
    left.set_ylim(0.5 * heights[heights > 0].min(), 4 * max(heights.max(), normal.max()))
    left.legend(loc="upper right")
    left.set_xlabel("Log return of the mid in a tick (%)")
    left.set_ylabel("Density (log scale)")
    for series, name, colour, marker in (
        (returns, "returns", COLOURS[0], "o"),
        (abs(returns), "|returns|", COLOURS[1], "s"),
    ):
        found = autocorrelation(series, LAGS)
        right.plot(np.arange(1, LAGS + 1), found.values, marker=marker, ms=3, lw=0.8, color=colour, label=name)
    band = autocorrelation(returns, LAGS).band
    right.fill_between(np.arange(1, LAGS + 1), -band, band, color=MUTE, alpha=0.25, lw=0, label="95% of chance")
    right.axhline(0, color=MUTE, lw=0.8)
    right.set_xlabel("Lag (ticks)")
    right.set_ylabel("Autocorrelation")
    right.legend()
    return figure


def _normal(at: Numbers, returns: Numbers) -> Numbers:
    """Density of the normal law with the mean and deviation of `returns`."""
    scaled = (at - returns.mean()) / returns.std()
    return np.asarray(np.exp(-(scaled**2) / 2) / (returns.std() * np.sqrt(2 * np.pi)))


def _by_kind(accounts: pd.DataFrame, kinds: list[str], column: str, label: str, unit: int) -> Figure:
    figure = blank(8.8, 3.4)
    axes = figure.subplots()
    means: Any = accounts.groupby(["kind", "seconds"])[column].mean()
    for place, kind in enumerate(kinds):
        path = means[kind].astype(float) / unit
        dash = ("-", "--", "-.", ":")[place // len(COLOURS) + place % 4]
        axes.plot(path.index, path, color=COLOURS[place % len(COLOURS)], ls=dash, lw=1.3, label=NAME.get(kind, kind))
    axes.set_xlabel("Tick")
    axes.set_ylabel(label)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=6)
    return figure
