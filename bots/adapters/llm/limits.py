"""How often a provider may be asked: buckets of requests and of tokens a minute, and calls at one time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Semaphore

BURST_SECONDS = 10.0  # a full bucket lets as much pass at once as ten seconds bring


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one provider allows; None is no limit."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    concurrency: int = 64


class Bucket:
    """A token bucket that takes reservations: who comes first is served first. Knows no clock."""

    def __init__(self, per_minute: float, now: float) -> None:
        self.rate = per_minute / 60.0
        self.capacity = max(1.0, self.rate * BURST_SECONDS)
        self.level = self.capacity
        self.filled = now

    def wait_for(self, amount: float, now: float) -> float:
        """Seconds until `amount` may pass, if it is taken now."""
        self._fill(now)
        return max(0.0, (min(amount, self.capacity) - self.level) / self.rate)

    def take(self, amount: float) -> None:
        """Take `amount`, ahead of time if need be. A negative amount gives back."""
        self.level = min(self.capacity, self.level - amount)

    def _fill(self, now: float) -> None:
        self.level = min(self.capacity, self.level + (now - self.filled) * self.rate)
        self.filled = now


class Limits:
    """The limits of one provider, shared by all threads that ask it."""

    def __init__(self, rates: Rates, now: float) -> None:
        self._lock = Lock()
        self._slots = Semaphore(rates.concurrency)
        self._requests = Bucket(rates.requests_per_minute, now) if rates.requests_per_minute else None
        self._tokens = Bucket(rates.tokens_per_minute, now) if rates.tokens_per_minute else None

    def reserve(self, tokens: int, now: float, patience: float) -> float | None:
        """Seconds to wait before one call of `tokens`; None, and nothing reserved, when that passes `patience`."""
        wanted = [(bucket, amount) for bucket, amount in ((self._requests, 1), (self._tokens, tokens)) if bucket]
        with self._lock:
            wait = max((bucket.wait_for(amount, now) for bucket, amount in wanted), default=0.0)
            if wait >= patience:
                return None
            for bucket, amount in wanted:
                bucket.take(amount)
        return wait

    def correct(self, tokens: int) -> None:
        """Take `tokens` more (or fewer, when negative) than were reserved."""
        with self._lock:
            if self._tokens:
                self._tokens.take(tokens)

    @contextmanager
    def slot(self, patience: float) -> Iterator[bool]:
        """One of the provider's parallel calls; yields False when none came free within `patience` seconds."""
        got = self._slots.acquire(timeout=max(0.0, patience))
        try:
            yield got
        finally:
            if got:
                self._slots.release()
