"""Forecasts of events that mature, and how good they were. A lower Brier score is better.

Event: o = 1 where the index at maturity is above the strike, else 0. A forecast with horizon h of round t matures in
round t + h - 1, so that one of horizon 1 is settled in the round in which it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Prediction:
    """`probability` that `asset` is above `strike` at maturity; `issued`: the round."""

    agent: str
    asset: str
    strike: float
    probability: float
    issued: int
    horizon: int

    @property
    def matures_at(self) -> int:
        return self.issued + self.horizon - 1


@dataclass(frozen=True, slots=True)
class Resolution:
    """A prediction that has matured: the index then, whether the event came, and the score."""

    prediction: Prediction
    level: float
    outcome: int
    score: float


def event(level: float, strike: float) -> int:
    """1 where the index is above the strike, else 0."""
    return int(level > strike)


def brier(probability: float, outcome: int) -> float:
    """(p - o)^2 (Brier 1950), from 0, which is best, to 1. Raises ValueError for an outcome that is no event."""
    if outcome not in (0, 1):
        raise ValueError(f"An outcome is 0 or 1, not {outcome!r}: score the event, not the index.")
    return (probability - outcome) ** 2


def resolve(
    predictions: Iterable[Prediction], levels: Mapping[str, float], round: int
) -> tuple[list[Resolution], list[Prediction]]:
    """(those that mature in `round`, scored by `levels`; the others), both in the order given."""
    due: list[Prediction] = []
    rest: list[Prediction] = []
    for one in predictions:
        (due if one.matures_at == round else rest).append(one)
    return [_resolved(one, levels[one.asset]) for one in due], rest


def _resolved(one: Prediction, level: float) -> Resolution:
    outcome = event(level, one.strike)
    return Resolution(one, level, outcome, brier(one.probability, outcome))


def skill(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, base_rate: float | None = None) -> float:
    """1 - Brier / Brier of always saying `base_rate`, by default the share of events that came.

    1 is perfect, 0 no better than the base rate, NaN where the base rate is never wrong.
    """
    p, o = _pairs(probabilities, outcomes)
    reference = float(np.mean((o - (o.mean() if base_rate is None else base_rate)) ** 2))
    return 1 - float(np.mean((p - o) ** 2)) / reference if reference else float("nan")


class Murphy(NamedTuple):
    """brier = reliability - resolution + uncertainty (Murphy 1973); low reliability and high resolution are good."""

    brier: float
    reliability: float
    resolution: float
    uncertainty: float


def murphy(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> Murphy:
    """The three parts of the mean Brier score, by groups of equal probabilities, which makes the sum exact."""
    p, o = _pairs(probabilities, outcomes)
    values, place = np.unique(p, return_inverse=True)
    counts = np.bincount(place)
    came = np.bincount(place, weights=o) / counts
    base = o.mean()
    reliability = float(np.sum(counts * (values - came) ** 2) / len(p))
    resolution = float(np.sum(counts * (came - base) ** 2) / len(p))
    return Murphy(float(np.mean((p - o) ** 2)), reliability, resolution, float(base * (1 - base)))


class Bin(NamedTuple):
    """Forecasts of like probability: their mean, the share of events that came, and how many they are."""

    forecast: float
    observed: float
    number: int


def reliability_bins(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, bins: int = 10) -> list[Bin]:
    """For a diagram: bins of equal width round 0, 1 / `bins`, ... 1, those without any forecast left out."""
    p, o = _pairs(probabilities, outcomes)
    place = np.rint(p * bins).astype(int)
    inside = [place == one for one in range(bins + 1)]
    return [Bin(float(p[mask].mean()), float(o[mask].mean()), int(mask.sum())) for mask in inside if mask.any()]


def coverage(made: int, wanted: int) -> float:
    """Share of the forecasts that were wanted and came: scores say nothing of the missing ones. NaN where none was."""
    if not 0 <= made <= wanted:
        raise ValueError(f"{made} forecasts of {wanted}: expected from 0 to as many as were wanted.")
    return made / wanted if wanted else float("nan")


def _pairs(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], ...]:
    p, o = np.asarray(probabilities, dtype=float), np.asarray(outcomes, dtype=float)
    if len(p) != len(o) or not len(p):
        raise ValueError(f"{len(p)} forecasts and {len(o)} outcomes: expected as many, and at least one.")
    if np.any((p < 0) | (p > 1)) or not np.all(np.isin(o, (0, 1))):
        raise ValueError("Forecasts are from 0 to 1, outcomes 0 or 1.")
    return p, o


# What a forecast of a state says


def likelihood(quality: float, predicted: int, states: int) -> npt.NDArray[np.float64]:
    """P(the forecast says `predicted` | state), (states,): the column of the predicted state. A forecast is right with
    chance `quality`, from 1 / states, and wrong alike in all other ways."""
    if not 1 / states - 1e-12 <= quality <= 1:
        raise ValueError(f"Quality {quality}: expected from 1/{states}, which says nothing, to 1.")
    column = np.full(states, (1 - quality) / (states - 1))
    column[predicted] = quality
    return column


def posterior(prior: npt.ArrayLike, quality: float, predicted: int) -> npt.NDArray[np.float64]:
    """Bayes: what is believed of the states after a forecast. Quality 1 / K leaves the prior as it is."""
    before = np.asarray(prior, dtype=float)
    joint = before * likelihood(quality, predicted, len(before))
    if not joint.sum():
        raise ValueError("A forecast without error says what the prior excludes.")
    return np.asarray(joint / joint.sum())
