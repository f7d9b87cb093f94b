"""A hard stop in dollars. Keeps no prices and knows no models."""

from __future__ import annotations

from threading import Condition


class Budget:
    """What may be spent.

    Every call reserves the most it may cost first, so that calls side by side cannot pass the limit. Most cost far
    less: who finds the rest reserved waits for what the others give back.
    """

    def __init__(self, limit_usd: float | None = None) -> None:
        self.limit_usd = limit_usd
        self._changed = Condition()
        self._spent = 0.0
        self._reserved = 0.0

    @property
    def spent_usd(self) -> float:
        """Dollars spent: reported usage, and the whole reservation of calls whose bill is unknown."""
        return self._spent

    @property
    def committed_usd(self) -> float:
        """Dollars spent, and the most that calls under way may yet cost."""
        with self._changed:
            return self._spent + self._reserved

    def reserve(self, usd: float, patience: float = 0.0) -> bool:
        """Whether there is room for a call of at most `usd`, now or within `patience` seconds; if so it is kept free
        until `settle`."""
        with self._changed:
            self._changed.wait_for(lambda: self._fits(self._reserved + usd) or not self._fits(usd), max(0.0, patience))
            if not self._fits(self._reserved + usd):
                return False
            self._reserved += usd
            return True

    def has_room(self, usd: float) -> bool:
        """Whether a call of at most `usd` would fit if no other were under way."""
        with self._changed:
            return self._fits(usd)

    def _fits(self, usd: float) -> bool:
        return self.limit_usd is None or self._spent + usd <= self.limit_usd

    def settle(self, reserved: float, spent: float) -> None:
        """A call is over: give back what was reserved, count what it cost."""
        with self._changed:
            self._reserved -= reserved
            self._spent += spent
            self._changed.notify_all()
