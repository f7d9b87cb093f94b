"""`compare`: the population with and without transfer or diversity, and one model against another."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from worlds.crypto.arguments import add_asking, add_desk, add_learning, add_out, add_workers, configured
from worlds.crypto.commands.population import contested
from worlds.crypto.commands.trading import tell
from worlds.errors import WorldError
from worlds.folders import named

if TYPE_CHECKING:
    from worlds.models import Line

ABLATIONS = ("transfer", "diversity")


def add(group: argparse.ArgumentParser, name: str) -> None:
    add_desk(group)
    what = group.add_mutually_exclusive_group(required=True)
    what.add_argument("--ablate", nargs="+", choices=ABLATIONS, help="what the population has to do without")
    what.add_argument("--models", metavar="A,B", help="traders that ask these models, one against the other")
    add_asking(group)
    add_learning(group)
    add_workers(group)
    add_out(group)


def run(options: argparse.Namespace) -> int:
    """Raises WorldError; what was learnt until then is kept."""
    if options.models:
        return _models(options)
    without = tuple(dict.fromkeys(options.ablate))
    return contested(options, f"The population with and without {' and '.join(without)}", without)


def _models(options: argparse.Namespace) -> int:
    """The configuration's variants over the last year, with a trader that asks each model."""
    from worlds.crypto import recording
    from worlds.crypto.data.source import first_line, load
    from worlds.crypto.evaluation.contest import first_held_out
    from worlds.crypto.evaluation.duel import Duel, fought, frames, log, summary
    from worlds.crypto.learning.floor import Floor, seats_of
    from worlds.crypto.news.newsroom import newsroom
    from worlds.crypto.paper.trading import newest_close

    config, models = configured(options), _named(options.models)
    for name in models:
        # before anything is written
        _line(options, name, options.seed)
    bars = load(config, options.seed)
    print(first_line(bars), flush=True)
    folder = options.out or Path(config.data.out_dir) / named(options.command)
    recording.begin(folder, "compare models", config, bars, options.seed, models=models, every=options.every)
    inventories = {role: one.inventory for role, one in config.agents.items()}
    duel = Duel(
        floor=Floor(bars, inventories=inventories, cross=config.data.add_cross_features),
        seats=seats_of(config),
        models=models,
        seeds=range(options.seed, options.seed + options.seeds),
        start=first_held_out(len(bars)),
        every=options.every,
    )
    with _lines(options, folder) as line:
        ended = fought(duel, line, lambda asked: newsroom(config, newest_close(bars), asked))
    told = summary(duel, ended)
    recording.write(folder, bars, told, frames(duel, ended))
    log(duel, ended, folder)
    tell(told)
    print("", *told["claims"], f"Run folder: {folder}", sep="\n")
    return 0


def _named(given: str) -> list[str]:
    names = [name.strip() for name in given.split(",") if name.strip()]
    if len(set(names)) != len(names) or len(names) < 2:
        raise WorldError(f"--models {given}: expected two or more different names with commas between them.")
    return names


def _line(options: argparse.Namespace, name: str, seed: int) -> Line:
    from worlds.crypto.models import asked
    from worlds.models import Line

    options.model = name
    line = Line(replace(asked(options), seed=seed))
    line.check("--models")
    return line


@contextmanager
def _lines(options: argparse.Namespace, folder: Path) -> Iterator[Callable[[str, int], Line]]:
    """To models by name and seed, the calls of each in the folder of its run."""
    from worlds.crypto.evaluation.duel import folder_of

    with ExitStack() as stack:

        def opened(name: str, seed: int) -> Line:
            line = _line(options, name, seed)
            line.record_in(folder_of(folder, name, seed))
            stack.callback(line.close)
            return line

        yield opened
