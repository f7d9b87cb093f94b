"""One line a bot on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

from bots.domain.state import SeatState
from bots.domain.turns import SeatName
from bots.services.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def state(seat: int, place: str, period: int = 0, **outcomes: int) -> SeatState:
    found = SeatState(SeatName(seat=seat, participant=f"p{seat}", model="noise"), place=place, period=period)
    found.outcomes.update(outcomes)
    return found


def test_plain_lines_come_only_when_something_changed() -> None:
    stream, seats = io.StringIO(), [state(1, "form"), state(2, "open", 1, valid=3, late=1)]
    with Progress(seats, stream) as progress:
        progress.show()
        progress.show()
        seats[0].place, seats[0].period = "open", 1
        progress.show()
    assert stream.getvalue().splitlines() == [
        "form: bots 1; open 1: bots 2 | 4 decisions, 1 late, 0 failed",
        "open 1: bots 1, 2 | 4 decisions, 1 late, 0 failed",
    ]


def test_a_terminal_has_a_line_for_each_bot() -> None:
    stream, seats = Terminal(), [state(3, "open", 2, valid=5, failed=2)]
    seats[0].trader, seats[0].action = "T3", "buy 1 at 99"
    with Progress(seats, stream) as progress:
        progress.show()
    shown = stream.getvalue()
    assert all(word in shown for word in ("T3", "open", "buy 1 at 99", "7"))
