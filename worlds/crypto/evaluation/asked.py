"""A pipeline whose trader asks a model, over the same bars and the same ledger as any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worlds.crypto.desk.engine import Result, trade
from worlds.crypto.learning.floor import Floor, Seats
from worlds.crypto.news.newsroom import Newsroom
from worlds.crypto.roles.limits import TRADERS
from worlds.crypto.roles.model_trader import Desk, Thought, propose
from worlds.models import Line


@dataclass(frozen=True, slots=True)
class Asked:
    """`result`: one recorded lane; `thoughts`: why it did what it did, a turn each."""

    result: Result
    thoughts: Sequence[Thought]


def trade_asking(
    floor: Floor, seats: Seats, line: Line, every: int, start: int = 0, room: Newsroom | None = None
) -> Asked:
    """Trade the bars from `start` on, the model asked at every so many of them; what it costs is charged to the lane.

    Where the model gives no usable answer the seats' own trader decides. Raises ModelLost when it is gone for good."""
    stop = len(floor.bars)
    desk = Desk(
        tape=floor.tape,
        analysis=floor.analysis(seats.analyst),
        forecast=floor.forecast(seats.analyst, seats.researcher),
        parameters=seats.trader or TRADERS["adaptive"],
        room=room,
    )
    made, thoughts = propose(desk, floor.proposals(seats), line, range(start, stop, every))
    lane = floor.lane(0, seats.risk)
    return Asked(trade(floor.tape.part(start, stop), [made.part(start, stop)], [lane], floor.costs, True), thoughts)
