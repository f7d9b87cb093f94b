"""Who decides when within a period: at a pace of each trader's own, with thinking that takes time or none, or simply in
turn. All chance comes from the stream that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Protocol

from simulation.desk import Desk, Pending

# Market seconds from a question to its answer.
Thinking = Callable[[Pending, Random], float]


class Schedule(Protocol):
    """Drives a desk through one open period of `seconds`."""

    def run(self, desk: Desk, seconds: float, rng: Random) -> None: ...


@dataclass(frozen=True, slots=True)
class Evenly:
    """`turns` decisions a period at equal distances, each of a trader drawn at random. Thinking is free."""

    turns: int

    def run(self, desk: Desk, seconds: float, rng: Random) -> None:
        seats = list(desk.traders)
        for turn in range(self.turns):
            desk.turn(rng.choice(seats), seconds * turn / self.turns)


def free(pending: Pending, rng: Random) -> float:
    """Thinking takes no market time."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Charged:
    """Thinking takes market time: what a model took in truth, and of a rule `seconds` on average, from half of it to
    one and a half."""

    seconds: float = 2.0

    def __call__(self, pending: Pending, rng: Random) -> float:
        drawn = self.seconds * rng.uniform(0.5, 1.5)
        return pending.took if pending.decision.calls else drawn


@dataclass
class Paced:
    """As the lab's bots: after each decision a trader waits from one to one and a half times `pace` seconds.

    An answer that comes after `decision_seconds` of the treatment is late, and nothing is sent; one that comes after
    the end of the period neither.
    """

    pace: float = 1.5
    thinking: Thinking = free
    _numbers: count[int] = field(default_factory=count, repr=False)

    def run(self, desk: Desk, seconds: float, rng: Random) -> None:
        due: list[tuple[float, int, str, Pending | None]] = []
        for seat in desk.traders:
            heappush(due, (rng.uniform(0, self.pace), next(self._numbers), seat, None))
        while due:
            now, _, seat, pending = heappop(due)
            if pending is not None:
                self._answer(desk, pending, now, seconds)
            elif now < seconds:
                asked = desk.ask(seat, now)
                heappush(due, (now + self.thinking(asked, rng), next(self._numbers), seat, asked))
                continue
            if now < seconds:
                heappush(due, (now + self.pace * rng.uniform(1, 1.5), next(self._numbers), seat, None))

    def _answer(self, desk: Desk, pending: Pending, now: float, seconds: float) -> None:
        allowed = desk.exchange.treatment.decision_seconds
        if now - pending.view.seconds > allowed or now >= seconds:
            desk.drop(pending, now)
        else:
            desk.carry_out(pending, now)
