"""How a run went, in numbers: decisions by outcome and by seat, and how long things took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from market.records import DECISION_OUTCOMES

SUBSTITUTED = "substituted"
LATENCIES = ("event", "decide", "act")


def decisions(lines: Iterable[Mapping[str, Any]], seats: Iterable[int]) -> dict[str, object]:
    """Decisions due and what became of them, in all and by seat; `due` is the sum of the outcomes, and `substituted`
    how many of those that failed were taken by a rule trader in the model's place."""
    by_seat: dict[int, Counter[str]] = {seat: Counter() for seat in seats}
    for line in lines:
        own = by_seat.setdefault(line["seat"], Counter())
        own.update([line["outcome"]] + [SUBSTITUTED] * bool(line["substitute"]))
    return {**_counts(sum(by_seat.values(), Counter())), "by_seat": {str(k): _counts(v) for k, v in by_seat.items()}}


def _counts(outcomes: Counter[str]) -> dict[str, int]:
    counts = {outcome: outcomes[outcome] for outcome in DECISION_OUTCOMES}
    return {"due": sum(counts.values()), **counts, SUBSTITUTED: outcomes[SUBSTITUTED]}


def latencies(lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Median and 95th percentile in milliseconds: from due at the page to asked, from asked to decided, from sent to
    acknowledged."""
    times = [line["ms"] for line in lines]
    return {name: _percentiles([one[name] for one in times if one[name] is not None]) for name in LATENCIES}


def _percentiles(values: list[float]) -> dict[str, float | None]:
    values.sort()
    return {"p50": _percentile(values, 50), "p95": _percentile(values, 95)}


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` of 100 values do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None
