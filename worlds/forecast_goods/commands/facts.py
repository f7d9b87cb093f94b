"""`facts`: stylised facts of the index and of traded prices over seeds."""

from __future__ import annotations

import argparse

from analysis.style import png
from bots.agents.terminal import positive, progress_bar
from worlds.folders import write_bytes, write_json, write_table
from worlds.forecast_goods.commands import many
from worlds.forecast_goods.facts import FEWEST, Found, bounds, found_by, frame, table, tasks
from worlds.forecast_goods.figures_many import facts_figure
from worlds.forecast_goods.recording import KIND, SUMMARY
from worlds.forecast_goods.sweep import begin


def add(parser: argparse.ArgumentParser) -> None:
    many.add(parser, rounds=300, seeds=5, resume=False)
    parser.add_argument("--steps", type=positive, default=2000, help="of the index by itself (2000)")


def command(options: argparse.Namespace) -> int:
    """Print medians and shares, and the folder."""
    config, seeds = many.economy(options), many.seeds_of(options)
    workers, folder = many.workers_of(options), many.folder_of(options, "facts")
    workers.check()
    settings = {"config": config.told(), "seeds": list(seeds), "policy": options.policy, "steps": options.steps}
    begin(folder, "forecast_goods facts", settings, seeds[0], resume=False)
    waiting, found = tasks(config, seeds, options.policy, options.steps), list[Found]()
    with progress_bar("series", len(waiting)) as progress:
        for done, one in enumerate(workers.spread(found_by, waiting), 1):
            found += one
            progress(done)
    all_found = frame(found)
    write_table(folder, "facts", all_found)
    shown = table(all_found)
    about = (
        f"{len(seeds)} seeds from {seeds[0]}; the index by itself over {options.steps} rounds, and goods traded by "
        f"{config.market.matching} over {config.time.rounds}. Series of up to {FEWEST} steps are left out."
    )
    write_bytes(folder / "facts.png", png(facts_figure(all_found, bounds(all_found))))
    figure = {"file": "facts.png", "caption": f"A dot a series; shaded: where the fact of real markets holds. {about}"}
    document = {"kind": KIND, "title": "Forecast goods: stylised facts", "about": about}
    write_json(folder / SUMMARY, {**document, "tables": [shown], "figures": [figure]})
    many.show(shown)
    print(f"Folder: {folder}")
    return 0
