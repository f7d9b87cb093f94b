"""The command line: from arguments to a command. Each command is loaded when it is named."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from worlds.crypto.settings import Config

EXAMPLES = """examples:
  python -m worlds.crypto multi --config configs/multi_asset.yaml
  python -m worlds.crypto run --config configs/single/btc.yaml
  python -m worlds.crypto population --pop-size 5 --transfer-freq 10
  python -m worlds.crypto compare --ablate transfer --jobs 2
  python -m worlds.crypto lookahead
"""
# name -> (module, what it is)
COMMANDS = {
    "run": ("trading", "one coin, the variants that the configuration names"),
    "multi": ("trading", "several coins, the variants that the configuration names"),
    "population": ("population", "a population that learns, judged on a last year that it never saw"),
    "compare": ("compare", "what transfer, diversity or one model against another is worth"),
    "paper": ("paper", "trade on Bybit's test network, or on an exchange of this machine"),
    "exchange": ("exchange", "an exchange of play money on this machine, for `paper`"),
    "report": ("report", "how it went, as text and as a page with figures"),
    "status": ("status", "where the newest run stands"),
    "download": ("download", "bars from an exchange, by ccxt"),
    "lookahead": ("lookahead", "does anything change when the future is cut off, or nonsense?"),
}


def parse(given: Sequence[str]) -> argparse.Namespace:
    return parser(given).parse_args(given)


def parser(given: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """With the arguments of those commands that are named in `given`."""
    made = argparse.ArgumentParser(
        prog="python -m worlds.crypto",
        description="A desk of agents on five coins that learns as a population.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True)
    for name, (module, about) in COMMANDS.items():
        one = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        if name in given:
            import_module(f"worlds.crypto.commands.{module}").add(one, name)
    return made


def run_command(options: argparse.Namespace) -> int:
    """Returns the exit status; raises WorldError."""
    status: int = import_module(f"worlds.crypto.commands.{COMMANDS[options.command][0]}").run(options)
    return status


# What several commands have in common


def add_desk(group: argparse.ArgumentParser, config: str = "configs/multi_asset.yaml") -> None:
    group.add_argument("--config", default=config, metavar="FILE", help=f"YAML ({config}, shipped with the desk)")
    group.add_argument("--symbols", nargs="+", metavar="COIN", help="only these of BTC ETH SOL DOGE XRP")
    group.add_argument("--days", type=whole(30), metavar="N", help="the last N days of the bars (data.max_days)")
    group.add_argument("--seed", type=whole(0), default=42, help="of chance, and of synthetic bars (42)")


def add_out(group: argparse.ArgumentParser) -> None:
    group.add_argument("--out", type=Path, metavar="DIR", help="data.out_dir/<command>-<time> by default")


def add_model(group: argparse.ArgumentParser) -> None:
    group.add_argument("--model", default="", metavar="NAME", help="a model in the trader's place, or heuristic")
    add_server(group)


def add_server(group: argparse.ArgumentParser) -> None:
    group.add_argument("--base-url", default="", metavar="URL", help="an OpenAI-compatible server of your own")
    group.add_argument("--budget-usd", type=dollars, metavar="USD", help="the model is not asked beyond it")


def add_asking(group: argparse.ArgumentParser) -> None:
    """Where a model is asked about past bars."""
    group.add_argument("--every", type=whole(1), default=42, metavar="N", help="bars between questions (42: a week)")
    add_server(group)


def add_run(group: argparse.ArgumentParser) -> None:
    add_desk(group)
    group.add_argument("--run", type=Path, metavar="DIR", help="a run's folder (the newest in data.out_dir)")


def add_workers(group: argparse.ArgumentParser) -> None:
    workers = group.add_mutually_exclusive_group()
    workers.add_argument("--jobs", type=whole(1), default=1, metavar="N", help="processes on this machine (1)")
    workers.add_argument("--cluster", default="", metavar="ADDRESS", help='a Ray cluster, or "local" for one here')


def add_learning(group: argparse.ArgumentParser) -> None:
    group.add_argument("--pop-size", type=whole(1), metavar="N", help="agents of a role; above five mutated copies")
    group.add_argument("--transfer-freq", type=whole(1), metavar="N", help="iterations from a transfer to the next")
    group.add_argument("--iterations", type=whole(1), default=20, metavar="N", help="of each population (20)")
    group.add_argument("--seeds", type=whole(1), default=3, metavar="N", help="populations, from --seed on (3)")
    how = ("soft", "distill", "selective")
    group.add_argument("--transfer", choices=how, default="soft", help="how knowledge moves (soft)")
    group.add_argument("--tau-schedule", action="store_true", help="from 2 tau down to tau / 2 over 100 iterations")
    group.add_argument("--resume", type=Path, metavar="DIR", help="go on with a run that stopped")


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers from `least`."""
    expected = f"a whole number from {least}" + (f" to {most}" if most else "")

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= (most or int(text)):
            raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
        return int(text)

    return read


def seconds(text: str) -> float:
    """A reader of a number of seconds above 0."""
    return _above_nothing(text, "seconds")


def dollars(text: str) -> float:
    """A reader of an amount above 0."""
    return _above_nothing(text, "dollars")


def _above_nothing(text: str, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"expected {unit} above 0, such as 2.5, got {text!r}")
    return value


def configured(options: argparse.Namespace) -> Config:
    """The configuration with what the options say otherwise. Raises WorldError."""
    from worlds.crypto.config import config_from, load_config

    config = load_config(options.config)
    _check_agents(config)
    said = {"symbols": list(options.symbols) if options.symbols else None, "max_days": options.days}
    # the same checks as for the file's values
    checked = config_from({"data": said}).data
    changes = {name: getattr(checked, name) for name, value in said.items() if value is not None}
    return replace(config, data=replace(config.data, **changes))


def _check_agents(config: Config) -> None:
    """Raise WorldError for a variant or a method that there is not: a risk role of none but unknown checks would let
    everything through."""
    from worlds.crypto.learning.space import variant

    for role, agent in config.agents.items():
        variant(role, agent.id)
        if agent.inventory:
            # only now: methods bring the heavier packages
            from worlds.crypto.methods.registry import check_inventory

            check_inventory(role, agent.inventory)
