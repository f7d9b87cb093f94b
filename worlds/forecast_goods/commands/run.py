"""`run`: one economy, from its first round or from a snapshot."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from bots.agents.terminal import above_0, from_0, positive, progress_bar
from worlds.errors import WorldError
from worlds.folders import named
from worlds.forecast_goods.checks import known
from worlds.forecast_goods.config import MODES, Config, load
from worlds.forecast_goods.roles.interface import ROLES
from worlds.forecast_goods.running import Settings, run
from worlds.forecast_goods.snapshots import restore
from worlds.models import Asked

# What a restored run takes from its snapshot.
FROM_SNAPSHOT = ("config", "matching", "seed")
SEED = 42


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=positive, help="in all, also of a restored run (200)")
    parser.add_argument("--seed", type=from_0, help=f"({SEED})")
    parser.add_argument("--matching", metavar="MODE", help=f"{', '.join(MODES)} (cda)")
    parser.add_argument("--config", type=Path, metavar="FILE.toml", help="what differs from the defaults")
    parser.add_argument("--workers", type=positive, default=1, metavar="N", help="agents that act at a time (1)")
    parser.add_argument("--snapshot-every", type=positive, default=0, metavar="K", help="rounds")
    parser.add_argument("--restore", type=Path, metavar="FILE", help="go on from a snapshot")
    parser.add_argument("--out", type=Path, metavar="DIR", help="runs/<mode>-<player>-<time> by default")
    parser.add_argument("--no-figures", action="store_true", help="tables and summary alone")
    _add_model(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    about = "heuristic (no key), random, auto, a name of models.toml, replay:RUN_FOLDER"
    parser.add_argument("--model", help=about)
    parser.add_argument("--roles", nargs="+", default=list(ROLES), metavar="ROLE", help="that the model plays (all)")
    parser.add_argument(
        "--fallback", default="", metavar="RULE", help="acts where a model has no usable answer (nobody)"
    )
    parser.add_argument("--base_url", "--base-url", default="", help="ask this server in the place of the vendor")
    parser.add_argument("--budget-usd", type=above_0, help="stop at so many dollars; --restore goes on later")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--seconds", type=above_0, default=60.0, help="for one question (60)")


def command(options: argparse.Namespace) -> int:
    """Print the measures, the folder and the final hash."""
    settings = settings_of(options)
    with progress_bar("rounds", settings.config.time.rounds) as progress:
        summary = run(settings, progress)
    for label, value in summary["tables"][0]["rows"]:
        print(f"{label:<48} {value if not isinstance(value, float) else f'{value:.6g}'}")
    print(f"Run folder: {settings.folder}")
    print(f"Final hash: {summary['hash']}")
    return 0


def settings_of(options: argparse.Namespace) -> Settings:
    """Raises WorldError."""
    for role in options.roles:
        known("--roles", role, ROLES)
    config, seed, player = _restored(options) if options.restore else _fresh(options)
    if options.rounds is not None:
        config = replace(config, time=replace(config.time, rounds=options.rounds))
    asked = Asked(
        name=options.model or player,
        base_url=options.base_url,
        budget_usd=options.budget_usd,
        temperature=options.temperature,
        seed=seed,
        seconds=options.seconds,
        concurrency=options.workers,
    )
    return Settings(
        folder=options.out or Path("runs") / named(config.market.matching, asked.name),
        config=config,
        seed=seed,
        asked=asked,
        roles=tuple(options.roles),
        fallback=options.fallback,
        workers=options.workers,
        snapshot_every=options.snapshot_every,
        restore=options.restore,
        figures=not options.no_figures,
    )


def _fresh(options: argparse.Namespace) -> tuple[Config, int, str]:
    config = load(options.config) if options.config else Config()
    if options.matching is not None:
        known("--matching", options.matching, MODES)
        config = replace(config, market=replace(config.market, matching=options.matching))
    return config, SEED if options.seed is None else options.seed, "heuristic"


def _restored(options: argparse.Namespace) -> tuple[Config, int, str]:
    """What the snapshot says; only the rounds and who plays may be said anew."""
    kept = restore(options.restore)
    says = {"matching": kept.config.market.matching, "seed": kept.state.seed}
    for name in FROM_SNAPSHOT:
        if getattr(options, name) not in (None, says.get(name)):
            raise WorldError(f"--{name} cannot change with --restore: the snapshot says it. Leave it out.")
    return kept.config, kept.state.seed, kept.played
