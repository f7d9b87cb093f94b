"""What a run has asked of its models so far: calls, tokens, dollars, by model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from bots.adapters.llm.messages import NOTHING_USED, Outcome, Reply, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`calls` asked, `replies` of them usable, `failures` by kind; `cost_usd` of the calls whose price is known,
    `unpriced` how many others used tokens; `returned` the model ids that providers named."""

    calls: int = 0
    replies: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    usage: Usage = NOTHING_USED
    cost_usd: float = 0.0
    unpriced: int = 0
    returned: tuple[str, ...] = ()

    def plus(self, outcome: Outcome) -> Totals:
        good = isinstance(outcome, Reply)
        failures = dict(self.failures)
        if not isinstance(outcome, Reply):
            failures[outcome.kind] = failures.get(outcome.kind, 0) + 1
        return replace(
            self,
            calls=self.calls + 1,
            replies=self.replies + good,
            failures=failures,
            usage=self.usage + outcome.usage,
            cost_usd=self.cost_usd + (outcome.cost_usd or 0.0),
            unpriced=self.unpriced + (outcome.cost_usd is None),
            returned=tuple(sorted({*self.returned, outcome.model} - {""})),
        )


class Tally:
    """Totals by model name, kept by many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._totals: dict[str, Totals] = {}

    def add(self, name: str, outcome: Outcome) -> None:
        with self._lock:
            self._totals[name] = self._totals.get(name, Totals()).plus(outcome)

    def start_from(self, totals: Mapping[str, Totals]) -> None:
        """Count what was asked in an earlier part of the run."""
        with self._lock:
            self._totals.update(totals)

    def by_model(self) -> dict[str, Totals]:
        with self._lock:
            return dict(self._totals)
