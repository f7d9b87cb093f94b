"""How the worlds ask models: one name a run, replies that make sense, and an end when a model is gone for good."""

from __future__ import annotations

import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from string import Template
from threading import Lock
from typing import Any, TypeVar

from pydantic import BaseModel

from bots.adapters.llm import Answer, Failure, Keys, Message, Models, Outcome, Request, Transcript, request_for
from bots.adapters.llm.provider import Provider
from bots.adapters.llm.transcript import FILE_NAME
from bots.agents.asking import Careful, Objection
from worlds.errors import ModelLost, WorldError

IN_A_ROW = 5  # questions without any usable answer, after which a model counts as gone
SEEDS = 2**31

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the model `name` is asked. `seconds`: for one question; `concurrency`: questions at a time; `local`: models
    of this process by name, such as scripted ones."""

    name: str = "heuristic"
    base_url: str = ""
    budget_usd: float | None = None
    temperature: float | None = None
    seed: int = 42
    seconds: float = 60.0
    concurrency: int = 8
    keys: Keys | None = None
    local: Mapping[str, Provider] = field(default_factory=dict)


class Line:
    """The line of a run to its model. Any number of threads may ask at the same time."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._transcript = Transcript()
        self._models = Models(
            keys=asked.keys,
            local=asked.local,
            transcript=self._transcript,
            budget_usd=asked.budget_usd,
            base_url=asked.base_url,
        )
        self._lock = Lock()
        self._in_a_row = 0
        self.failures: list[tuple[str, Failure]] = []

    def check(self, option: str = "--model") -> None:
        """Raise WorldError where the model cannot be asked. `option`: where it is named."""
        wrong = self._models.check(self.asked.name)
        if wrong:
            raise WorldError(f"{option} {self.asked.name}: {wrong.message}")

    def beside(self, name: str) -> Line:
        """A line to another model, with the same transcript and within the same budget."""
        other = copy(self)
        other.asked, other._lock, other._in_a_row, other.failures = replace(self.asked, name=name), Lock(), 0, []
        return other

    def record_in(self, folder: Path) -> None:
        """Write every call to the run's transcript from now on."""
        self._transcript.begin(folder / FILE_NAME)

    def close(self) -> None:
        self._transcript.close()

    def ask(
        self,
        shape: type[Shape],
        messages: tuple[Message, ...],
        *,
        key: str,
        facts: Mapping[str, Any],
        objection: Objection[Shape] = lambda _: "",
    ) -> Answer[Shape] | Failure:
        """Ask for a `shape`; a reply that cannot be used is asked for once more.

        `key`: unique in the run; `facts`: what a local model decides on. Raises ModelLost when the model is gone.
        """
        deadline = time.monotonic() + self.asked.seconds
        request = request_for(shape, messages, key=key, deadline=deadline)
        request = replace(request, temperature=self.asked.temperature, facts=facts, seed=self._seed(key))
        answer = Careful(self._question, shape, objection).ask_for(request)
        self._heard(key, answer)
        return answer

    def _seed(self, key: str) -> int:
        """Of one question: the same in every run with the same seed, another for every other question."""
        return Random(f"{self.asked.seed} {key}").randrange(SEEDS)

    def _question(self, request: Request) -> Outcome:
        return self._models.ask(self.asked.name, request)

    def _heard(self, key: str, answer: Answer[Shape] | Failure) -> None:
        with self._lock:
            failed = isinstance(answer, Failure)
            self._in_a_row = self._in_a_row + 1 if failed else 0
            if isinstance(answer, Failure):
                self.failures.append((key, answer))
                if _for_good(answer) or self._in_a_row >= IN_A_ROW:
                    raise ModelLost(_gone(self.asked.name, answer, self._in_a_row))

    def told(self) -> dict[str, Any]:
        """Calls, tokens, dollars and failures so far."""
        total = self._models.totals().get(self.asked.name)
        if total is None:
            return {"calls": 0, "replies": 0, "failures": {}, "tokens": 0, "cost_usd": 0.0, "returned": []}
        return {
            "calls": total.calls,
            "replies": total.replies,
            "failures": dict(total.failures),
            "tokens": total.usage.prompt_tokens + total.usage.completion_tokens,
            "cost_usd": None if total.unpriced else total.cost_usd,
            "returned": list(total.returned),
        }


def _for_good(failure: Failure) -> bool:
    # a single question may be rejected for what is in it
    return failure.lasting and failure.kind != "bad_request"


def _gone(name: str, failure: Failure, in_a_row: int) -> str:
    why = "asking again is pointless" if _for_good(failure) else f"{in_a_row} questions in a row had no usable answer"
    return f"The model '{name}' is gone ({failure.kind}; {why}): {failure.message}"


def fill(path: Path, **values: object) -> str:
    """A text file with its $names replaced; values are not read again. Raises KeyError for a name without a value."""
    return Template(path.read_text("utf-8")).substitute({key: str(value) for key, value in values.items()}).strip()
