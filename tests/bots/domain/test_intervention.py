"""All bots of a session stop it as one, and a person is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from bots.adapters.errors import SetupError
from bots.domain.intervention import Intervention


@dataclass
class Stopped:
    """What was done to a session, what was said, and a clock."""

    trouble: SetupError | None = None
    now: float = 0.0
    done: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = Intervention(self.operate, self.said.append, lambda: self.now)

    def operate(self, do: str, reason: str) -> None:
        if self.trouble:
            raise self.trouble
        self.done.append((do, reason))


def test_a_pause_and_an_end_reach_the_server_with_their_reason() -> None:
    stopped = Stopped()
    stopped.session.pause("The model is gone.")
    stopped.session.end("It stays so.")
    assert stopped.done == [("pause", "The model is gone."), ("end_and_pay", "It stays so.")]
    assert stopped.said == [
        "The session was paused; resume it on the experimenter's page. Reason: The model is gone.",
        "The session was ended and is paid. Reason: It stays so.",
    ]


def test_a_long_reason_is_cut_to_what_the_server_takes() -> None:
    stopped = Stopped()
    stopped.session.pause("word " * 200)
    ((_, reason),) = stopped.done
    assert len(reason) == 500


def test_seats_that_find_the_same_at_one_time_stop_the_session_once() -> None:
    stopped = Stopped()
    for stopped.now in (0.0, 0.1, 15.0):
        stopped.session.pause("gone")
    assert len(stopped.done) == len(stopped.said) == 1
    stopped.now = 40.0
    stopped.session.pause("gone again")
    assert len(stopped.done) == 2


def test_a_server_that_refuses_is_told_and_the_bots_play_on() -> None:
    stopped = Stopped(trouble=SetupError("it does not exist."))
    stopped.session.pause("The model is gone.")
    assert stopped.said == ["The session could not be stopped (pause): it does not exist. Reason: The model is gone."]
