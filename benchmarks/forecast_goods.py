"""Forecast goods: rounds a second by numbers of agents and of rounds, and how both grow.

    .venv/bin/python -m benchmarks.forecast_goods [--agents 25 50 100 200] [--rounds 250 500 1000] [--matching cda]

Everybody plays by rule; a round is all that `step` does, hashes of the log and the state included, and a snapshot every
100 rounds. One core, processor time, sizes take turns, medians; all repetitions must end in the same hash. A growth of
1 is linear: microseconds an agent and round, against those of the first size. "plain" is the same economy with the log
as one would first write it: every round hashes all of it again, and a snapshot holds all of it; that grows with the
square of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import NamedTuple

from worlds.forecast_goods import Config, begin, snapshots, step

A_TEAM = 5  # three analysts, a trader, a principal
SNAPSHOT_EVERY = 100


class Size(NamedTuple):
    """`plain`: with the log hashed anew each round."""

    agents: int
    rounds: int
    plain: bool = False


def economy(size: Size, matching: str) -> Config:
    """Demand grows with the agents, as it would where there is a living for all."""
    config = Config()
    teams = replace(config.teams, number=size.agents // A_TEAM, analysts=3, traders=1)
    demand = replace(config.demand, A=tuple(one * size.agents / 16 for one in config.demand.A))
    return replace(config, market=replace(config.market, matching=matching), teams=teams, demand=demand)


def run(size: Size, matching: str, folder: Path) -> tuple[float, str]:
    """(processor seconds, final hash)."""
    config = economy(size, matching)
    state, log = begin(config, 7), list[str]()
    before = process_time()
    for _ in range(size.rounds):
        done = step(state, config)
        log += state.chain.take()
        if size.plain:
            _hash_of_all(log)
        if state.round % SNAPSHOT_EVERY == 0:
            snapshots.write(folder, config, state, "heuristic")
            if size.plain:
                with (folder / "plain.jsonl").open("w") as file:
                    file.writelines(f"{line}\n" for line in log)
        elif not size.plain:
            log.clear()
    return process_time() - before, done.hash


def _hash_of_all(log: Sequence[str]) -> str:
    # line by line: one more copy of a log of many hundred megabytes is more than some machines have
    digest = sha256()
    for line in log:
        digest.update(line.encode())
    return digest.hexdigest()


def measure(sizes: Sequence[Size], matching: str, repeat: int) -> str:
    spent: dict[Size, list[float]] = {size: [] for size in sizes}
    ends: dict[Size, set[str]] = {size: set() for size in sizes}
    with tempfile.TemporaryDirectory() as folder:
        # what is loaded late is loaded before the clock runs
        run(Size(25, 5), matching, Path(folder))
        for _ in range(repeat):
            for size in sizes:
                seconds, end = run(size, matching, Path(folder))
                # said at once: the last sizes take minutes
                print(f"{size}: {seconds:.1f} s", file=sys.stderr, flush=True)
                spent[size].append(seconds)
                ends[size].add(end)
    lines = [f"{'agents':>8}{'rounds':>8}{'log':>8}{'rounds/s':>10}{'us/agent round':>16}{'growth':>8}"]
    first = _each(sizes[0], spent)
    for size in sizes:
        if len(ends[size]) > 1:
            raise SystemExit(f"{size} ended differently from time to time.")
        each, rate = _each(size, spent), size.rounds / statistics.median(spent[size])
        log = "plain" if size.plain else "chain"
        lines.append(f"{size.agents:>8}{size.rounds:>8,}{log:>8}{rate:>10,.1f}{each:>16,.0f}{each / first:>8.2f}")
    return "\n".join(lines)


def _each(size: Size, spent: dict[Size, list[float]]) -> float:
    """Microseconds an agent and round."""
    return 1e6 * statistics.median(spent[size]) / size.agents / size.rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, nargs="+", default=[25, 50, 100, 200], help="at the fewest rounds")
    parser.add_argument("--rounds", type=int, nargs="+", default=[250, 500, 1000], help="with 100 agents")
    parser.add_argument("--matching", default="cda")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="the plain log, too")
    wish = parser.parse_args()
    sizes = [Size(agents, min(wish.rounds)) for agents in wish.agents]
    sizes += [Size(100, rounds) for rounds in wish.rounds]
    sizes += [Size(100, rounds, True) for rounds in wish.rounds if wish.plain]
    print(measure(list(dict.fromkeys(sizes)), wish.matching, wish.repeat))


if __name__ == "__main__":
    main()
