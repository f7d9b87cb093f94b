"""The command line of `python -m simulation`: from arguments to a run. Each command loads what it needs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bots.agents.execution import POLICIES
from bots.agents.language_model import REFLECTIONS, LanguageModelConfig
from bots.agents.memory import MEMORIES
from bots.agents.terminal import above_0, positive, progress_bar
from simulation.casting import Asked
from simulation.errors import SimulationError

if TYPE_CHECKING:
    from simulation.scenario_run import ScenarioSettings

EXAMPLES = """examples:
  python -m simulation --scenario small --steps 2000 --seed 42
  python -m simulation --treatment asset_cda --seed 42
  python -m simulation --treatment ssw_1988 --traders heuristic:6,noise:3 --thinking charged
  python -m simulation --treatment mine.toml --model gpt-4o --budget-usd 2
  python -m simulation sweep --grid grid.toml --seeds 20 --jobs 4
  python -m simulation replay bot-data/debug-runs/run-1
"""


def replay_command(given: Sequence[str]) -> int:
    from simulation.recording import RecordedRun
    from simulation.replay import replay
    from simulation.telling import told

    parser = argparse.ArgumentParser(prog="python -m simulation replay", description="Do a recorded session again.")
    parser.add_argument("folder", type=Path, help="a run folder of bots.main, with the session's tables")
    done = replay(RecordedRun(parser.parse_args(given).folder))
    print(told(done))
    return 0 if done.identical else 1


def sweep_command(given: Sequence[str]) -> int:
    from simulation.costs import estimate
    from simulation.grids import read_grid
    from simulation.sweeps import SweepSettings, is_done, sweep

    options = _sweep_parser().parse_args(given)
    cells = read_grid(options.grid, range(options.first_seed, options.first_seed + options.seeds))
    settings = SweepSettings(
        outdir=options.outdir or Path("outputs") / options.grid.stem,
        jobs=options.jobs,
        cluster=options.cluster,
        asked=asked(options),
    )
    waiting = [cell for cell in cells if not is_done(settings.outdir / "cells", cell)]
    print(
        f"{len(cells)} cells, {len(cells) - len(waiting)} done before. {estimate(waiting, settings.asked)}", flush=True
    )
    if not options.dry_run:
        print(f"Panel: {sweep(cells, settings)}")
    return 0


def _sweep_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulation sweep", description="A grid of runs, each with seeds.")
    parser.add_argument("--grid", type=Path, required=True, metavar="FILE", help="settings in TOML; [grid] has lists")
    parser.add_argument("--seeds", type=positive, default=1, metavar="N", help="how many")
    parser.add_argument("--first-seed", type=positive, default=1)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=positive, default=1, metavar="N", help="processes on this machine")
    where.add_argument("--cluster", default="", metavar="ADDRESS", help='a Ray cluster, or "local" for one here')
    parser.add_argument("--outdir", type=Path, metavar="DIR", help="outputs/NAME of the grid by default")
    parser.add_argument("--dry-run", action="store_true", help="say what models would cost; run nothing")
    add_models(parser.add_argument_group("of models"), named=False)
    return parser


# What says something to one kind of run alone.
OF_TREATMENTS = ("traders", "pace", "thinking", "thinking_seconds", "practice", "memory", "reflection")
OF_SCENARIOS = ("steps", "mix_json", "llm_interval", "regimes", "jumps", "flow", "format", "no_plots")


def run_command(given: Sequence[str]) -> int:
    parser = _run_parser()
    options = parser.parse_args(given)
    idle, other = (OF_SCENARIOS, "--scenario") if options.treatment else (OF_TREATMENTS, "--treatment")
    for name in idle:
        if getattr(options, name) != parser.get_default(name):
            parser.error(f"--{name.replace('_', '-')} says nothing here: it is for {other}")
    return _treatment(options) if options.treatment else _scenario(options)


def _treatment(options: argparse.Namespace) -> int:
    from simulation.treatment_run import TreatmentSettings, run_treatment

    names = ("treatment", "seed", "model", "traders", "agents", "pace", "thinking", "thinking_seconds", "practice")
    given = {name: getattr(options, name) for name in names}
    settings = TreatmentSettings(**given, outdir=options.outdir, asked=asked(options))
    began = perf_counter()
    summary = run_treatment(settings)
    for one in summary["markets"]:
        print(f"market {one['market']} of {one['treatment']}: {_listed(one['measures'])}")
    hashes = ", ".join(summary["hashes"].values())
    print(f"{summary['trades']} trades in {perf_counter() - began:.1f} s, hashes {hashes}")
    print(f"In words: python -m analysis measures {settings.folder}")
    print(f"Run folder: {settings.folder}")
    return 0


def _scenario(options: argparse.Namespace) -> int:
    from simulation.scenario_run import run_scenario

    settings = _scenario_settings(options)
    with progress_bar("ticks", settings.steps) as progress:
        summary = run_scenario(settings, progress)
    print(f"{summary['agents']} agents, {summary['steps']} ticks, money in 0.01 points: {_listed(summary['measures'])}")
    for name, kind in summary["kinds"].items():
        print(f"  {name:<18} {kind['agents']:>5} agents, mean gain {kind['mean_pnl'] / 100:>10,.2f} points")
    holding = [one["name"] for one in summary["facts"] if one["holds"]]
    print(f"Stylised facts of this one run that hold: {', '.join(holding) or 'none'}")
    speed = summary["speed"]
    print(f"{speed['seconds']:.1f} s, {speed['agent_steps_per_second']:,} agent-steps/s, hash {summary['hash']}")
    print(f"In words: python -m analysis measures {settings.folder}")
    print(f"Run folder: {settings.folder}")
    return 0


def _scenario_settings(options: argparse.Namespace) -> ScenarioSettings:
    from simulation.scenario_run import ScenarioSettings

    names = ("scenario", "steps", "seed", "agents", "mix_json", "model", "llm_interval", "format", "outdir")
    switches = {name: getattr(options, name) == "on" for name in ("regimes", "jumps", "flow")}
    return ScenarioSettings(
        **{name: getattr(options, name) for name in names},
        **switches,
        execution=options.execution or "twap",
        plots=not options.no_plots,
        asked=asked(options),
    )


def _listed(measures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in measures.items() if value is not None)


def _short(value: Any) -> str:
    return f"{value:.4g}"


def asked(options: argparse.Namespace) -> Asked:
    """How models are asked."""
    persona = ""
    if options.persona:
        try:
            persona = options.persona.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SimulationError(f"--persona {options.persona}: cannot be read ({error}).") from None
    config = LanguageModelConfig(
        memory=options.memory,
        execution=options.execution or "immediate",
        reflection=options.reflection if options.memory != "none" else "never",
        persona=persona,
        temperature=options.temperature,
    )
    return Asked(config=config, base_url=options.base_url, budget_usd=options.budget_usd)


def _run_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulation",
        usage="%(prog)s [--scenario NAME | --treatment NAME] [options]\n"
        "       %(prog)s sweep|replay ... (each has a --help of its own)",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--scenario", choices=("small", "medium", "custom"), default="small", help="an order-book market")
    what.add_argument("--treatment", metavar="NAME", help="a design of the lab, or a TOML file")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--agents", type=positive, metavar="N", help="how many trade")
    parser.add_argument("--outdir", type=Path, metavar="DIR", help="outputs/NAME-SEED by default")
    _add_scenario(parser.add_argument_group("of an order-book market"))
    _add_treatment(parser.add_argument_group("of a treatment"))
    add_models(parser.add_argument_group("of models"))
    return parser


def _add_scenario(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--steps", type=positive, default=2000, help="ticks")
    group.add_argument("--mix-json", type=Path, metavar="FILE", help="a roster of one's own, for --scenario custom")
    group.add_argument("--llm-interval", type=positive, default=20, metavar="TICKS", help="between two questions")
    for name, default in (("regimes", "on"), ("jumps", "on"), ("flow", "off")):
        group.add_argument(f"--{name}", choices=("on", "off"), default=default)
    group.add_argument("--format", choices=("parquet", "csv"), help="parquet where pyarrow is installed, else csv")
    group.add_argument("--no-plots", action="store_true")


def _add_treatment(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--traders", default="", help='by name, such as "heuristic:4,noise:2"; --model plays the rest')
    group.add_argument("--pace", type=above_0, default=1.5, help="least seconds between two decisions of a trader")
    group.add_argument("--thinking", choices=("free", "charged"), default="free", help="whether it takes market time")
    group.add_argument("--thinking-seconds", type=above_0, default=2.0, help="of a rule trader, where charged")
    group.add_argument("--practice", action="store_true", help="play the practice market too")


def add_models(group: argparse._ArgumentGroup, *, named: bool = True) -> None:
    """`named`: with an option for the model's name; a grid says it itself."""
    if named:
        known = "heuristic, auto, a name of models.toml, replay:RUN_FOLDER"
        group.add_argument("--model", default="heuristic", help=known)
    group.add_argument("--base-url", default="", help="ask this server in the place of the vendor")
    group.add_argument("--budget-usd", type=above_0, help="stop asking models at so many dollars")
    group.add_argument("--temperature", type=float)
    group.add_argument("--memory", choices=MEMORIES, default="notes")
    group.add_argument("--execution", choices=POLICIES, help="how a wish becomes orders")
    group.add_argument("--reflection", choices=REFLECTIONS, default="market")
    group.add_argument("--persona", type=Path, metavar="FILE")
