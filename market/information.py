"""What chance decides of a market before it opens: dividends, states, and who is told what of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

from pydantic import TypeAdapter

from market.designs import draw_dividends
from market.events import ClosePeriod, OpenPeriod, Told
from market.parts import State
from market.treatments import Treatment


class Draw(NamedTuple):
    """What chance decided of one period: its dividend (ticks a share), its state and who is told what of it."""

    dividend: int
    state: str = ""
    clues: tuple[Told, ...] = ()

    @property
    def opening(self) -> OpenPeriod:
        """The operation that opens the period."""
        return OpenPeriod(self.state, self.clues)

    @property
    def closing(self) -> ClosePeriod:
        """The operation that closes it."""
        return ClosePeriod(self.dividend)


_DRAWS: TypeAdapter[tuple[Draw, ...]] = TypeAdapter(tuple[Draw, ...])


def draws_from(text: str) -> tuple[Draw, ...]:
    """The inverse of `json.dumps` of draws. Raises pydantic.ValidationError for anything else."""
    return _DRAWS.validate_json(text)


def draw_periods(treatment: Treatment, kinds: Mapping[str, str], rng: Random) -> list[Draw]:
    """One draw a period; `kinds` has the kind (human, model, rule) of each trader, over which clues are balanced."""
    if not treatment.information.states:
        return [Draw(dividend) for dividend in draw_dividends(treatment, rng)]
    return [_draw(treatment, state, kinds, rng) for state in draw_states(treatment, rng)]


def draw_states(treatment: Treatment, rng: Random) -> list[State]:
    """One state a period, each draw by the odds of the states. The treatment has some."""
    states = treatment.information.states
    return rng.choices(states, [state.weight for state in states], k=treatment.periods)


def _draw(treatment: Treatment, state: State, kinds: Mapping[str, str], rng: Random) -> Draw:
    return Draw(state.dividend, state.name, tuple(deal_clues(treatment, state.name, kinds, rng)))


def deal_clues(treatment: Treatment, state: str, kinds: Mapping[str, str], rng: Random) -> Iterator[Told]:
    """Who is told what when the period's state is `state`: as evenly as possible, over all and over each kind."""
    match treatment.information.clues:
        case "not_this":
            others = [one.name for one in treatment.information.states if one.name != state]
            rng.shuffle(others)
            for trader, other in zip(_by_kind(kinds, rng), cycle(others), strict=False):
                # Of two states the one that it is not says which one it is.
                yield Told(trader, "not_this", other) if len(others) > 1 else Told(trader, "state", state)
        case "state":
            for trader in spread(_by_kind(kinds, rng), treatment.information.informed, rng):
                yield Told(trader, "state", state)


def _by_kind(kinds: Mapping[str, str], rng: Random) -> list[str]:
    """All traders, those of one kind next to each other, at random among themselves."""
    groups: dict[str, list[str]] = defaultdict(list)
    for trader, kind in kinds.items():
        groups[kind].append(trader)
    for group in groups.values():
        rng.shuffle(group)
    return [trader for kind in sorted(groups) for trader in groups[kind]]


def spread(traders: Sequence[str], number: int, rng: Random) -> list[str]:
    """`number` of the traders at even distances, from a random start."""
    start = rng.randrange(len(traders))
    turned = list(islice(cycle(traders), start, start + len(traders)))
    return [turned[place * len(turned) // number] for place in range(number)]
