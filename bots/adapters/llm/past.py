"""What a transcript says was asked and spent before: a run that is taken up again goes on from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.adapters.llm.messages import NOTHING_USED, Usage
from bots.adapters.llm.tally import Totals

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The numbers of a seat's last question and last probe, and what its calls cost; None once a price was unknown."""

    questions: int = 0
    probes: int = 0
    cost_usd: float | None = 0.0


def asked_of(lines: Iterable[Line], seat: int) -> Asked:
    """What was asked for a seat; numbers are never used twice in a record."""
    own = [line for line in lines if line["key"].startswith(f"seat-{seat}/")]
    last: Counter[bool] = Counter()
    for line in own:
        # such as seat-3/period-2/turn-7, seat-3/form-1/repair
        what, _, number = line["key"].removesuffix("/repair").rpartition("-")
        last[what.endswith("/probe")] = max(last[what.endswith("/probe")], int(number))
    costs = [line["cost_usd"] for line in own]
    return Asked(last[False], last[True], None if None in costs else sum(costs))


def totals_of(lines: Sequence[Line]) -> dict[str, Totals]:
    """By model, as they stood: each call with the outcome of its last attempt."""
    ends = {(line["model"], line["key"]): line for line in lines}
    return {
        name: _totals([line for (model, _), line in ends.items() if model == name]) for name in {one for one, _ in ends}
    }


def _totals(ends: Sequence[Line]) -> Totals:
    usage = NOTHING_USED
    for line in ends:
        usage = usage + Usage(**line["usage"])
    return Totals(
        calls=len(ends),
        replies=sum(line["outcome"] == "ok" for line in ends),
        failures=Counter(line["outcome"] for line in ends if line["outcome"] != "ok"),
        usage=usage,
        cost_usd=sum(line["cost_usd"] or 0.0 for line in ends),
        unpriced=sum(line["cost_usd"] is None for line in ends),
        returned=tuple(sorted({line["returned_model"] for line in ends} - {""})),
    )


def spent_usd(lines: Iterable[Line]) -> float:
    """Dollars that all attempts cost together."""
    return sum(line["cost_usd"] or 0.0 for line in lines)
