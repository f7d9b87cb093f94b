"""What is computed from one set of bars, once, however many agents and pipelines ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from worlds.crypto.data.bars import Array, Bars
from worlds.crypto.features.cross import cross_features
from worlds.crypto.methods.registry import method

Value = TypeVar("Value")


class Shared:
    """Results over `bars` by what made them. Row t of every result uses rows up to t alone.

    What is kept must not be changed by those who get it. Any number of threads may ask.
    """

    def __init__(self, bars: Bars, cross: bool = True) -> None:
        """`cross`: whether what is seen across coins may be used."""
        self.bars = bars
        self._cross = cross
        self._kept: dict[tuple[Any, ...], Any] = {}
        self._lock = Lock()

    def method(self, role: str, name: str, **parameters: float) -> Any:
        """What the registered method makes of the bars. Whole parameters (lookbacks, horizons) are given as int."""
        work = method(role, name).work
        return self.once((role, name, *sorted(parameters.items())), lambda: work(self, **parameters))

    @property
    def market(self) -> Mapping[str, Array]:
        """The eight features across coins by name, each (T,); NaN throughout where the desk does without them."""
        made = self.once(("cross",), lambda: cross_features(self.bars))
        return made if self._cross else {name: np.full(len(self.bars), np.nan) for name in made}

    @property
    def size(self) -> int:
        """How many results are kept."""
        return len(self._kept)

    def once(self, key: tuple[Any, ...], make: Callable[[], Value]) -> Value:
        """What is kept under `key`, made where it is not there yet."""
        if key not in self._kept:
            # made outside the lock: a result may need others; twice the same work gives twice the same result
            made = make()
            with self._lock:
                self._kept.setdefault(key, made)
        kept: Value = self._kept[key]
        return kept

    def __reduce__(self) -> tuple[Any, ...]:
        # a worker of its own computes what it needs
        return Shared, (self.bars, self._cross)
