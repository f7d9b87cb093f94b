"""How well agents, or teams, did in a window: comparable numbers from gains, scores and overspending."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worlds.forecast_goods.config import Budgets
from worlds.forecast_goods.state import Deeds


@dataclass(frozen=True, slots=True)
class Record:
    """Of a window. `brier`: mean score, lower is better; None without a score. `over`: periods with overspending."""

    surplus: float
    brier: float | None
    over: float


def record(deeds: Iterable[Deeds], window: int) -> Record:
    """The record of the last `window` rounds, of one agent or of several side by side."""
    listed = list(deeds)
    scored = sum(one.scored for one in listed)
    brier = math.fsum(one.brier for one in listed) / scored if scored else None
    return Record(sum(one.surplus for one in listed), brier, sum(one.over for one in listed))


def performance(records: Mapping[str, Record], config: Budgets) -> dict[str, float]:
    """w_surplus z(surplus) + w_brier z(-Brier) - w_over overspending, by name. Who has no score has a z of 0."""
    surplus = z_scores({name: one.surplus for name, one in records.items()})
    brier = z_scores({name: -one.brier for name, one in records.items() if one.brier is not None})
    return {
        name: config.w_surplus * surplus[name] + config.w_brier * brier.get(name, 0.0) - config.w_over * one.over
        for name, one in records.items()
    }


def z_scores(values: Mapping[str, float]) -> dict[str, float]:
    """(x - mean) / standard deviation of the population; 0 for all where all are alike."""
    if not values:
        return {}
    mean = math.fsum(values.values()) / len(values)
    deviation = math.sqrt(math.fsum((one - mean) ** 2 for one in values.values()) / len(values))
    # a spread that is only rounding tells nobody from anybody
    if deviation <= 1e-12 * max(abs(one) for one in values.values()):
        return dict.fromkeys(values, 0.0)
    return {name: (one - mean) / deviation for name, one in values.items()}
