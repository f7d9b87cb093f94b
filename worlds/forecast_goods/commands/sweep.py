"""`sweep`: every combination of parameters with every seed, as one tidy panel."""

from __future__ import annotations

import argparse
import tomllib
from typing import Any

from bots.agents.terminal import progress_bar
from worlds.errors import WorldError
from worlds.folders import write_json
from worlds.forecast_goods.commands import many
from worlds.forecast_goods.measuring import LABELS
from worlds.forecast_goods.recording import KIND, SUMMARY
from worlds.forecast_goods.sweep import Grid, sweep


def add(parser: argparse.ArgumentParser) -> None:
    many.add(parser, rounds=100, seeds=5)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE,VALUE",
        help="a key of the config and all that it takes, such as market.k=0.3,0.5; may be given again",
    )


def command(options: argparse.Namespace) -> int:
    """Print the means over seeds and the folder."""
    values = dict(setting(one) for one in options.set)
    grid = Grid(base=many.economy(options), values=values, seeds=many.seeds_of(options), policy=options.policy)
    folder = many.folder_of(options, "sweep")
    cells = grid.cells()
    with progress_bar("economies", len(cells)) as progress:
        panel = sweep(grid, folder, many.workers_of(options), bool(options.resume), progress)
    shown = ["price", "surplus", "efficiency", "brier", "skill"]
    means = panel.groupby(list(values))[shown].mean().reset_index() if values else panel[shown].mean().to_frame().T
    rows = [[_plain(value) for value in row] for row in means.itertuples(index=False)]
    columns = [LABELS.get(str(name), str(name)) for name in means]
    about = f"{len(cells)} economies of {grid.base.time.rounds} rounds, {len(grid.seeds)} seeds, {grid.policy} rules."
    table = {"title": "Means over seeds", "columns": columns, "rows": rows}
    document = {"kind": KIND, "title": "Forecast goods: a sweep", "about": about, "tables": [table], "figures": []}
    write_json(folder / SUMMARY, document)
    print(means.to_string(index=False, float_format="{:.5g}".format))
    print(f"Panel: {folder} ({len(panel)} economies)")
    return 0


def setting(text: str) -> tuple[str, list[Any]]:
    """(key, values) of KEY=VALUE,VALUE; values as TOML has them, and words without quotes. Raises WorldError."""
    key, equals, after = text.partition("=")
    if not (equals and key.strip() and after.strip()):
        raise WorldError(f"--set {text}: expected KEY=VALUE,VALUE, such as market.k=0.3,0.5.")
    try:
        found: list[Any] = tomllib.loads(f"x = [{after}]")["x"]
    except tomllib.TOMLDecodeError:
        found = [_word(one.strip()) for one in after.split(",")]
    return key.strip(), found


def _word(text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if value != value else value
