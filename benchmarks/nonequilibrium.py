"""Sellers and impressionable buyers: steps a second by numbers of buyers and sellers, and the time of the phase grid.

    .venv/bin/python -m benchmarks.nonequilibrium [--N 100 1000 5000 20000] [--M 10 40] [--steps 500] [--grid]

A step is one seller's new price and the new choices of all buyers who update: by the equations, J = 1, rho = 0.8. One
core, processor time, sizes take turns, medians; all repetitions must end in the same hash. "plain" is the step as it is
written down, that of tests/worlds/nonequilibrium/plain.py. `--grid` also times the default phase diagram on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
from collections.abc import Sequence
from time import process_time

from worlds.nonequilibrium.draws import draws
from worlds.nonequilibrium.history import begun, walk
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.phase import Grid, point

PLAIN_STEPS = 30


def fast(own: Parameters) -> tuple[float, str]:
    """(steps a second, hash of the path)."""
    history = begun(own)
    before = process_time()
    walk(own, history)
    spent = process_time() - before
    return (own.Nt - 1) / spent, hashlib.sha256(history.p.tobytes() + history.q.tobytes()).hexdigest()


def plain(own: Parameters) -> float:
    """Steps a second of the step as it is written down."""
    from tests.worlds.nonequilibrium.plain import step

    history, source = begun(own), draws(own)
    u = source.utilities()
    q, p, x = history.q[:, 0], history.p[:, 0], history.x
    before = process_time()
    for _ in range(PLAIN_STEPS):
        turn = source.turn()
        q, p, x = step(u, own.pull, q, p, x, turn.seller, turn.buyers)
    return PLAIN_STEPS / (process_time() - before)


def measure(sizes: Sequence[Parameters], repeat: int) -> str:
    rates: dict[Parameters, list[float]] = {own: [] for own in sizes}
    ends: dict[Parameters, set[str]] = {own: set() for own in sizes}
    for _ in range(repeat):
        for own in sizes:
            rate, end = fast(own)
            rates[own].append(rate)
            ends[own].add(end)
    lines = [
        f"{'buyers':>8}{'sellers':>9}{'steps':>7}{'steps/s':>10}{'us/step':>10}{'ns/(N M)':>10}{'plain steps/s':>15}"
    ]
    for own, found in rates.items():
        if len(ends[own]) > 1:
            raise SystemExit(f"N = {own.N}, M = {own.M} ended differently from time to time.")
        rate = statistics.median(found)
        each = 1e9 / rate / own.N / own.M
        numbers = f"{own.N:>8,}{own.M:>9}{own.Nt:>7,}{rate:>10,.0f}{1e6 / rate:>10,.0f}{each:>10.2f}"
        lines.append(f"{numbers}{plain(own):>15,.0f}")
    return "\n".join(lines)


def grid() -> str:
    cells = Grid(own=Parameters(N=1000)).cells()
    before = process_time()
    for cell in cells:
        point(cell)
    spent = process_time() - before
    return f"phase grid: {len(cells)} runs of {cells[0].Nt} steps at N = {cells[0].N} in {spent:.0f} s of one core"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--N", type=int, nargs="+", default=[100, 1000, 5000, 20_000], help="buyers")
    parser.add_argument("--M", type=int, nargs="+", default=[10, 40], help="sellers")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--grid", action="store_true", help="time the phase grid too")
    wish = parser.parse_args()
    sizes = [Parameters(J=1.0, N=N, M=M, Nt=wish.steps + 1) for M in wish.M for N in wish.N]
    print(measure(sizes, wish.repeat), flush=True)
    if wish.grid:
        print(grid())


if __name__ == "__main__":
    main()
