"""What the host has said and done that moves neither cash nor shares: time given, words, who is there, whose seat is
played by a rule. A fold of its operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from market.events import (
    ClosePeriod,
    Extend,
    HandBack,
    Operation,
    Pause,
    Presence,
    Resume,
    TakeOver,
    Tell,
)


class Message(NamedTuple):
    """Words to all, said at `seconds` of the market's clock in `period`."""

    period: int
    seconds: float
    text: str


@dataclass(slots=True)
class Conduct:
    """`extended`: seconds that the current phase was given beyond its own; a pause and what comes after it belong to
    the phase that they interrupt. `paused` while a pause lasts. `taken_over`: the rule trader by trader; `returned`:
    who got the seat back in the current phase, as often as that happened."""

    extended: float = 0.0
    paused: Pause | None = None
    messages: list[Message] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    taken_over: dict[str, str] = field(default_factory=dict)
    returned: list[str] = field(default_factory=list)

    def note(self, operation: Operation, period: int, seconds: float) -> None:
        """Take in an operation that has been carried out."""
        self.paused = self._pause_after(operation)
        match operation:
            case Extend(more):
                self.extended += more
            case Tell(text):
                self.messages.append(Message(period, seconds, text))
            case Presence(trader, present):
                (self.present.add if present else self.present.discard)(trader)
            case TakeOver(trader, by):
                self.taken_over[trader] = by
            case HandBack(trader):
                del self.taken_over[trader]
                self.returned.append(trader)
            case Pause() | Resume():
                pass
            case _:
                self.extended, self.returned = 0.0, []

    def _pause_after(self, operation: Operation) -> Pause | None:
        if isinstance(operation, Pause):
            return operation
        return None if isinstance(operation, Resume | ClosePeriod) else self.paused
