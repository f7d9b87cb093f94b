"""`compare-mechanisms`: ways of matching beside each other over the same seeds."""

from __future__ import annotations

import argparse

from analysis.style import png
from bots.agents.terminal import progress_bar
from worlds.errors import WorldError
from worlds.folders import write_bytes, write_json
from worlds.forecast_goods.checks import known
from worlds.forecast_goods.commands import many
from worlds.forecast_goods.compare import KEY, panels, tables
from worlds.forecast_goods.compare import MODES as SHOWN
from worlds.forecast_goods.config import MODES
from worlds.forecast_goods.figures_many import modes_figure
from worlds.forecast_goods.recording import KIND, SUMMARY
from worlds.forecast_goods.sweep import Grid, sweep


def add(parser: argparse.ArgumentParser) -> None:
    many.add(parser, rounds=100, seeds=10)
    about = f"of {', '.join(MODES)}; the first is compared with each other ({' '.join(SHOWN)})"
    parser.add_argument("--modes", nargs="+", default=list(SHOWN), metavar="MODE", help=about)


def command(options: argparse.Namespace) -> int:
    """Print means and paired differences; leave a panel, a figure and a summary."""
    modes = _modes(options.modes)
    base, seeds, folder = many.economy(options), many.seeds_of(options), many.folder_of(options, "compare")
    grid = Grid(base=base, values={KEY: modes}, seeds=seeds, policy=options.policy)
    with progress_bar("economies", len(grid.cells())) as progress:
        panel = sweep(grid, folder, many.workers_of(options), bool(options.resume), progress)
    about = f"{base.time.rounds} rounds, {len(seeds)} seeds from {seeds[0]}, played by {options.policy} rules."
    write_bytes(folder / "modes.png", png(modes_figure(modes, panels(panel, modes))))
    caption = f"Means over seeds with 95% bootstrap intervals, a dot a seed; the same seeds in all modes. {about}"
    shown = tables(panel, modes)
    document = {"kind": KIND, "title": f"Forecast goods: {', '.join(modes)}", "about": about, "tables": shown}
    write_json(folder / SUMMARY, {**document, "figures": [{"file": "modes.png", "caption": caption}]})
    for one in shown:
        many.show(one)
    print(f"Folder: {folder}")
    return 0


def _modes(given: list[str]) -> tuple[str, ...]:
    """Raises WorldError."""
    for one in given:
        known("--modes", one, MODES)
    modes = tuple(dict.fromkeys(given))
    if len(modes) < 2:
        raise WorldError(f"--modes {modes[0]}: expected at least two of {', '.join(MODES)}.")
    return modes
