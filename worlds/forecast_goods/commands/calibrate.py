"""`calibrate`: parameters from a file of bars, or from the log of a run."""

from __future__ import annotations

import argparse
from pathlib import Path

from bots.agents.terminal import above_0
from worlds.errors import WorldError
from worlds.folders import prepare, write_bytes
from worlds.forecast_goods import events
from worlds.forecast_goods.calibrate import Diffusion, as_toml, bars, diffusion


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bars", type=Path, metavar="FILE.csv", help="bars with a column close: drift and volatility")
    parser.add_argument("--dt", type=above_0, metavar="YEARS", help="between two bars (their times say it)")
    parser.add_argument("--events", type=Path, metavar="log.jsonl", help="log of a run: chances, rates, indices")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write calibrated.toml there, for run --config")


def command(options: argparse.Namespace) -> int:
    """Print what was found, and the part of a config that says it."""
    if not (options.bars or options.events):
        raise WorldError("Nothing to calibrate from: name --bars FILE.csv, --events log.jsonl, or both.")
    if options.bars:
        _bars(options)
    if options.events:
        _events(options.events)
    return 0


def _bars(options: argparse.Namespace) -> None:
    closes, dt = bars(options.bars, options.dt)
    found = diffusion(closes, dt)
    print(f"{options.bars.name}: {found.returns} returns over {found.returns * dt:.4g} years, dt = {dt:.6g} years")
    _print(found)
    text = as_toml(options.bars.stem.lower(), found)
    print(f"\n{text}")
    if options.out:
        path = prepare(options.out) / "calibrated.toml"
        write_bytes(path, f"# From {options.bars.name}\n{text}\n".encode())
        print(f"\nConfig: {path}")


def _print(found: Diffusion) -> None:
    print(f"{'sigma a year':<48} {found.sigma:.6g} (standard error {found.sigma_error:.3g})")
    print(f"{'mu a year':<48} {found.mu:.6g} (standard error {found.mu_error:.3g})")
    print(f"{'excess kurtosis of the returns':<48} {found.kurtosis:.4g}")


def _events(path: Path) -> None:
    history = events.read(path)
    print(f"{path}: {len(history.levels)} rounds, {history.agents} agents, {history.forwarded} items passed on")
    print(f"{'':<48} {'found':>10}  {'95% interval':<22} config")
    for one in events.estimates(history):
        interval = f"{one.found.low:.4g} to {one.found.high:.4g}"
        print(f"{one.name:<48} {one.found.value:>10.4g}  {interval:<22} {one.configured:.4g}")
    for name, found in events.indices(history):
        print(f"Index {name}:")
        _print(found)
