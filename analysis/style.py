"""One style for all figures, legible in print and to the colour-blind; as SVG and PNG. Loads matplotlib when used."""

from __future__ import annotations

from contextlib import AbstractContextManager
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from market.treatments import Treatment

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, MUTE, LINE, THEORY = "#1d2433", "#667085", "#e4e7ec", "#a9650a"
# Okabe & Ito's palette, which the colour-blind can tell apart; a hatch or a dash says the same without any colour.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
KINDS = {"human": (COLOURS[0], ""), "model": (COLOURS[1], "////"), "rule": (COLOURS[2], "....")}
PRINT_DPI = 200


def blank(width: float, height: float) -> Figure:
    """An empty figure, sizes in inches; without pyplot, which keeps figures and a backend for all threads."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def whole_numbers(axis: Axis, at_most: int) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, nbins=at_most))


def style() -> AbstractContextManager[None]:
    from matplotlib import rc_context

    return rc_context(
        {
            "font.family": "sans-serif",
            "font.size": 10,
            "text.color": INK,
            "axes.edgecolor": MUTE,
            "axes.labelcolor": INK,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "grid.color": LINE,
            "xtick.color": MUTE,
            "ytick.color": MUTE,
            "legend.frameon": False,
            "legend.fontsize": 9,
            "hatch.linewidth": 0.6,
            "svg.hashsalt": "openpit",
            "figure.constrained_layout.use": True,
        }
    )


def money(treatment: Treatment, ticks: float) -> float:
    return ticks * float(treatment.tick)


def svg(figure: Figure) -> str:
    """The figure as an SVG document; the same data give the same text."""
    with style():
        page = StringIO()
        figure.savefig(page, format="svg", metadata={"Date": None})
    return page.getvalue()


def png(figure: Figure) -> bytes:
    """The figure as a picture for slides and papers."""
    with style():
        page = BytesIO()
        figure.savefig(page, format="png", dpi=PRINT_DPI)
    return page.getvalue()
