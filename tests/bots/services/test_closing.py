"""What a run says on the terminal when it is over."""

from __future__ import annotations

import pytest

from bots.services.closing import show_trouble


def test_seats_in_trouble_are_told_at_the_end_and_nobody_else(capsys: pytest.CaptureFixture[str]) -> None:
    well = {"due": 5, "late": 0, "failed": 0}
    decisions = {"1": well, "2": {"due": 6, "late": 4, "failed": 1}, "3": well, "4": well}
    bots = {seat: {"place": "last page", "rejoined": 0} for seat in decisions}
    bots["3"] = {"place": "last page", "rejoined": 2}
    bots["4"] = {"place": "dead", "rejoined": 0}
    show_trouble(decisions, bots)
    assert capsys.readouterr().out.splitlines() == [
        "Seats, late or failed decisions: 2 (5 of 6)",
        "Seats, joined again: 3 (2)",
        "Seats, stopped on the way: 4 (dead)",
    ]
    show_trouble({"1": well}, {"1": bots["1"]})
    assert capsys.readouterr().out == ""
