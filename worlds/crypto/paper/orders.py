"""From a ticket to its end: sent once, looked up where no answer came, cancelled when patience is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from worlds.crypto.paper.client import Exchange, Unreachable
from worlds.crypto.paper.journal import Journal
from worlds.crypto.paper.tickets import ZERO, Refusal, Standing, Ticket

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`attempts`: of one request that gets no answer; `pause`: seconds between looks at an order; `looks`: before what
    is left of it is cancelled."""

    attempts: int = 4
    pause: float = 0.5
    looks: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where the exchange holds something else than our fills say, in coins."""

    symbol: str
    ours: Decimal
    theirs: Decimal


class Orders:
    """Orders of one run on one exchange, all of them in its journal."""

    def __init__(
        self, exchange: Exchange, journal: Journal, sleep: Callable[[float], None], patience: Patience | None = None
    ) -> None:
        self._exchange, self._journal, self._sleep = exchange, journal, sleep
        self._patience = patience or Patience()

    def settle(self, ticket: Ticket) -> Standing | Refusal:
        """Send an order and wait for its end; what is not filled in time is cancelled.

        The same ticket again gives the same order: the exchange takes a link once. Raises Unreachable when no answer
        comes at all; `recover` finds out later what became of it.
        """
        if not self._journal.known(ticket.link):
            self._journal.intend(ticket)
        outcome = self._insist(lambda: self._exchange.place(ticket))
        self._journal.stand(ticket.symbol, outcome)
        if isinstance(outcome, Refusal) or outcome.final:
            return outcome
        return self._wait(ticket.symbol, outcome)

    def recover(self) -> list[Standing]:
        """Find out what became of orders of an earlier process whose end is not known, and end them."""
        found = []
        for link, symbol in self._journal.unsettled().items():
            standing = self._find(symbol, link)
            if standing is None:
                self._journal.write("lost", symbol=symbol, link=link, why="it never arrived")
                continue
            self._journal.stand(symbol, standing)
            found.append(standing if standing.final else self._end(symbol, standing))
        return found

    def reconcile(self) -> list[Difference]:
        """Compare positions with the exchange's, which count from now on."""
        theirs, ours = self._insist(self._exchange.positions), self._journal.positions()
        differences = [
            Difference(symbol=symbol, ours=ours.get(symbol, ZERO), theirs=theirs.get(symbol, ZERO))
            for symbol in sorted({*ours, *theirs})
            if ours.get(symbol, ZERO) != theirs.get(symbol, ZERO)
        ]
        self._journal.write(
            "reconciled",
            positions=theirs,
            differences=[{"symbol": d.symbol, "ours": d.ours, "theirs": d.theirs} for d in differences],
        )
        return differences

    def _wait(self, symbol: str, standing: Standing) -> Standing:
        for _ in range(self._patience.looks):
            self._sleep(self._patience.pause)
            new = self._find(symbol, standing.link)
            if new is not None and new != standing:
                self._journal.stand(symbol, new)
                standing = new
            if standing.final:
                return standing
        return self._end(symbol, standing)

    def _end(self, symbol: str, standing: Standing) -> Standing:
        """Cancel what is left. It may be filled at the last moment: the exchange says how it ended."""
        self._insist(lambda: self._exchange.cancel(symbol, standing.link))
        ended = self._find(symbol, standing.link) or standing
        self._journal.stand(symbol, ended)
        return ended

    def _find(self, symbol: str, link: str) -> Standing | None:
        return self._insist(lambda: self._exchange.find(symbol, link))

    def _insist(self, ask: Callable[[], Answer]) -> Answer:
        for attempt in range(1, self._patience.attempts):
            try:
                return ask()
            except Unreachable:
                self._sleep(self._patience.pause * 2**attempt)
        return ask()
