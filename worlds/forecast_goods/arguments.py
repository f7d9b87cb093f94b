"""The command line: from arguments to a run. Each command loads what it needs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

EXAMPLES = """examples:
  python -m worlds.forecast_goods run --rounds 200 --seed 7 --matching cda
  python -m worlds.forecast_goods run --matching lmsr --config mine.toml --snapshot-every 50
  python -m worlds.forecast_goods run --restore runs/a/snapshot-000100.json --out runs/b
  python -m worlds.forecast_goods calibrate --bars bars.csv
  python -m worlds.forecast_goods calibrate --events runs/a/log.jsonl
  python -m worlds.forecast_goods sweep --set market.k=0.3,0.5,0.7 --matching horse --seeds 10 --jobs 4
  python -m worlds.forecast_goods compare-mechanisms --jobs 4
"""


class Command(NamedTuple):
    """`module` has `add(parser)` and `command(options) -> int`, and is loaded when it is named."""

    module: str
    about: str


COMMANDS = {
    "run": Command("worlds.forecast_goods.commands.run", "play one economy"),
    "calibrate": Command("worlds.forecast_goods.commands.calibrate", "parameters from bars, or from a run's log"),
    "facts": Command("worlds.forecast_goods.commands.facts", "stylised facts of indices and traded prices"),
    "sweep": Command("worlds.forecast_goods.commands.sweep", "many economies: parameters and seeds"),
    "compare-mechanisms": Command("worlds.forecast_goods.commands.compare", "ways of matching beside each other"),
}


def parser(wanted: str = "") -> argparse.ArgumentParser:
    """Of all commands; the arguments of `wanted` alone are declared."""
    made = argparse.ArgumentParser(
        prog="python -m worlds.forecast_goods",
        description="Teams that produce and trade forecasts.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True)
    for name, (module, about) in COMMANDS.items():
        one = commands.add_parser(name, help=about, description=about.capitalize() + ".")
        if name == wanted:
            import_module(module).add(one)
    return made


def parse(given: Sequence[str]) -> argparse.Namespace:
    return parser(next((one for one in given if one in COMMANDS), "")).parse_args(given)


def run_command(options: argparse.Namespace) -> int:
    """`options` as `parse` read them. Returns the exit status; raises WorldError."""
    done: int = import_module(COMMANDS[options.command].module).command(options)
    return done
