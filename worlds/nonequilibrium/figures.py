"""Pictures of this market in the style of all figures. Loads matplotlib when one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.style import COLOURS, INK, MUTE, THEORY, blank, png, style
from worlds.folders import write_bytes
from worlds.nonequilibrium.draws import Floats
from worlds.nonequilibrium.history import History
from worlds.nonequilibrium.measures import MONOPOLY, PHASES, reigns, rulers
from worlds.nonequilibrium.theory import competitive_price, critical_pull

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DASHES = ("-", (0, (4, 1.5)))
FEWEST_REIGNS = 5
PHASE_COLOURS = ("#e4e7ec", COLOURS[0], COLOURS[5], "#cc79a7")


def draw_run(folder: Path, history: History, burn_in: int, caption: str, sigma: float = 1.0) -> list[tuple[str, str]]:
    """Write the pictures of one run into `folder`/plots. Returns (file, caption)."""
    (folder / "plots").mkdir(exist_ok=True)
    lengths = [one.steps for one in reigns(history.q[:, burn_in:]) if one.whole]
    told = f"Shares of the buyers and prices of all sellers; bands below: who has more than half. {caption}."
    drawn = [("plots/market.png", market_figure([(history, "")], sigma), told)]
    if len(lengths) >= FEWEST_REIGNS:
        about = f"How long {len(lengths)} whole reigns lasted after step {burn_in}. {caption}."
        drawn.append(("plots/dwell.png", dwell_figure(lengths), about))
    for file, figure, _ in drawn:
        write_bytes(folder / file, png(figure))
    return [(file, about) for file, _, about in drawn]


def market_figure(columns: Sequence[tuple[History, str]], sigma: float = 1.0) -> Figure:
    """Shares above, who reigns between, prices below; a column for each (run, heading)."""
    with style():
        figure = blank(8.8 if len(columns) == 1 else 11.5, 5.4)
        axes = figure.subplots(3, len(columns), sharex="col", squeeze=False, height_ratios=(3, 0.28, 3))
        for (history, heading), (shares, bands, prices) in zip(columns, axes.T, strict=True):
            shares.set_xlim(0, max(1, history.q.shape[1] - 1))
            shares.set_title(heading, loc="left", fontsize=10)
            _shares(shares, history.q)
            _bands(bands, history.q)
            _prices(prices, history, sigma)
        axes[0, 0].set_ylabel("Share of the buyers")
        axes[1, 0].set_ylabel("reign", rotation=0, ha="right", va="center", fontsize=8)
        axes[2, 0].set_ylabel("Price (units of money)")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        if len(labels) <= 12:
            figure.legend(handles, labels, loc="outside upper center", ncols=12, title="Seller", handlelength=1.4)
        axes[2, 0].legend(loc="upper left", fontsize=8, frameon=True, framealpha=0.85, edgecolor="none")
    return figure


def _line(seller: int) -> dict[str, Any]:
    return {"color": COLOURS[seller % len(COLOURS)], "ls": DASHES[seller // len(COLOURS) % len(DASHES)]}


def _shares(axes: Axes, q: Floats) -> None:
    for seller, share in enumerate(q):
        axes.plot(share, lw=0.9, label=str(seller + 1), **_line(seller))
    axes.axhline(MONOPOLY, color=MUTE, lw=0.8, ls=":")
    axes.set_ylim(0, max(MONOPOLY * 1.1, min(1.02, q.max() * 1.08)))


def _bands(axes: Axes, q: Floats) -> None:
    """A band of the seller's colour while it reigns; hatched where its line is dashed."""
    for one in reigns(q):
        look = _line(one.seller)
        hatch = "" if look["ls"] == "-" else "////"
        axes.axvspan(one.first, one.last + 1, facecolor=look["color"], hatch=hatch, edgecolor="white", lw=0)
    if (rulers(q) < 0).all():
        axes.text(0.5, 0.5, "nobody has more than half", transform=axes.transAxes, ha="center", va="center", fontsize=8)
    axes.set_yticks([])
    axes.grid(False)


def _prices(axes: Axes, history: History, sigma: float) -> None:
    for seller, price in enumerate(history.p):
        axes.plot(price, lw=0.9, **_line(seller))
    theory = competitive_price(len(history.p), sigma)
    axes.axhline(theory, color=THEORY, lw=1.4, ls="--", label=f"competitive price, theory: {theory:.3f}")
    # room for the legend above the lines
    axes.set_ylim(0, 1.2 * max(theory, float(history.p.max())))
    axes.set_xlabel("Step")


def dwell_figure(lengths: Sequence[int]) -> Figure:
    """The share of reigns that last longer, on a logarithmic axis: a straight line where they end by chance."""
    with style():
        figure = blank(5.6, 3.6)
        axes = figure.subplots()
        rising = np.sort(lengths)
        longer = 1 - np.arange(len(rising)) / len(rising)
        axes.step(rising, longer, where="post", color=COLOURS[0], lw=1.5, marker="o", ms=3, label="reigns")
        mean = float(np.mean(rising))
        line = np.linspace(0, rising[-1], 100)
        axes.plot(line, np.exp(-line / mean), color=THEORY, ls="--", lw=1.2, label=f"by chance, mean {mean:.0f} steps")
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_ylim(bottom=longer[-1] / 2)
        axes.set_xlabel("Length of a reign (steps)")
        axes.set_ylabel("Share of reigns that last at least as long")
        axes.legend(loc="lower left")
    return figure


def phase_figure(J: Floats, rho: Floats, largest: Floats, phases: Any, sellers: int) -> Figure:
    """`largest`: mean largest share, (len(rho), len(J)), mean over seeds; `phases`: the phase in most seeds."""
    with style():
        figure = blank(10.4, 4.2)
        left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
        mesh = left.pcolormesh(_edges(J), _edges(rho), largest, cmap="cividis", vmin=1 / sellers, vmax=1)
        bar = figure.colorbar(mesh, ax=left)
        bar.set_label("Mean largest share")
        numbers = np.vectorize(PHASES.index)(phases)
        right.pcolormesh(_edges(J), _edges(rho), numbers, cmap=_listed(), vmin=-0.5, vmax=len(PHASES) - 0.5)
        for axes in (left, right):
            axes.axvline(critical_pull(sellers), color="#ffffff", lw=3.2)
            axes.axvline(critical_pull(sellers), color=THEORY, ls="--", lw=1.8, label="$J_c$, theory")
            axes.set_xlabel("$J$, how much buyers like what others buy")
            axes.grid(False)
            axes.set_ylabel(r"$\rho$, speed of the buyers")
        handles, labels = left.get_legend_handles_labels()
        figure.legend([*_patches(), *handles], [*PHASES, *labels], loc="outside upper center", ncols=5)
    return figure


def _listed() -> Any:
    from matplotlib.colors import ListedColormap

    return ListedColormap(PHASE_COLOURS)


def _patches() -> list[Any]:
    from matplotlib.patches import Patch

    return [Patch(facecolor=colour, edgecolor=MUTE) for colour in PHASE_COLOURS]


def _edges(values: Floats) -> Floats:
    """Bounds of cells round `values`, half-way between neighbours."""
    if len(values) == 1:
        return np.array([values[0] - 0.05, values[0] + 0.05])
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])


def hysteresis_figure(J: Floats, loops: Sequence[tuple[float, Floats, Floats]], sellers: int) -> Figure:
    """Mean largest share while J rises and falls again; a panel for each (rho, rising, falling), both in order of J."""
    with style():
        figure = blank(4.6 * len(loops), 3.8)
        axes = figure.subplots(1, len(loops), sharey=True, squeeze=False)[0]
        for panel, (rho, rising, falling) in zip(axes, loops, strict=True):
            panel.fill_between(J, rising, falling, color=MUTE, alpha=0.18, lw=0)
            panel.plot(J, rising, color=COLOURS[0], marker="^", ms=4, lw=1.3, label="$J$ rises")
            panel.plot(J, falling, color=COLOURS[1], marker="v", ms=4, lw=1.3, ls="--", label="$J$ falls")
            panel.axvline(critical_pull(sellers), color=THEORY, ls="--", lw=1.2, label="$J_c$, theory")
            panel.set_title(rf"$\rho$ = {rho:g}", loc="left", fontsize=10, color=INK)
            panel.set_xlabel("$J$")
        axes[0].set_ylabel("Mean largest share")
        axes[0].set_ylim(0, 1.02)
        axes[0].legend(loc="upper left")
    return figure
