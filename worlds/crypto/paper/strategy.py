"""A pipeline for paper trading: the variants of a configuration, or a model in the trader's place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worlds.crypto.data.bars import Bars
from worlds.crypto.desk.proposals import Lane, Proposals
from worlds.crypto.desk.tape import Tape
from worlds.crypto.learning.floor import Floor, Inventories, Seats
from worlds.crypto.news.newsroom import Newsroom
from worlds.crypto.roles.model_trader import Desk, Thought, propose
from worlds.models import Line


@dataclass(slots=True)
class Pipeline:
    """`line`: to a model in the trader's place, None for the trader's rule; `room`: its news, looked up anew at each
    bar; `heard`: is told what the model thought."""

    seats: Seats
    inventories: Inventories
    cross: bool
    line: Line | None = None
    room: Callable[[], Newsroom | None] = lambda: None
    heard: Callable[[Thought], None] = lambda _: None

    @property
    def lane(self) -> Lane:
        assert self.seats.risk is not None
        return Lane(proposals=0, limits=self.seats.risk, checks=self.inventories["risk"] or _all_checks())

    def proposals(self, bars: Bars) -> tuple[Tape, Proposals]:
        """At every bar; the last one counts. Raises ModelLost when the model is gone for good."""
        floor = Floor(bars, inventories=self.inventories, cross=self.cross)
        made = floor.proposals(self.seats)
        return floor.tape, self._by_model(floor, made, self.line) if self.line else made

    def _by_model(self, floor: Floor, rule: Proposals, line: Line) -> Proposals:
        assert self.seats.trader is not None
        desk = Desk(
            tape=floor.tape,
            analysis=floor.analysis(self.seats.analyst),
            forecast=floor.forecast(self.seats.analyst, self.seats.researcher),
            parameters=self.seats.trader,
            room=self.room(),
        )
        made, thoughts = propose(desk, rule, line, [len(floor.bars) - 1])
        self.heard(thoughts[0])
        return made


def _all_checks() -> tuple[str, ...]:
    from worlds.crypto.desk.verdicts import CHECKS

    return CHECKS
