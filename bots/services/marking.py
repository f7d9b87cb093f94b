"""Has the session's data say which seats bots play, before anything else begins. Starts no browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import Refused
from bots.services.casting import Cast
from bots.services.links import Seating
from bots.services.names import REPLAY

Marks = Mapping[str, Mapping[str, str]]
REFUSED = "Choose those seats, or change the session's configuration; --unmarked plays them as seats of people."


def marks(parts: Cast, seats: Seating) -> Marks:
    """{participant: {"kind": ..., "model": ...}} of the bots' seats."""
    people = zip(seats.numbers, seats.links, strict=True)
    return {link.participant: {"kind": parts.kind(one), "model": _short(parts.part(one).name)} for one, link in people}


def mark(seats: Seating, seats_marks: Marks, *, anyway: bool) -> str:
    """Mark the seats; returns why they are not marked where that does not keep the run from being played.

    Raises SetupError where the server refuses, as it does when people were told of other seats: what they were told
    would be false. `anyway` plays then too.
    """
    if not seats.session:
        return "the session's code is not known: start with its SessionStartLinks page."
    try:
        seats.server.mark_seats(seats.session, seats_marks)
    except Refused as error:
        if not anyway:
            raise SetupError(f"Bots may not have these seats. {error} {REFUSED}") from None
        return str(error)
    except SetupError as error:
        return str(error)
    return ""


def _short(model: str) -> str:
    """A model's name for the session's data: of a recorded run its folder's name alone."""
    return f"{REPLAY}{Path(model).name}" if model.startswith(REPLAY) else model
