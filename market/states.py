"""States of the world and what a clue tells of them. Keeps out how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from market.parts import State


@dataclass(frozen=True, slots=True)
class Clue:
    """What one trader is told of the period: its `state` (kind "state"), or a state that it is not ("not_this")."""

    kind: str
    state: str


def odds(states: Sequence[State], clue: Clue | None = None) -> dict[str, Fraction]:
    """How likely each state is to somebody who has this clue, or none."""
    weights = {state.name: state.weight if _possible(state, clue) else 0 for state in states}
    return {name: Fraction(weight, sum(weights.values())) for name, weight in weights.items()}


def _possible(state: State, clue: Clue | None) -> bool:
    return clue is None or (state.name == clue.state) == (clue.kind == "state")


def expected_dividend(states: Sequence[State], clue: Clue | None = None) -> Fraction:
    """Ticks that a share pays on average in a period, to somebody who has this clue, or none."""
    chances = odds(states, clue)
    return sum((state.dividend * chances[state.name] for state in states), Fraction(0))


def mean_dividend(dividends: Sequence[int], states: Sequence[State]) -> Fraction:
    """Ticks that a share pays on average in a period: of equally likely dividends, or by the odds of states."""
    if states:
        return expected_dividend(states)
    return Fraction(sum(dividends), len(dividends)) if dividends else Fraction(0)
