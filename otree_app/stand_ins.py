"""Rule traders that play the seats of people who are away. They decide; the host carries out."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bots.agents.trader import Decision, Trader, tell
from bots.agents.trading_agents import make_trader
from market.exchange import Exchange
from market.orders import Receipt
from market.view import view_of

# a rule decides about as often as a person who takes part: at least so many times a period
TIMES_A_PERIOD = 10
FASTEST_SECONDS = 1.0


@dataclass(slots=True)
class StandIn:
    """A rule trader at a seat; `due` is when it decides next, in seconds since 1970."""

    trader: Trader
    rng: Random
    due: float


class StandIns:
    """Those of one market. What they draw comes from the market's `seed`, the seat and the number of events before."""

    def __init__(self, exchange: Exchange, seed: int) -> None:
        self._exchange, self._seed = exchange, seed
        self._seats: dict[str, StandIn] = {}
        treatment = exchange.treatment
        usual = min(treatment.decision_seconds, treatment.period_seconds / TIMES_A_PERIOD)
        self._pace = max(FASTEST_SECONDS, treatment.bot_reaction_seconds, usual)

    def follow(self, now: float) -> None:
        """Seat and unseat traders as the market's log says."""
        taken = self._exchange.conduct.taken_over
        self._seats = {trader: one for trader, one in self._seats.items() if trader in taken}
        for trader in taken.keys() - self._seats.keys():
            rng = Random(f"{self._seed}-{trader}-{len(self._exchange.events)}")
            self._seats[trader] = StandIn(make_trader(taken[trader], rng), rng, now + self._wait(rng))

    def _wait(self, rng: Random) -> float:
        return self._pace * rng.uniform(0.5, 1.5)

    @property
    def next_due(self) -> float | None:
        return min((one.due for one in self._seats.values()), default=None)

    def play(self, now: float, seconds: float) -> None:
        """Have those decide whose time it is, and carry out what they want at `seconds` of the market's clock."""
        for name, seat in self._seats.items():
            if seat.due <= now:
                seat.due = now + self._wait(seat.rng)
                decision = seat.trader.decide(view_of(self._exchange, name, seconds))
                tell(seat.trader, decision, self._submit(name, decision, seconds))

    def _submit(self, name: str, decision: Decision, seconds: float) -> list[Receipt]:
        return [self._exchange.submit(name, action, seconds) for action in decision.actions]
