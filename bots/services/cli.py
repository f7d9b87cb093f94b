"""The command line of `python -m bots.main`: from arguments to one frozen RunConfig. Starts nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.agents.execution import POLICIES
from bots.agents.language_model import REFLECTIONS
from bots.agents.memory import MEMORIES
from bots.agents.terminal import above_0
from bots.services.names import (
    MIXED,
    SPECIAL,
    known_names,
    objection_to,
    objection_to_address,
    objection_to_grid,
)

EXAMPLES = """examples:
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 heuristic
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 zero_intelligence --num-bots 4 --pace 2
  python -m bots.main http://localhost:8000/join/mevuzupu heuristic --num-bots 2 -p -m "pilot 1"
  python -m bots.main --links bots/config/bot-links.cfg market_maker
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 gpt-4o --dry-run
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 claude --budget-usd 5 --persona careful.txt
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 mixed --models-by-seat seats.toml
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 llama3 --base-url http://localhost:11434/v1
  python -m bots.main --resume bot-data/debug-runs/run-3
  python -m bots.main http://localhost:8000/SessionStartLinks/abc12345 replay:bot-data/debug-runs/run-3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What a run does. `url` or `links` says which seats; `num_bots` None makes every seat a bot.

    `pace` is the least number of seconds between two decisions of a bot; `seed` None draws one. `base_url` is asked in
    the place of the models' vendors; `temperature` to `execution` say how models trade; without `budget_usd` they may
    cost anything. `grid` has one address or several with commas between them; `unmarked` plays though the session's
    data will not say who are bots.
    """

    url: str = ""
    model: str = "heuristic"
    production: bool = False
    message: str = ""
    timeout_minutes: float = 105
    num_bots: int | None = None
    links: Path | None = None
    grid: str = ""
    headed: bool = False
    seed: int | None = None
    pace: float = 1.5
    browser_each: bool = False
    browser: str = ""
    driver: str = ""
    out: Path = Path("bot-data")
    models_by_seat: Path | None = None
    base_url: str = ""
    budget_usd: float | None = None
    dry_run: bool = False
    temperature: float | None = None
    memory: str = "notes"
    persona: Path | None = None
    execution: str = "immediate"
    reflection: str = "market"
    resume: Path | None = None
    unmarked: bool = False


def parse(arguments: Sequence[str] | None = None) -> RunConfig:
    """The configuration that the arguments describe. Bad ones print what was wrong and exit with 2."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    if options["resume"]:
        return _resumption(parser, options)
    url, model = _places(parser, options.pop("places"), options["links"])
    _check_model(parser, model, options)
    if options["production"] and not options["message"].strip():
        parser.error('a production run needs a note on what it is: add -m "..."')
    for address in options["grid"].split(",") if options["grid"] else ():
        if wrong := objection_to_grid(address):
            parser.error(f"--grid: {wrong}")
    if options["grid"] and (options["browser"] or options["driver"] or options["headed"]):
        parser.error("--grid uses the browsers of the grid: leave --browser, --driver and --headed out, or --grid")
    return RunConfig(url=url, model=model, **options)


def _resumption(parser: argparse.ArgumentParser, options: dict[str, Any]) -> RunConfig:
    """All else is as it was when the run began."""
    unchanged = {name for name, value in options.items() if value in ([], parser.get_default(name))}
    if given := options.keys() - unchanged - {"resume"}:
        told = ", ".join(sorted(given)).replace("places", "URL MODEL")
        parser.error(f"--resume goes alone: the rest is in the folder's manifest. Leave out: {told}")
    return RunConfig(resume=options["resume"])


def _places(parser: argparse.ArgumentParser, places: list[str], links: Path | None) -> tuple[str, str]:
    """URL and MODEL; with --links the URL may be left out."""
    expected = "MODEL, or URL MODEL," if links else "URL MODEL"
    if len(places) not in ((1, 2) if links else (2,)):
        parser.error(f"expected {expected} got: {' '.join(places) or 'nothing'}. See the examples in --help")
    *urls, model = places
    return (_web_address(parser, urls[0]) if urls else ""), model


def _check_model(parser: argparse.ArgumentParser, model: str, options: dict[str, Any]) -> None:
    base_url, file = options["base_url"], options["models_by_seat"]
    if base_url and (wrong := objection_to_address(base_url)):
        parser.error(f"--base-url: {wrong}")
    if wrong := objection_to(model, base_url):
        parser.error(wrong)
    if (model == MIXED) != bool(file):
        parser.error(
            f'{MIXED} needs --models-by-seat FILE, a TOML file with lines such as 1 = "gpt-4o"'
            if not file
            else f"--models-by-seat goes with the model {MIXED}, not with {model}"
        )


def _web_address(parser: argparse.ArgumentParser, text: str) -> str:
    if not _is_web_address(text):
        parser.error(f"{text!r} is no web address. Expected such as http://localhost:8000/SessionStartLinks/abc12345")
    return text


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bots.main",
        usage="%(prog)s URL MODEL [options]",
        description="Bots take the seats of an oTree session and play them in real browsers.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "places",
        nargs="*",
        metavar="URL MODEL",
        help=f"URL: a SessionStartLinks page, a session-wide link or a room; "
        f"MODEL: {', '.join(known_names())}, {', '.join(SPECIAL)}, PROVIDER/MODEL",
    )
    _run_options(parser)
    _model_options(parser)
    _browser_options(parser)
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-p", "--production", action="store_true", help="write to production-runs instead of debug-runs")
    add("-m", "--message", default="", metavar="TEXT", help="a note on this run; required with -p")
    add("--timeout-minutes", type=above_0, default=105, metavar="N", help="give up after so long (105)")
    add("--num-bots", type=_count, metavar="N", help="only the last N links become bots (all)")
    add("--links", type=Path, metavar="FILE", help="seats from a file with lines such as 1=https://...")
    add("--seed", type=_whole, metavar="N", help="seed of the traders' random streams (drawn, and recorded)")
    add("--pace", type=above_0, default=1.5, metavar="SECONDS", help="least time between a bot's decisions (1.5)")
    add("--resume", type=Path, metavar="RUN_FOLDER", help="take up the seats of a run whose runner was killed")
    add("--unmarked", action="store_true", help="play though the server refuses to mark these seats as bots'")
    add("--out", type=Path, default=Path("bot-data"), metavar="DIR", help="where run folders go (bot-data)")


def _model_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--dry-run",
        action="store_true",
        help="check links, keys and prices; estimate calls, tokens, cost; start nothing",
    )
    add("--models-by-seat", type=Path, metavar="FILE", help="with mixed: a TOML file, seat = model")
    add("--base-url", default="", metavar="URL", help="ask this server in the place of the model's vendor")
    add("--budget-usd", type=above_0, metavar="X", help="stop asking models at this many dollars (no limit)")
    add("--temperature", type=_temperature, metavar="X", help="of the models that take one (the vendor's own)")
    add("--memory", choices=list(MEMORIES), default="notes", help="what a model is told of its past (notes)")
    add("--reflection", choices=list(REFLECTIONS), default="market", help="when a model looks back (market)")
    add("--execution", choices=list(POLICIES), default="immediate", help="how intents become orders (immediate)")
    add("--persona", type=Path, metavar="FILE", help="a text file: who the model is")


def _browser_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--headed", action="store_true", help="show the browser windows")
    add("--browser-each", action="store_true", help="a browser for each bot instead of one for all")
    add("--browser", default="", metavar="PATH", help="the Chrome or Chromium to use (searched for)")
    add("--driver", default="", metavar="PATH", help="the chromedriver to use (searched for)")
    add("--grid", default="", metavar="URL[,URL...]", help="use the browsers of a Selenium Grid, or of several")


def _temperature(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 2:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 2, got {text!r}")
    return number


def _count(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None
