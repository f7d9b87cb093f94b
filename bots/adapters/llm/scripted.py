"""A model that says what a test or a demonstration tells it to: replies from a list or a function, delays, rubbish."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from bots.adapters.llm.local import as_asked, counted
from bots.adapters.llm.messages import Failure, RawAnswer, Request, Sent

Line = str | Mapping[str, Any] | RawAnswer | Failure


@dataclass(frozen=True, slots=True)
class Slowly:
    """A line said after `seconds`. Beyond the deadline the call is a timeout, as with a model that hangs."""

    seconds: float
    line: Line


Script = Iterable[Line | Slowly] | Callable[[Request], Line | Slowly]


class Scripted:
    """Says the lines of `script` one after another, whoever asks, or what the function `script` makes of the request.

    A text is said as it is, a mapping as JSON, a RawAnswer or Failure as if a vendor had given it. After the last line
    of a list every call is a Failure of kind not_recorded.
    """

    instant = False

    def __init__(self, script: Script, *, delay_s: float = 0.0, name: str = "scripted") -> None:
        self.name = name
        self.delay_s = delay_s
        self._say = script if callable(script) else _one_by_one(script)

    def prepare(self, request: Request) -> Sent:
        return as_asked(self.name, request)

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        line = self._say(request)
        slowly = line if isinstance(line, Slowly) else Slowly(self.delay_s, line)
        time.sleep(slowly.seconds)
        return self._answer(slowly.line, request)

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        return (self.name,)

    def _answer(self, line: Line, request: Request) -> RawAnswer | Failure:
        if isinstance(line, Failure):
            return line
        if isinstance(line, RawAnswer):
            return line if line.usage else replace(line, usage=counted(request, line.text))
        text = line if isinstance(line, str) else json.dumps(dict(line))
        return RawAnswer(text=text, model=self.name, finish_reason="stop", usage=counted(request, text))


def _one_by_one(lines: Iterable[Line | Slowly]) -> Callable[[Request], Line | Slowly]:
    waiting = iter(lines)
    lock = Lock()
    over = Failure(kind="not_recorded", message="The script of this model is over; give it more lines")

    def next_line(request: Request) -> Line | Slowly:
        with lock:
            return next(waiting, over)

    return next_line
