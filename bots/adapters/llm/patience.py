"""Waiting: how long before another attempt, and for no longer than there is time."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock, Thread
from typing import TypeVar

FIRST_S = 0.5
LONGEST_S = 8.0
ATTEMPTS = 6

T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """Clock (seconds), sleep, random stream and wall time: what tests replace."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)
    utc: Callable[[], datetime] = _now
    lock: Lock = field(default_factory=Lock)

    def back_off(self, attempt: int) -> float:
        """Seconds before the attempt after `attempt` (1, 2, ...): doubling, capped, half of it by chance."""
        longest = min(LONGEST_S, FIRST_S * 2.0 ** (attempt - 1))
        with self.lock:
            return longest * (0.5 + self.rng.random() / 2)


def within(seconds: float, work: Callable[[], T]) -> T | None:
    """What `work` returns, None when it takes longer. It then ends unattended and what it returns is dropped."""
    future: Future[T] = Future()
    Thread(target=_run, args=(future, work), daemon=True).start()
    wait((future,), timeout=max(0.0, seconds))
    return future.result() if future.done() else None


def _run(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    # a bug is the caller's to raise, in its own thread
    except BaseException as bug:
        future.set_exception(bug)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait: `retry-after-ms`, or `Retry-After` as seconds or as a date."""
    told = {name.lower(): value.strip() for name, value in headers.items()}
    milliseconds = _number(told.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = told.get("retry-after", "")
    return _number(value) if _number(value) is not None else _until(value, told.get("date", ""))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(when: str, now: str) -> float | None:
    """Seconds between two HTTP dates; the server's own date is the clock."""
    try:
        return max(0.0, (parsedate_to_datetime(when) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None
