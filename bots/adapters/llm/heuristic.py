"""A model that is a deterministic function of the request's facts: no network, no key, no chance."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bots.adapters.llm.local import as_asked, counted
from bots.adapters.llm.messages import Failure, RawAnswer, Request, Sent

Rule = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Heuristic:
    """Answers with what `rule` makes of `request.facts`: an object that satisfies the request's schema."""

    instant = True

    def __init__(self, rule: Rule, name: str = "heuristic") -> None:
        self.rule = rule
        self.name = name

    def prepare(self, request: Request) -> Sent:
        return as_asked(self.name, request)

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        text = json.dumps(dict(self.rule(request.facts)))
        return RawAnswer(text=text, model=self.name, finish_reason="stop", usage=counted(request, text))

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        return (self.name,)
