"""What a transcript says was asked and spent before: a run that is taken up again goes on from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.adapters.llm.messages import NOTHING_USED, Usage
from bots.adapters.llm.reading import json_object
from bots.adapters.llm.repair import REPAIR
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
        what, _, number = line["key"].removesuffix(REPAIR).rpartition("-")
        last[what.endswith("/probe")] = max(last[what.endswith("/probe")], int(number))
    costs = [line["cost_usd"] for line in own]
    return Asked(last[False], last[True], None if None in costs else sum(costs))


@dataclass(frozen=True, slots=True)
class Said:
    """A usable answer of a seat's model. `what` was asked: turn, forecast, reflection or form."""

    what: str
    prompt: str
    reply: Mapping[str, Any]


def said_of(lines: Iterable[Line], seat: int) -> list[Said]:
    """What a seat's model answered, in order; of an answer that it had to repair only the second one."""
    own = [line for line in lines if line["key"].startswith(f"seat-{seat}/")]
    again = {line["key"].removesuffix(REPAIR) for line in own if line["key"].endswith(REPAIR)}
    return [_said(line) for line in own if line["outcome"] == "ok" and line["key"] not in again]


def _said(line: Line) -> Said:
    key = line["key"].removesuffix(REPAIR)
    asked = [one["content"] for one in line["request"]["messages"] if one["role"] == "user"]
    # the last question of a repair is about the first answer
    prompt = asked[-1] if key == line["key"] else asked[-2]
    return Said(key.rpartition("/")[2].rpartition("-")[0], prompt, json_object(line["raw"]))


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
