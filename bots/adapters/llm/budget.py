"""A hard stop in dollars. Keeps no prices and knows no models."""

from __future__ import annotations

from threading import Lock


class Budget:
    """What may be spent.

    Every call reserves the most it may cost first, so that calls side by side cannot pass the limit.
    """

    def __init__(self, limit_usd: float | None = None) -> None:
        self.limit_usd = limit_usd
        self._lock = Lock()
        self._spent = 0.0
        self._reserved = 0.0

    @property
    def spent_usd(self) -> float:
        """Dollars spent: reported usage, and the whole reservation of calls whose bill is unknown."""
        return self._spent

    def reserve(self, usd: float) -> bool:
        """Whether there is room for a call of at most `usd`; if so it is kept free until `settle`."""
        with self._lock:
            if self.limit_usd is not None and self._spent + self._reserved + usd > self.limit_usd:
                return False
            self._reserved += usd
            return True

    def settle(self, reserved: float, spent: float) -> None:
        """A call is over: give back what was reserved, count what it cost."""
        with self._lock:
            self._reserved -= reserved
            self._spent += spent
