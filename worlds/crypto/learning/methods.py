"""How often each method was used and how often with success; what does little good is pruned, never a role's last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worlds.crypto.desk.verdicts import CHECKS
from worlds.crypto.learning.agents import Parameters

PATIENT, AT_ONCE = "limit", "market"


@dataclass(frozen=True, slots=True)
class Count:
    """`uses`: trials of pipelines in which the method had a part; `successes`: those worth more than the median of
    their iteration."""

    uses: int = 0
    successes: int = 0

    @property
    def rate(self) -> float:
        return self.successes / self.uses if self.uses else 0.0


Counts = Mapping[str, Count]


def used_by(role: str, own: Parameters, inventory: Sequence[str]) -> list[str]:
    """The methods that an agent of these parameters uses; `inventory`: those that its role has."""
    if role == "trader":
        wanted = PATIENT if own["patience"] > 0 else AT_ONCE
        return [wanted if wanted in inventory else next(iter(inventory))]
    if role == "risk":
        return [name for name in CHECKS if name in inventory]
    return [name for name in inventory if own.get(f"w_{name}", 0.0) > 0]


def counted(counts: Counts, uses: Iterable[tuple[str, bool]]) -> dict[str, Count]:
    """`counts` and more (method, success)."""
    found = dict(counts)
    for name, success in uses:
        before = found.get(name, Count())
        found[name] = Count(before.uses + 1, before.successes + success)
    return found


def pruned(inventory: Sequence[str], counts: Counts, least_uses: int, least_rate: float) -> tuple[str, ...]:
    """What is left of a role's methods: those used at least so often AND those that succeed often enough.

    Where nothing would be left, the method with the best rate stays; the first by name among equals.
    """
    left = tuple(name for name in inventory if _stays(counts.get(name, Count()), least_uses, least_rate))
    if left:
        return left
    return (min(inventory, key=lambda name: (-counts.get(name, Count()).rate, name)),)


def _stays(count: Count, least_uses: int, least_rate: float) -> bool:
    return count.uses >= least_uses and count.rate >= least_rate
