"""Lists that may forget their beginning: a market that runs for hours in a server need not hold all of its past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, NoReturn, TypeVar, overload

from market.events import OPERATOR, Event

T = TypeVar("T")


class Forgotten(LookupError):
    """What was asked for is not in memory any more; it is in the stored log."""


class Tail(Sequence[T], Generic[T]):
    """What was appended, in order and with its number for good; all of it, until `forget` is called.

    Whoever asks for what was forgotten gets `Forgotten`, never silently less than all.
    """

    __slots__ = ("_items", "forgotten")

    def __init__(self) -> None:
        self._items: list[T] = []
        self.forgotten = 0

    def append(self, item: T) -> None:
        self._items.append(item)

    def forget(self, until: int) -> None:
        """Let go of the first `until` items."""
        if until > self.forgotten:
            self._let_go(self._items[: until - self.forgotten])
            del self._items[: until - self.forgotten]
            self.forgotten = until

    def _let_go(self, items: Sequence[T]) -> None:
        """A last look at what is forgotten next."""

    def __len__(self) -> int:
        return self.forgotten + len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if not self.forgotten:
            return self._items[index]
        if isinstance(index, slice):
            return self._part(*index.indices(len(self)))
        at = index + len(self) if index < 0 else index
        return self._items[at - self.forgotten] if at >= self.forgotten else self._old(at)

    def _part(self, start: int, stop: int, step: int) -> list[T]:
        numbers = range(start, stop, step)
        if numbers and (first := min(numbers[0], numbers[-1])) < self.forgotten:
            self._missing(first)
        return [self._items[at - self.forgotten] for at in numbers]

    def _old(self, at: int) -> T:
        self._missing(at)

    def _missing(self, at: int) -> NoReturn:
        raise Forgotten(f"Number {at} was forgotten: of {len(self)} the last {len(self._items)} are in memory.")

    def __iter__(self) -> Iterator[T]:
        if self.forgotten:
            self._missing(0)
        return iter(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tail | list) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


class EventTail(Tail[Event]):
    """Events of a market. Of forgotten ones, what the host did and the last of each trader are still known."""

    __slots__ = ("_done", "_last")

    def __init__(self) -> None:
        super().__init__()
        self._done: dict[int, Event] = {}
        self._last: dict[str, Event] = {}

    def _let_go(self, items: Sequence[Event]) -> None:
        for event in items:
            if event.actor == OPERATOR:
                self._done[event.seq - 1] = event
            else:
                self._last[event.actor] = event

    def _old(self, at: int) -> Event:
        known = self._done.get(at) or next((one for one in self._last.values() if one.seq == at + 1), None)
        return known or super()._old(at)

    def known(self, since: int = 0) -> list[Event]:
        """The events after number `since` that are still known, in order: all of the host's, each trader's last."""
        old = (one for one in (*self._done.values(), *self._last.values()) if one.seq > since)
        return [*sorted(old), *self._items[max(0, since - self.forgotten) :]]
