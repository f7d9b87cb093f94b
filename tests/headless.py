"""A market whose traders take turns at random and without delay: `simulation` for tests that look at every turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from bots.agents.trader import Trader, Turn
from bots.agents.trading_agents import make_trader
from market.designs import deal_roles
from market.exchange import Exchange
from market.information import draw_periods
from market.tables import MarketRecord, Seat
from market.treatments import Treatment
from simulation.desk import Desk, Glass
from simulation.schedules import Evenly
from simulation.sessions import play_market

Maker = Callable[[str, Random], Trader]


@dataclass
class Played:
    """A finished market, who sat where and every turn that was taken."""

    exchange: Exchange
    names: dict[str, str]
    seed: int
    turns: Sequence[Turn] = field(default_factory=list)

    def record(self, session: str = "s1", market: str = "1-1") -> MarketRecord:
        """As the lab would hand it to `market.tables`."""
        seats = tuple(Seat(f"code{name}", name, "rule", model) for name, model in self.names.items())
        stamps = [f"2026-01-01T00:{event.period:02d}:{event.seconds:06.3f}Z" for event in self.exchange.events]
        return MarketRecord(session, market, self.seed, self.exchange, seats, stamps)


def play(
    treatment: Treatment,
    names: Sequence[str],
    seed: int = 1,
    turns: int = 200,
    glass: Glass = lambda view: view,
    make: Maker = make_trader,
) -> Played:
    """One market: `turns` decisions a period, evenly over its time. Each view is passed through `glass`.

    `make` is called for each seat in turn.
    """
    rng = Random(f"{seed}/market")
    seats = {f"T{number}": name for number, name in enumerate(names, 1)}
    traders = {seat: make(name, Random(f"{seed}/{seat}")) for seat, name in seats.items()}
    roles = deal_roles(treatment, ["rule"] * len(seats), rng)
    draws = draw_periods(treatment, dict.fromkeys(seats, "rule"), rng)
    desk = Desk(Exchange(treatment, dict(zip(seats, roles, strict=True))), traders, glass)
    play_market(desk, draws, Evenly(turns), rng)
    return Played(desk.exchange, seats, seed, desk.turns)


def refusals(played: Played) -> Iterator[str]:
    """Each refused action in words."""
    for turn in played.turns:
        for action, receipt in zip(turn.decision.actions, turn.receipts, strict=True):
            if not receipt.ok:
                yield f"{played.names[turn.view.trader]}, seq {turn.view.seq}: {action}: {receipt.reason}"
