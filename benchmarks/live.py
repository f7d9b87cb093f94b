"""The live market against the plainest oTree live page, in one run: orders a second, acknowledgement, messages.

    .venv/bin/python -m benchmarks.live [--database sqlite postgres] [--seats 8 24 50 200] [--rate 0 1] [--repeat 3]

Both run oTree's production server, on SQLite in WAL mode or on a Postgres of their own, take turns, and get the same
orders from the same client. With rate 0 (closed loop) a seat sends its next order when its last one is acknowledged;
with rate R (open loop) each seat sends R orders a second, answered or not, and waits count from the moment an order was
due. An order is served when it was accepted, in an open loop within a second of the last one's time. Messages: all that
came to the seats. Medians over the repetitions; the ratio of durable orders a second is taken pair by pair.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.seats import Market, Naive, Openpit, Tape, measure, new_session
from pit import Server
from tests.lab import free_port
from tests.postgres import missing, running_postgres

KEY = "benchmark"
HEADER = "database seats   rate  market    orders/s  p50 ms  p95 ms  p99 ms  served  messages  ratio"
Pair = tuple[Tape, Tape]


@contextmanager
def served(market: Market, folder: Path, database: str) -> Iterator[Server]:
    """The market on a server of its own: on SQLite, or with "postgres" on one started for it."""
    with ExitStack() as stack:
        folder.mkdir(parents=True)
        for source, name in market.served:
            (folder / name).symlink_to(source)
        server = Server(folder, free_port(), KEY)
        if database == "postgres":
            server.environment["DATABASE_URL"] = stack.enter_context(running_postgres(folder / "base", free_port()))
        server.start()
        stack.callback(server.stop)
        yield server


def compare(database: str, wish: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        markets: list[Market] = [Naive(), Openpit()]
        pairs = [(one, stack.enter_context(served(one, Path(name) / one.name, database))) for one in markets]
        for rate in wish.rate:
            for seats in wish.seats:
                orders = round(wish.seconds * rate) if rate else wish.orders
                runs: list[Pair] = []
                for _ in range(wish.repeat):
                    theirs, ours = (_measured(one, server, seats, orders, rate) for one, server in pairs)
                    runs.append((theirs, ours))
                print("\n".join(_rows(f"{database:<8} {seats:>5} {rate:>6g}", runs)), flush=True)


def _measured(market: Market, server: Server, seats: int, orders: int, rate: float) -> Tape:
    return asyncio.run(measure(market, server, new_session(market, server, seats)[1], orders, rate))


def _rows(what: str, pairs: Sequence[Pair]) -> Iterator[str]:
    ratio = statistics.median(ours.rate / theirs.rate for theirs, ours in pairs)
    for which, name in enumerate(("baseline", "openpit")):
        tapes = [pair[which] for pair in pairs]
        waits = " ".join(f"{_median(tapes, lambda one, q=q: one.wait(q)):>7.1f}" for q in (0.5, 0.95, 0.99))
        share = f"{_median(tapes, lambda one: one.served):>7.1%} {_median(tapes, lambda one: one.received):>9.0f}"
        rate = f"{_median(tapes, lambda one: one.rate):>9.0f}"
        yield f"{what}  {name:<8} {rate} {waits} {share}" + f"  {ratio:>5.2f}" * which


def _median(tapes: Sequence[Tape], pick: Callable[..., float]) -> float:
    return statistics.median(pick(one) for one in tapes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgres"], default=["sqlite"])
    parser.add_argument("--seats", type=int, nargs="+", default=[8, 24, 50, 200])
    parser.add_argument("--orders", type=int, default=40, help="orders a seat in a closed loop")
    parser.add_argument(
        "--rate", type=float, nargs="+", default=[0, 1], help="orders a second and seat; 0: closed loop"
    )
    parser.add_argument("--seconds", type=float, default=15, help="length of an open loop")
    parser.add_argument("--repeat", type=int, default=3)
    wish = parser.parse_args()
    if "postgres" in wish.database and (why := missing()):
        parser.error(why)
    print(HEADER)
    for database in wish.database:
        compare(database, wish)


if __name__ == "__main__":
    main()
