"""The order book beside four others on one stream, in one run: messages a second, and how many times those of peers.

    .venv/bin/python -m benchmarks.book [--messages 200000] [--repeat 5] [--spreads 5 50 500] [--seed 1]

60% limit orders, 10% market orders, 30% cancellations of live orders; `spread` is how many ticks from the middle
limit orders go: the wider, the more price levels and the fewer trades. Each measurement has a process of its own,
engines take turns, processor time counts, and all must report the same executions: order by order, but for fastlob,
which tells shares by price alone. Ours keeps a full event log and prevents self-trade, theirs do neither; "exchange"
is our whole market with accounts, rules and events. lightmatchingengine, convexpi-arena and fastlob are plain Python
as ours, bourse is Rust. The last columns are the rate over the better of the first two, over fastlob's, over
bourse's. The peers come from `requirements/benchmarks.txt` and are installed into `.venv-benchmarks`: one needs what
oTree excludes.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from benchmarks.engines import ENGINES, OURS, PEERS, PYTHON_PEERS, Timing
from benchmarks.stream import Stream

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "benchmarks.txt"
HOME = ROOT / ".venv-benchmarks"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Engine and whether Python's garbage collector runs meanwhile, as they take turns.
RUNS = [(OURS, True), *((peer, True) for peer in PEERS), (OURS, False), ("exchange", True), ("exchange", False)]


class BenchmarkError(Exception):
    """What stops a benchmark, with the remedy."""


class Result(NamedTuple):
    """One measurement: messages a second, and what all engines must agree on."""

    rate: float
    executions: int
    runs: str
    digest: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0, or 1 with the reason where that is not possible."""
    options = _parser().parse_args(arguments)
    if options.worker:
        print(json.dumps(_measure(options)))
        return 0
    try:
        install_peers()
        for spread in options.spreads:
            _print_table(spread, _take_turns(options, spread))
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--spreads", type=int, nargs="+", default=[5, 50, 500])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worker", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--no-collector", action="store_true", help=argparse.SUPPRESS)
    return parser


def _measure(options: argparse.Namespace) -> Result:
    """In a process of its own: make the stream, let one engine answer it."""
    messages = Stream(options.seed, options.spreads[0]).messages(options.messages)
    gc.collect()
    if options.no_collector:
        gc.disable()
    timing = ENGINES[options.worker](messages)
    told = all(maker for maker, *_ in timing.executions)
    digest = _digest(timing.executions) if told else ""
    return Result(options.messages / timing.seconds, len(timing.executions), _digest(_runs(timing)), digest)


def _runs(timing: Timing) -> list[tuple[int, int]]:
    """Price and shares of executions in order, those at one price after each other as one: what every engine tells."""
    by_price = groupby(timing.executions, key=lambda one: one[1])
    return [(price, sum(shares for *_, shares in several)) for price, several in by_price]


def _digest(document: object) -> str:
    return blake2b(repr(document).encode(), digest_size=8).hexdigest()


def install_peers() -> None:
    """Make the peers' environment, or make it anew when the requirements have changed."""
    wanted, stamp = REQUIREMENTS.read_text(encoding="utf-8"), HOME / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"Installing the peers into {HOME} ...", flush=True)
    venv.create(HOME, clear=True, with_pip=True)
    done = subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], check=False)
    if done.returncode:
        raise BenchmarkError(f"The peers could not be installed: pip says why above. Once it can: {REQUIREMENTS.name}.")
    stamp.write_text(wanted, encoding="utf-8")


def _take_turns(options: argparse.Namespace, spread: int) -> dict[tuple[str, bool], list[Result]]:
    results: dict[tuple[str, bool], list[Result]] = {run: [] for run in RUNS}
    for repetition in range(options.repeat):
        for run in RUNS:
            results[run].append(_run(*run, options, spread, options.seed + repetition))
        last = {run[0]: result[-1] for run, result in results.items()}
        if len({one.runs for one in last.values()}) > 1 or len({one.digest for one in last.values()} - {""}) > 1:
            told = ", ".join(f"{name}: {one.executions} executions ({one.digest})" for name, one in last.items())
            raise BenchmarkError(f"The engines disagree on what traded (spread {spread}). {told}")
    return results


def _run(engine: str, collector: bool, options: argparse.Namespace, spread: int, seed: int) -> Result:
    """The books all run in the peers' environment; the exchange needs packages of ours."""
    python = sys.executable if engine == "exchange" else str(PYTHON)
    command = [python, "-m", "benchmarks.book", "--worker", engine, "--messages", str(options.messages)]
    command += ["--spreads", str(spread), "--seed", str(seed), *([] if collector else ["--no-collector"])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{engine} failed:\n{done.stderr}")
    return Result(*json.loads(done.stdout))


def _print_table(spread: int, results: dict[tuple[str, bool], list[Result]]) -> None:
    rates = {run: statistics.median(one.rate for one in several) for run, several in results.items()}
    peers = max(rates[peer, True] for peer in PYTHON_PEERS), rates["fastlob", True], rates["bourse", True]
    executions = statistics.median(one.executions for one in results[OURS, True])
    print(f"\nspread {spread}, {executions:,.0f} executions, medians of {len(results[OURS, True])}")
    print(f"{'engine':<28}{'messages/s':>12}{'x better peer':>16}{'x fastlob':>12}{'x bourse':>11}")
    for (engine, collector), rate in rates.items():
        name = engine if collector else f"{engine}, collector off"
        times = [rate / peer for peer in peers]
        print(f"{name:<28}{rate:>12,.0f}{times[0]:>16.2f}{times[1]:>12.1f}{times[2]:>11.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
