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
        "form: seat 1; open 1: seat 2 | 4 decisions, 1 late, 0 failed",
        "open 1: seats 1, 2 | 4 decisions, 1 late, 0 failed",
    ]


def test_a_terminal_has_a_line_for_each_bot() -> None:
    stream, seats = Terminal(), [state(3, "open", 2, valid=5, failed=2)]
    seats[0].trader, seats[0].action = "T3", "buy 1 at 99"
    with Progress(seats, stream) as progress:
        progress.show()
    shown = stream.getvalue()
    assert all(word in shown for word in ("T3", "open", "buy 1 at 99", "7"))


def test_what_models_cost_is_shown_by_seat_and_in_all() -> None:
    seats = [state(1, "open", 1), state(2, "open", 1), state(3, "open", 1)]
    seats[0].cost_usd, seats[1].cost_usd = 0.0125, 0.5
    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        with Progress(seats, stream) as progress:
            progress.show()
    assert plain.getvalue().splitlines()[-1].endswith("0 failed, cost $0.5125")
    assert all(word in terminal.getvalue() for word in ("cost", "$0.0125", "$0.5000"))


def test_a_cost_of_which_some_prices_are_unknown_says_so() -> None:
    seats = [state(1, "open", 1), state(2, "open", 1)]
    seats[1].cost_usd = None
    said = []
    for first in (0.0, 0.25):
        seats[0].cost_usd, stream = first, io.StringIO()
        with Progress(seats, stream) as progress:
            progress.show()
        said.append(stream.getvalue().strip().rpartition(", ")[2])
    assert said == ["cost unknown", "cost $0.2500+"]


def test_words_of_a_page_are_neither_markup_nor_commands_to_the_terminal() -> None:
    stream, seats = Terminal(), [state(1, "form")]
    seats[0].action = "passed on from [/b] \x1b]0;owned\x07 [red]"
    with Progress(seats, stream) as progress:
        progress.show()
    assert "[/b]" in stream.getvalue()
    assert "\x1b]0;owned" not in stream.getvalue()
