"""The trading floor over one set of bars: what each agent makes of it, computed once, however many pipelines ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from worlds.crypto.data.bars import Bars
from worlds.crypto.desk.costs import Costs
from worlds.crypto.desk.engine import Result, lane_of, side_by_side, trade
from worlds.crypto.desk.proposals import Lane, Proposals
from worlds.crypto.desk.tape import Tape, tape
from worlds.crypto.desk.verdicts import CHECKS
from worlds.crypto.features.shared import Shared
from worlds.crypto.learning.agents import Parameters
from worlds.crypto.learning.space import VARIANTS, variant
from worlds.crypto.roles import absent
from worlds.crypto.roles.analyst import analyse
from worlds.crypto.roles.information import of_inventory
from worlds.crypto.roles.outputs import Analysis, Forecast
from worlds.crypto.roles.researcher import forecast
from worlds.crypto.roles.trader import propose
from worlds.crypto.settings import ROLES, Config

Value = TypeVar("Value")
Inventories = Mapping[str, tuple[str, ...]]
ANY: Inventories = dict.fromkeys(ROLES, ())
LANES_AT_MOST = 3000  # of 18 kB a year each
KEPT_AT_MOST = 400  # results of methods; beyond it they are forgotten between iterations


@dataclass(frozen=True, slots=True)
class Seats:
    """A pipeline: the parameters of the four roles, None for a role that is absent."""

    analyst: Parameters | None
    researcher: Parameters | None
    trader: Parameters | None
    risk: Parameters | None

    def without(self, present: Sequence[int]) -> Seats:
        """The same with nobody but the roles of these numbers."""
        return Seats(*(one if number in present else None for number, one in enumerate(self.roles)))

    @property
    def roles(self) -> tuple[Parameters | None, ...]:
        return self.analyst, self.researcher, self.trader, self.risk

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The same for the same parameters."""
        return tuple(_key(one) for one in self.roles)


def seats_of(config: Config) -> Seats:
    """The variants that a configuration names. Raises WorldError for one that there is not."""
    return Seats(*(VARIANTS[role][variant(role, config.agents[role].id)] for role in ROLES))


@dataclass(slots=True)
class Floor:
    """`bars`: all that may be known; `inventories`: the methods that each role may use, () for all; `cross`: whether
    what is seen across coins may be used."""

    bars: Bars
    costs: Costs = field(default_factory=Costs)
    inventories: Inventories = field(default_factory=lambda: ANY)
    cross: bool = True
    tape: Tape = field(init=False)
    _shared: Shared = field(init=False)
    _kept: dict[Hashable, Any] = field(init=False, default_factory=dict)
    _lanes: dict[Hashable, Result] = field(init=False, default_factory=dict)
    _used: set[Hashable] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.tape = tape(self.bars)
        self._shared = Shared(self.bars, self.cross)

    def analysis(self, own: Parameters | None) -> Analysis:
        if own is None:
            return self._once(("none",), lambda: absent.no_analysis(self.bars))
        return self._once(("analyst", _key(own)), lambda: analyse(self._shared, self._allowed("analyst", own)))

    def forecast(self, analyst: Parameters | None, own: Parameters | None) -> Forecast:
        if own is None:
            return self._once(("walk",), lambda: absent.no_forecast(self.tape.sigma))
        key = ("researcher", _key(analyst), _key(own))
        allowed = self._allowed("researcher", own)
        return self._once(key, lambda: forecast(self._shared, self.analysis(analyst), allowed))

    def proposals(self, seats: Seats) -> Proposals:
        """What the first three roles come to."""
        own = absent.TRADER if seats.trader is None else seats.trader
        analysis = self.analysis(seats.analyst)
        said = self.forecast(seats.analyst, seats.researcher)
        return propose(self.tape, analysis, said, own, self.inventories["trader"])

    def trade(self, seats: Sequence[Seats], start: int = 0, stop: int | None = None, record: bool = False) -> Result:
        """A lane for each, over the bars from `start` to `stop`; the roles know what was before `start`."""
        end = len(self.bars) if stop is None else stop
        numbers: dict[Hashable, int] = {}
        made: list[Proposals] = []
        lanes = []
        for one in seats:
            key = one.key[:3]
            if key not in numbers:
                numbers[key] = len(made)
                made.append(self.proposals(one).part(start, end))
            lanes.append(self.lane(numbers[key], one.risk))
        return trade(self.tape.part(start, end), made, lanes, self.costs, record)

    def traded(self, seats: Sequence[Seats], start: int, stop: int) -> Result:
        """The same without records, and without trading again what was traded over these bars before."""
        keys = [(*one.key, start, stop) for one in seats]
        fresh = {key: one for key, one in zip(keys, seats, strict=True) if key not in self._lanes}
        if fresh:
            result = self.trade(list(fresh.values()), start, stop)
            self._lanes |= {key: lane_of(result, number) for number, key in enumerate(fresh)}
        return side_by_side([self._lanes[key] for key in keys])

    def lane(self, proposals: int, risk: Parameters | None) -> Lane:
        """An absent risk role checks nothing; the ledger's margin alone holds it back."""
        if risk is None:
            return Lane(proposals=proposals, limits={})
        allowed = self.inventories["risk"] or CHECKS
        return Lane(proposals=proposals, limits=risk, checks=tuple(name for name in CHECKS if name in allowed))

    def allow(self, inventories: Inventories) -> None:
        """Use these methods from now on."""
        if inventories != self.inventories:
            self.inventories = dict(inventories)
            self._kept.clear()
            self._lanes.clear()

    def forget(self) -> None:
        """Drop what nobody asked for since the last call: agents that learned ask for other things."""
        self._kept = {key: value for key, value in self._kept.items() if key in self._used}
        self._used = set()
        if len(self._lanes) > LANES_AT_MOST:
            self._lanes.clear()
        if self._shared.size > KEPT_AT_MOST:
            self._shared = Shared(self.bars, self.cross)

    def _allowed(self, role: str, own: Parameters) -> dict[str, float]:
        return of_inventory(dict(own), self.inventories[role])

    def _once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        self._used.add(key)
        if key not in self._kept:
            self._kept[key] = make()
        kept: Value = self._kept[key]
        return kept


def _key(own: Parameters | None) -> Hashable:
    return None if own is None else tuple(sorted(own.items()))


def distinct(seats: Sequence[Seats]) -> tuple[list[Seats], np.ndarray[Any, np.dtype[np.int64]]]:
    """(each pipeline once, the number among them of each one given)."""
    numbers: dict[Hashable, int] = {}
    once: list[Seats] = []
    index = []
    for one in seats:
        if one.key not in numbers:
            numbers[one.key] = len(once)
            once.append(one)
        index.append(numbers[one.key])
    return once, np.array(index, np.int64)
