"""A run's figures in its folder, each with a caption that says whose bars are behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from worlds.crypto import figures
from worlds.folders import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEARNED = ("iterations", "agents", "moves", "scores")


def draw(folder: Path, frames: Mapping[str, pd.DataFrame], about: str) -> list[dict[str, str]]:
    """Write the pictures that `frames`, the run's tables by name, have something for into `folder`/plots.

    `about`: where the bars are from. Returns file and caption of each, as `summary.json` lists them.
    """
    from analysis.style import png

    (folder / "plots").mkdir(exist_ok=True)
    listed = []
    for name, figure, caption in _drawn(frames):
        file = f"plots/{name}.png"
        write_bytes(folder / file, png(figure))
        listed.append({"file": file, "caption": f"{caption} {about}"})
    return listed


def _drawn(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Figure, str]]:
    if "equity" in frames and len(frames["equity"]):
        caption = (
            "Equity as a share of the start, drawdown from the height before, and signed exposure; lines are means "
        )
        yield "equity", figures.equity_figure(frames["equity"]), f"{caption}over seeds, bands their range."
    calibration = figures.calibration_figure(frames["trades"]) if "trades" in frames else None
    if calibration is not None:
        trades = len(frames["trades"])
        caption = f"How often {trades:,} trades gained, by the chance that their trader stated; bars: 95 %."
        yield "calibration", calibration, caption
    if all(name in frames and len(frames[name]) for name in LEARNED[:2]):
        yield from _learned(frames)


def _learned(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Figure, str]]:
    iterations, first = frames["iterations"], frames["iterations"].iloc[0]
    arm, seed = first["arm"], first["seed"]
    seeds = iterations[iterations["arm"] == arm]["seed"].nunique()
    caption = f"Shapley value and diversity of each role in the {arm}; mean and range over {seeds} seeds."
    yield "learning", figures.learning_figure(iterations), caption
    own = {name: _of(frames[name], arm, seed) for name in LEARNED[1:]}
    caption = (
        f"The {arm} of seed {seed}: a dot an iteration, as large as the agent's score; copies stand below the variant "
        "that they began as; arrows show who learnt from whom."
    )
    yield "population", figures.tree_figure(own["agents"], own["moves"], own["scores"]), caption


def _of(frame: pd.DataFrame, arm: str, seed: int) -> pd.DataFrame:
    return frame[(frame["arm"] == arm) & (frame["seed"] == seed)]
