"""The command line: from arguments to a run. Each command loads what it needs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bots.agents.terminal import above_0, positive, progress_bar
from worlds.errors import WorldError
from worlds.folders import named
from worlds.models import Asked
from worlds.nonequilibrium.parameters import Parameters
from worlds.work import Workers

EXAMPLES = """examples:
  python -m worlds.nonequilibrium equation --J 0.4 --rho 0.8 --Nt 2000
  python -m worlds.nonequilibrium equation --J 1 --rho 0.8 --Nt 2000 --legacy-rng
  python -m worlds.nonequilibrium seller --model gpt-4o --J 0.4 --rho 0.8 --Nt 400 --fig 1
  python -m worlds.nonequilibrium buyer --model gpt-4o --J 0.85 --rho 0.8 --ratio 0.5 --Nt 400 --fig 1
  python -m worlds.nonequilibrium buyer --resume exp1/buyer-gpt-4o-20260101T120000
  python -m worlds.nonequilibrium phase --jobs 4
  python -m worlds.nonequilibrium reproduce
"""
BUYERS_ASKED = 100  # in the arm whose buyers ask a model
# What a run that goes on takes from its folder.
FROM_FOLDER = ("J", "rho", "N", "M", "mu", "sigma", "seed", "ratio", "legacy_rng", "out")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m worlds.nonequilibrium",
        description="Sellers who set prices for buyers who like what others buy.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True)
    for arm, about in (("equation", "no models"), ("seller", "sellers ask a model"), ("buyer", "buyers ask a model")):
        one = commands.add_parser(arm, help=about, description=f"One run: {about}.")
        _add_market(one, points=2000 if arm == "equation" else 400, buyers=BUYERS_ASKED if arm == "buyer" else 5000)
        _add_run(one)
        if arm != "equation":
            _add_model(one)
        if arm == "buyer":
            one.add_argument("--ratio", type=float, default=0.5, help="share of buyers that the model plays (0.5)")
    _add_phase(commands.add_parser("phase", help="the (J, rho) diagram", description="The (J, rho) diagram."))
    again = commands.add_parser("reproduce", help="published values", description="Published values beside ours.")
    again.add_argument("--out", type=Path, metavar="DIR", help="also write the table and a figure there")
    return made


def _add_market(group: argparse.ArgumentParser, points: int, buyers: int, *, one: bool = True) -> None:
    if one:
        group.add_argument("--J", type=float, default=0.4, help="how much buyers like what others buy (0.4)")
        group.add_argument("--rho", type=float, default=0.8, help="speed of the buyers (0.8)")
    group.add_argument("--Nt", type=int, default=None, help=f"points in time ({points})")
    group.add_argument("--N", type=int, default=buyers, help=f"buyers ({buyers})")
    group.add_argument("--M", type=int, default=10, help="sellers (10)")
    group.add_argument("--mu", type=float, default=0.5, help="mean worth of a good to a buyer (0.5)")
    group.add_argument("--sigma", type=float, default=1.0, help="its standard deviation (1)")
    group.add_argument("--seed", type=int, default=42)
    group.add_argument("--legacy-rng", action="store_true", help="random numbers in the order of the published runs")
    group.set_defaults(points=points)


def _add_run(group: argparse.ArgumentParser) -> None:
    group.add_argument("--fig", type=int, default=1, metavar="N", help="the run goes to expN/ (1)")
    where = group.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="DIR", help="exp<fig>/<arm>-<model>-<time> by default")
    where.add_argument(
        "--resume", type=Path, metavar="DIR", help="go on with a run that stopped, or up to a larger --Nt"
    )


def _add_model(group: argparse.ArgumentParser) -> None:
    known = "heuristic (no key), auto, a name of models.toml, replay:RUN_FOLDER"
    group.add_argument("--model", default=None, help=known)
    group.add_argument("--base_url", "--base-url", default="", help="ask this server in the place of the vendor")
    group.add_argument("--budget-usd", type=above_0, help="stop at so many dollars; the run can go on later")
    group.add_argument("--temperature", type=float)
    group.add_argument("--concurrency", type=positive, default=8, help="questions at a time (8)")
    group.add_argument("--seconds", type=above_0, default=60.0, help="for one question (60)")


def _add_phase(group: argparse.ArgumentParser) -> None:
    from worlds.nonequilibrium.phase import J_VALUES, RHO_VALUES

    _add_market(group, points=2000, buyers=1000, one=False)
    group.add_argument("--J", type=float, nargs="+", default=J_VALUES, help="0.2 to 1 by 0.05")
    group.add_argument("--rho", type=float, nargs="+", default=RHO_VALUES, help="0.05, and 0.1 to 1 by 0.1")
    group.add_argument("--seeds", type=positive, default=2, help="for each point (2)")
    workers = group.add_mutually_exclusive_group()
    workers.add_argument("--jobs", type=positive, default=1, metavar="N", help="processes on this machine")
    workers.add_argument("--cluster", default="", metavar="ADDRESS", help='a Ray cluster, or "local" for one here')
    _add_run(group)


def run_command(options: argparse.Namespace) -> int:
    """`options` as `parser` read them. Returns the exit status; raises WorldError."""
    if options.command == "reproduce":
        return _reproduce(options)
    return _phase(options) if options.command == "phase" else _arm(options)


def parameters(options: argparse.Namespace, **changes: Any) -> Parameters:
    """What the options say of the market. Raises WorldError."""
    names = ("J", "rho", "N", "M", "mu", "sigma", "seed", "ratio")
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    points = options.points if options.Nt is None else options.Nt
    return Parameters(**{**given, "Nt": points, "legacy": options.legacy_rng, **changes})


def _arm(options: argparse.Namespace) -> int:
    from worlds.nonequilibrium.arms import Settings, run_arm

    settings = _resumed(options) if options.resume else _fresh(options)
    assert isinstance(settings, Settings)
    with progress_bar("steps", settings.parameters.Nt - 1) as progress:
        summary = run_arm(settings, progress)
    for name, value in summary["measures"].items():
        shown = "-" if value is None else f"{value:.6g}" if isinstance(value, float) else value
        print(f"{name.replace('_', ' '):<24} {shown}")
    for one in summary["sessions"][-1:]:
        print(f"{'model':<24} {one['calls']} calls, {len(one['unanswered'])} left without an answer")
    print(f"Run folder: {settings.folder}")
    return 0


def _fresh(options: argparse.Namespace) -> Any:
    from worlds.nonequilibrium.arms import Settings

    own, asked = parameters(options), _asked(options, "heuristic")
    model = "" if options.command == "equation" else asked.name
    folder, log = _places(options, options.command, model)
    return Settings(arm=options.command, folder=folder, log=log, parameters=own, asked=asked)


def _resumed(options: argparse.Namespace) -> Any:
    """What the folder says; only the model's side and a later end may be said anew."""
    from worlds.nonequilibrium.arms import Settings
    from worlds.nonequilibrium.recording import load

    defaults = parser().parse_args([options.command])
    for name in FROM_FOLDER:
        if getattr(options, name, None) != getattr(defaults, name, None):
            raise WorldError(f"--{name.replace('_', '-')} cannot change with --resume: the folder says it.")
    folder, kept = options.resume, load(options.resume)
    points = kept.parameters.Nt if options.Nt is None else options.Nt
    if points < kept.history.done + 1:
        raise WorldError(f"--Nt {points}: {kept.history.done + 1} points are there already. Leave it out, or raise it.")
    own = Parameters(**{**kept.parameters.told(), "Nt": points})
    asked, log = _asked(options, kept.model), folder.parent / "logs" / f"{folder.name}.log"
    return Settings(arm=options.command, folder=folder, log=log, parameters=own, asked=asked, resume=True)


def _asked(options: argparse.Namespace, model: str) -> Asked:
    if options.command == "equation":
        return Asked()
    names = ("base_url", "budget_usd", "temperature", "concurrency", "seconds", "seed")
    return Asked(name=options.model or model, **{name: getattr(options, name) for name in names})


def _places(options: argparse.Namespace, *name: str) -> tuple[Path, Path]:
    """Folder and log."""
    folder: Path = options.out or Path(f"exp{options.fig}") / named(*name)
    return folder, folder.parent / "logs" / f"{folder.name}.log"


def _phase(options: argparse.Namespace) -> int:
    from worlds.nonequilibrium.phase import Grid, diagram

    own = parameters(options, J=options.J[0], rho=options.rho[0])
    grid = Grid(own=own, J=tuple(options.J), rho=tuple(options.rho), seeds=options.seeds)
    folder = options.resume or _places(options, "phase")[0]
    workers = Workers(jobs=options.jobs, cluster=options.cluster)
    with progress_bar("runs", len(grid.cells())) as progress:
        summary = diagram(grid, folder, workers, bool(options.resume), progress)
    for name, runs in summary["tables"][0]["rows"]:
        print(f"{name:<24} {runs} runs")
    print(f"Figures: {folder / 'phase.png'}, {folder / 'hysteresis.png'}")
    return 0


def _reproduce(options: argparse.Namespace) -> int:
    from worlds.nonequilibrium.reproduce import reproduce, told, write

    checks, runs = reproduce()
    print(told(checks))
    if options.out:
        write(options.out, checks, runs)
        print(f"Figure: {options.out / 'published.png'}")
    return 0 if all(one.holds for one in checks) else 1


def parse(given: Sequence[str]) -> argparse.Namespace:
    return parser().parse_args(given)
