"""Fundamental values that move: a pull back to the mean, regimes that shift it, jumps. Pure: a stream of chance in, a
path out.

All work on the logarithm of the value over its starting point, so that no value ever falls to 0.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class OrnsteinUhlenbeck:
    """x(t+1) = x(t) + pull (m - x(t)) + sigma e(t) (Uhlenbeck & Ornstein 1930, Physical Review 36).

    Its variance in the long run is sigma^2 / (1 - (1 - pull)^2), its autocorrelation at lag k (1 - pull)^k.
    """

    # a pull so weak that nobody could trade on it: strong ones make the returns of the value itself predictable
    pull: float = 0.0005
    sigma: float = 0.0003

    def step(self, x: float, mean: float, volatility: float, rng: Random) -> float:
        return x + self.pull * (mean - x) + self.sigma * volatility * rng.gauss(0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A state of the world: where the value is drawn to (log, over its start) and how much it moves (a factor)."""

    name: str
    mean: float = 0.0
    volatility: float = 1.0


STILL = Regime(name="always")
CALM = Regime(name="calm", volatility=0.7)
GOOD = Regime(name="good times", mean=0.03, volatility=1.0)
BAD = Regime(name="crisis", mean=-0.05, volatility=3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimes:
    """A Markov chain: each tick the regime changes with the chance `change`, to any of the others alike.

    In the long run all are as frequent; one lasts 1 / change ticks on average.
    """

    states: tuple[Regime, ...] = (CALM, GOOD, BAD)
    change: float = 0.004

    def step(self, now: Regime, rng: Random) -> Regime:
        if rng.random() >= self.change:
            return now
        return rng.choice([state for state in self.states if state != now])


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumps:
    """Sudden moves (Merton 1976, Journal of Financial Economics 3): with the chance `rate` a tick, normal, of standard
    deviation `size` (log). They fade as everything that is drawn back to the mean."""

    rate: float = 0.01
    size: float = 0.003

    def step(self, rng: Random) -> float:
        return rng.gauss(0.0, self.size) if rng.random() < self.rate else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueProcess:
    """What moves the fundamental value from `start` (ticks); each part may be left out."""

    start: float = 10_000.0
    drift: OrnsteinUhlenbeck | None = field(default_factory=OrnsteinUhlenbeck)
    regimes: Regimes | None = None
    jumps: Jumps | None = None

    def path(self, steps: int, rng: Random) -> list[float]:
        """The value in ticks at each of `steps` ticks, the first one `start`."""
        return [self.start * exp(x) for x in self._logs(steps, rng)]

    def _logs(self, steps: int, rng: Random) -> Iterator[float]:
        x, regime = 0.0, self.regimes.states[0] if self.regimes else STILL
        for _ in range(steps):
            yield x
            if self.regimes:
                regime = self.regimes.step(regime, rng)
            if self.drift:
                x = self.drift.step(x, regime.mean, regime.volatility, rng)
            if self.jumps:
                x += self.jumps.step(rng)


def poisson(mean: float, rng: Random) -> int:
    """A draw from the Poisson law, for small means: the number of arrivals in one tick."""
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def drawn(weights: Sequence[float], rng: Random) -> int:
    """A place, with chances as its weight says."""
    totals = list(accumulate(weights))
    return bisect(totals, rng.random() * totals[-1])
