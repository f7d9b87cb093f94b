"""The headless order-book market: agent-steps a second by number of agents, memory, growth with the length of a run.

    .venv/bin/python -m benchmarks.simulation [--agents 17 86 1000 10000] [--steps 500] [--growth 1000 2000 4000]

An agent-step is one decision of one agent, with all that it sends to the exchange: book, accounts, rules and event log.
Rosters are `small` for 17 agents and `medium`, scaled, for more. Each measurement has a process of its own, sizes take
turns, processor time counts; medians, and all repetitions must end in the same hash. memory: peak of the process.
The growth table has the rate of the last quarter of a run over that of its second: 1 where the log does not slow it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SMALL = 17


class Result(NamedTuple):
    """One measurement: rates a second, peak memory in MiB, the last quarter's rate over the second's."""

    agent_steps: float
    commands: float
    memory: float
    growth: float
    digest: str


def measure(agents: int, steps: int) -> Result:
    """In a process of its own."""
    from bots.adapters.llm import Heuristic, Keys, Models
    from simulation.flow import FlowConfig
    from simulation.intents import heuristic
    from simulation.order_book import MarketSettings, simulate
    from simulation.rosters import roster
    from simulation.values import Jumps, Regimes, ValueProcess

    stamps: list[float] = []
    settings = MarketSettings(
        roster=roster("small" if agents <= SMALL else "medium", None, agents),
        steps=steps,
        value=ValueProcess(regimes=Regimes(), jumps=Jumps()),
        flow=FlowConfig(),
        progress=lambda done: stamps.append(process_time()),
    )
    done = simulate(settings, Models(keys=Keys({}), local={"heuristic": Heuristic(heuristic)}))
    quarters = [stamps[place * (len(stamps) - 1) // 4] for place in range(5)]
    growth = (quarters[2] - quarters[1]) / (quarters[4] - quarters[3])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Result(agents * steps / done.seconds, done.commands / done.seconds, peak, growth, done.hash)


def in_a_process(agents: int, steps: int) -> Result:
    command = [sys.executable, "-m", "benchmarks.simulation", "--worker", str(agents), str(steps)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{agents} agents, {steps} steps failed:\n{done.stderr}")
    return Result(*json.loads(done.stdout))


def take_turns(runs: Sequence[tuple[int, int]], repeat: int) -> dict[tuple[int, int], Result]:
    """Medians by (agents, steps)."""
    found: dict[tuple[int, int], list[Result]] = {run: [] for run in runs}
    for _ in range(repeat):
        for run in runs:
            found[run].append(in_a_process(*run))
    for run, results in found.items():
        if len({one.digest for one in results}) > 1:
            raise SystemExit(f"{run[0]} agents, {run[1]} steps ended differently from time to time.")
    return {run: _median(results) for run, results in found.items()}


def _median(results: Sequence[Result]) -> Result:
    *numbers, _ = zip(*results, strict=True)
    steps, commands, memory, growth = (statistics.median(values) for values in numbers)
    return Result(steps, commands, memory, growth, results[0].digest)


def table(results: dict[tuple[int, int], Result]) -> str:
    head = f"{'agents':>7}{'steps':>8}{'agent-steps/s':>15}{'commands/s':>12}{'MiB':>8}{'growth':>8}"
    rows = [
        f"{agents:>7,}{steps:>8,}{one.agent_steps:>15,.0f}{one.commands:>12,.0f}{one.memory:>8,.0f}{one.growth:>8.2f}"
        for (agents, steps), one in results.items()
    ]
    return "\n".join([head, *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, nargs="+", default=[17, 86, 1000, 10_000])
    parser.add_argument("--steps", type=int, default=500, help="ticks; fewer where there are more than 86 agents")
    parser.add_argument("--growth", type=int, nargs="*", default=[1000, 2000, 4000], help="lengths of runs of 86")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--worker", type=int, nargs=2, help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.worker:
        print(json.dumps(measure(*wish.worker)))
        return
    print(table(take_turns([(one, _steps(one, wish.steps)) for one in wish.agents], wish.repeat)), flush=True)
    if wish.growth:
        print(table(take_turns([(86, steps) for steps in wish.growth], wish.repeat)))


def _steps(agents: int, steps: int) -> int:
    """As many decisions in all, so that large markets do not take all day."""
    return max(20, min(steps, steps * 86 // agents))


if __name__ == "__main__":
    main()
