"""What commands that play many economies have in common."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bots.agents.terminal import from_0, positive
from worlds.folders import named
from worlds.forecast_goods.checks import known
from worlds.forecast_goods.config import MODES, Config, load
from worlds.forecast_goods.roles.casting import RULES
from worlds.work import Workers


def add(parser: argparse.ArgumentParser, rounds: int, seeds: int, *, resume: bool = True) -> None:
    """`rounds`, `seeds`: by default; `resume`: whether what is done is kept."""
    parser.add_argument("--config", type=Path, metavar="FILE.toml", help="what differs from the defaults")
    parser.add_argument("--matching", metavar="MODE", help=f"{', '.join(MODES)} (cda)")
    parser.add_argument("--rounds", type=positive, default=rounds, help=f"of each economy ({rounds})")
    parser.add_argument("--policy", default="heuristic", choices=sorted(RULES), help="who plays (heuristic)")
    parser.add_argument("--seeds", type=positive, default=seeds, metavar="N", help=f"of each economy ({seeds})")
    parser.add_argument("--seed", type=from_0, default=1, help="the first of them (1)")
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument("--jobs", type=positive, default=1, metavar="N", help="processes on this machine")
    workers.add_argument("--cluster", default="", metavar="ADDRESS", help='a Ray cluster, or "local" for one here')
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="DIR", help="runs/<command>-<time> by default")
    if resume:
        where.add_argument("--resume", type=Path, metavar="DIR", help="go on with one that stopped")


def economy(options: argparse.Namespace) -> Config:
    """Raises WorldError."""
    config = load(options.config) if options.config else Config()
    if options.matching is not None:
        known("--matching", options.matching, MODES)
        config = replace(config, market=replace(config.market, matching=options.matching))
    return replace(config, time=replace(config.time, rounds=options.rounds))


def seeds_of(options: argparse.Namespace) -> tuple[int, ...]:
    return tuple(range(options.seed, options.seed + options.seeds))


def workers_of(options: argparse.Namespace) -> Workers:
    return Workers(jobs=options.jobs, cluster=options.cluster)


def folder_of(options: argparse.Namespace, command: str) -> Path:
    found: Path = getattr(options, "resume", None) or options.out or Path("runs") / named(command)
    return found


def show(table: Mapping[str, Any]) -> None:
    """A table of `summary.json`, on the terminal."""
    rows = [[str(cell) for cell in row] for row in [table["columns"], *table["rows"]]]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    print(table["title"])
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    print()
