"""Asks every address of a server for what no browser would and checks that none of it is an error of the server.

python -m tests.hostile_http --requests 5000 --seed 1 [--database postgres]
"""

from __future__ import annotations

import argparse
import random
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import requests

from pit import Server
from tests.hostile_requests import Ask, asks
from tests.lab import free_port, new_session, running_lab
from tests.postgres import running_postgres

PATIENCE_SECONDS = 20
LONGEST_ANSWER = 1_000_000
# A trace begins and an error is told like this in the server's log.
TRACES = ("Traceback", "Exception in")


@dataclass
class Answers:
    """`statuses` counts them, 0 for no answer; `broken` has what was answered by none or by an error of the server."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def note(self, ask: Ask, status: int) -> None:
        self.statuses[status] += 1
        if not 100 <= status < 500:
            self.broken.append(f"{status}: {ask}")


def traces(server: Server) -> list[str]:
    """The lines of the server's log that say of something nobody expected."""
    said = (server.folder / "server.log").read_text(errors="replace").splitlines()
    return [line for line in said if any(word in line for word in TRACES)]


def run(server: Server, *, number: int, seed: int) -> Answers:
    """About `number` requests, to each address as many; for a process in which oTree is set up."""
    session, seats = new_session(server, seats=3)
    wide = str(server.ask(f"/api/get_session/{session}", {})["session_wide_url"]).rpartition("/")[2]
    page = requests.get(f"{server.address}/InitializeParticipant/{seats[0]}", timeout=PATIENCE_SECONDS).url
    paths, answers = [*addresses(), *[page.removeprefix(server.address)] * 5], Answers()
    for ask in asks(random.Random(seed), paths, [session, seats[1], wide, "lab"], max(1, number // len(paths))):
        answers.note(ask, status_of(server, ask))
    return answers


def addresses() -> Iterator[str]:
    """oTree's and ours, with {names} in the place of codes; and two that nobody serves."""
    from otree.urls import routes
    from starlette.routing import Route

    yield from sorted({route.path for route in routes if isinstance(route, Route)})
    yield from ("/static/{path}", "/nosuch/{code}")


def status_of(server: Server, ask: Ask) -> int:
    """0 where the connection ends without an answer."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS) as line:
        line.settimeout(PATIENCE_SECONDS)
        try:
            line.sendall(ask.wire)
            first = line.makefile("rb").readline(LONGEST_ANSWER).split()
        except OSError:
            return 0
    return int(first[1]) if len(first) > 1 else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile_http", description=__doc__)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    wish = parser.parse_args(arguments)
    import tests.otree_app.conftest  # noqa: F401  sets oTree up, which knows its addresses

    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        Path(name).chmod(0o755)
        made = stack.enter_context(running_postgres(Path(name), free_port())) if wish.database == "postgres" else ""
        server = stack.enter_context(running_lab(Path(name) / "lab", made))
        answers, traced = run(server, number=wish.requests, seed=wish.seed), traces(server)
    print(", ".join(f"{number} x {status}" for status, number in sorted(answers.statuses.items())))
    print("\n".join([*answers.broken, *traced]) or "No error of the server, no trace in its log.")
    return 1 if answers.broken or traced else 0


if __name__ == "__main__":
    sys.exit(main())
