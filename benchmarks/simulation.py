"""The headless order-book market: messages a second by number of agents, memory, growth with the length of a run.

    .venv/bin/python -m benchmarks.simulation [--agents 86 1000 10000] [--steps 1000] [--growth 1000 2000 4000]

agent-steps: decisions of one agent, with all that it sends and the market does. commands: orders, replacements and
cancellations that agents send (orders from outside are in the time, not in the count). messages: what passes between
agents and market, as a kernel of messages such as that of ABIDES counts it: the market shown to an agent, its commands,
an answer to each, a notice of each trade to both sides. All are rates a second of processor time, of the ticks alone.

Rosters are `medium`, scaled. Beside it, in the same run, the market of convexpi-arena with as many agents in the same
proportions of kinds (market makers, momentum, noise, informed). Each measurement has a process of its own, runs take
turns; medians, and all repetitions must end in the same hash. MiB: peak of the process; grown: above its start.
The growth table has time and memory grown over those of the shortest run. The last table says where the time goes: the
commands of a run once more, to the exchange alone and to the book alone.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.book import PYTHON, BenchmarkError, install_peers

if TYPE_CHECKING:
    from simulation.order_book import MarketSettings, Simulated

ROOT = Path(__file__).resolve().parent.parent
OURS, PEER = "openpit", "convexpi-arena"
MEDIUM = 86


class Result(NamedTuple):
    """One measurement: seconds, rates a second, peak memory and what it grew in MiB, what repetitions agree on."""

    seconds: float
    agent_steps: float
    commands: float
    messages: float
    memory: float
    grown: float
    digest: str


Run = tuple[str, int, int]  # engine, agents, steps


def settings_of(agents: int, steps: int) -> MarketSettings:
    from simulation.flow import FlowConfig
    from simulation.order_book import MarketSettings
    from simulation.rosters import roster
    from simulation.values import Jumps, Regimes, ValueProcess

    value = ValueProcess(regimes=Regimes(), jumps=Jumps())
    return MarketSettings(roster=roster("medium", None, agents), steps=steps, value=value, flow=FlowConfig())


def simulated(settings: MarketSettings) -> Simulated:
    from bots.adapters.llm import Heuristic, Keys, Models
    from simulation.intents import heuristic
    from simulation.order_book import simulate

    return simulate(settings, Models(keys=Keys({}), local={"heuristic": Heuristic(heuristic)}))


def openpit(agents: int, steps: int) -> Result:
    settings, before = settings_of(agents, steps), _peak()
    done = simulated(settings)
    trades = len(done.exchange.prints)
    return _result(before, done.seconds, agents * steps, done.commands, trades, done.hash)


def convexpi(agents: int, steps: int) -> Result:
    """Its own loop, agents and accounts. Its agents are shown the market and answer with orders, ours alike."""
    from convexpi.arena import InformedTrader, Market, MomentumTrader, NaiveMarketMaker, NoiseTrader

    kinds = {NaiveMarketMaker: 6, MomentumTrader: 20, InformedTrader: 10}
    counts = {kind: max(1, round(number * agents / MEDIUM)) for kind, number in kinds.items()}
    counts[NoiseTrader] = agents - sum(counts.values())
    before = _peak()
    made = [kind(f"{kind.__name__}{number}", number) for kind, count in counts.items() for number in range(count)]
    market, sent = Market(made, n_ticks=steps, seed=42), 0
    collect = market._collect_orders

    def counted(tick: int) -> list[Any]:
        nonlocal sent
        orders: list[Any] = collect(tick)
        sent += len(orders)
        return orders

    market._collect_orders = counted
    since = process_time()
    market.run()
    trades = market.engine.trades
    return _result(before, process_time() - since, agents * steps, sent, len(trades), f"{sent} {len(trades)}")


def _result(before: float, seconds: float, agent_steps: int, commands: int, trades: int, digest: str) -> Result:
    messages, peak = agent_steps + 2 * commands + 2 * trades, _peak()
    rates = agent_steps / seconds, commands / seconds, messages / seconds
    return Result(seconds, *rates, peak, peak - before, digest)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


ENGINES = {OURS: openpit, PEER: convexpi}


# Where the time goes


def parts(agents: int, steps: int) -> dict[str, float]:
    """Seconds by part of a run, and its commands."""
    settings = settings_of(agents, steps)
    done = simulated(settings)
    exchange, book = _to_exchange(settings, done), _to_book(done)
    return {
        "deciding, shuffling, sampling": done.seconds - exchange,
        "accounts, rules and log": exchange - book,
        "book": book,
        "commands": float(done.exchange.commands),
    }


def _to_exchange(settings: MarketSettings, done: Simulated) -> float:
    from market.orders import Action, CancelOrder, PlaceOrder, ReplaceOrder
    from market.treatments import Role
    from simulation.order_book import design
    from simulation.venue import CANCEL, COMMANDS, PLACE, Venue

    accounts = done.exchange.accounts.items()
    roles = {name: Role(name="r", cash=own.endowed_cash, shares=own.endowed_shares) for name, own in accounts}
    venue = Venue(design(settings), roles)
    asked = []
    for what, _, who, order, side, price, quantity, *rest in done.exchange.log:
        if what in COMMANDS:
            again: Action = PlaceOrder(side, price, quantity)
            if what != PLACE:
                again = CancelOrder(order) if what == CANCEL else ReplaceOrder(rest[0], price, quantity)
            asked.append((venue.accounts[who], again))
    return _timed(partial(_submit, venue, asked))


def _submit(venue: Any, asked: Sequence[Any]) -> None:
    submit = venue.submit
    for own, action in asked:
        submit(own, action)


def _to_book(done: Simulated) -> float:
    from market.book import OrderBook
    from simulation.venue import CANCEL, COMMANDS, PLACE

    rows = [row for row in done.exchange.log if row[0] in COMMANDS]
    return _timed(partial(_place, OrderBook(), [(one[0] != PLACE, one[0] != CANCEL, *one[2:]) for one in rows]))


def _place(book: Any, rows: Sequence[Any]) -> None:
    """Orders are made here, as the exchange makes them."""
    from market.orders import Order, Side, TimeInForce

    place, cancel, reduce, period, ioc = book.place, book.cancel, book.reduce, TimeInForce.PERIOD, TimeInForce.IOC
    buy = Side.BUY
    for leaves, stays, who, number, side, price, quantity, *rest in rows:
        gone = rest[0] if rest else number
        if leaves and stays and gone == number:
            reduce(number, quantity)
            continue
        if leaves:
            cancel(gone)
        if stays:
            limit = price if price is not None else 10**9 if side is buy else 1
            place(Order(number, who, side, limit, quantity, quantity, 0.0), period if price is not None else ioc)


def _timed(work: partial[None]) -> float:
    gc.collect()
    gc.freeze()
    gc.disable()
    since = process_time()
    work()
    seconds = process_time() - since
    gc.enable()
    return seconds


# Running and printing


def in_a_process(run: Run) -> Result:
    engine, agents, steps = run
    python = str(PYTHON) if engine == PEER else sys.executable
    return Result(*_asked(python, engine, str(agents), str(steps)))


def _asked(python: str, *worker: str) -> Any:
    command = [python, "-m", "benchmarks.simulation", "--worker", *worker]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(worker)} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def take_turns(runs: Sequence[Run], repeat: int) -> dict[Run, Result]:
    """Medians by run."""
    found: dict[Run, list[Result]] = {run: [] for run in runs}
    for _ in range(repeat):
        for run in runs:
            found[run].append(in_a_process(run))
    for run, results in found.items():
        if len({one.digest for one in results}) > 1:
            raise SystemExit(f"{run}: it ended differently from time to time.")
    return {run: _median(results) for run, results in found.items()}


def _median(results: Sequence[Result]) -> Result:
    names = Result._fields[:-1]
    medians = {name: statistics.median(getattr(one, name) for one in results) for name in names}
    return results[0]._replace(**medians)


def table(results: dict[Run, Result]) -> Iterator[str]:
    yield f"{'market':<16}{'agents':>7}{'steps':>7}{'messages/s':>13}{'agent-steps/s':>15}{'commands/s':>12}{'MiB':>7}"
    for (engine, agents, steps), one in results.items():
        rates = f"{one.messages:>13,.0f}{one.agent_steps:>15,.0f}{one.commands:>12,.0f}"
        yield f"{engine:<16}{agents:>7,}{steps:>7,}{rates}{one.memory:>7,.0f}"


def growth(results: dict[Run, Result]) -> Iterator[str]:
    first = next(iter(results.values()))
    yield f"{'agents':>7}{'steps':>7}{'seconds':>10}{'x time':>8}{'MiB grown':>11}{'x memory':>10}"
    for (_, agents, steps), one in results.items():
        times = f"{one.seconds:>10.2f}{one.seconds / first.seconds:>8.2f}"
        yield f"{agents:>7,}{steps:>7,}{times}{one.grown:>11.1f}{one.grown / first.grown:>10.2f}"


def where(told: dict[str, float]) -> Iterator[str]:
    commands = told.pop("commands")
    yield f"{'part':<32}{'seconds':>9}{'share':>8}{'us a command':>14}"
    for part, seconds in told.items():
        share = seconds / sum(told.values())
        yield f"{part:<32}{seconds:>9.3f}{share:>8.0%}{1e6 * seconds / commands:>14.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, nargs="+", default=[MEDIUM, 1000, 10_000])
    parser.add_argument("--steps", type=int, default=1000, help="ticks; fewer where there are more than 86 agents")
    parser.add_argument("--growth", type=int, nargs="*", default=[1000, 2000, 4000], help="lengths of runs of 86")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.worker:
        engine, *numbers = wish.worker
        print(json.dumps((parts if engine == "parts" else ENGINES[engine])(*map(int, numbers))))
        return
    try:
        install_peers()
    except BenchmarkError as error:
        raise SystemExit(str(error)) from None
    runs = [(engine, one, _steps(one, wish.steps)) for one in wish.agents for engine in ENGINES]
    print("\n".join(table(take_turns(runs, wish.repeat))), flush=True)
    if wish.growth:
        lengths = take_turns([(OURS, MEDIUM, steps) for steps in wish.growth], wish.repeat)
        print("", *growth(lengths), sep="\n", flush=True)
    print("", *where(_asked(sys.executable, "parts", str(MEDIUM), str(wish.steps))), sep="\n")


def _steps(agents: int, steps: int) -> int:
    """As many decisions in all, so that large markets do not take all day."""
    return max(20, min(steps, steps * MEDIUM // agents))


if __name__ == "__main__":
    main()
