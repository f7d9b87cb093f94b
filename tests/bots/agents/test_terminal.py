"""Numbers typed at a command are taken or refused in words."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from bots.agents.terminal import above_0, from_0, positive


def test_numbers_are_taken_as_typed() -> None:
    assert (positive("3"), from_0("0"), above_0("1e-3")) == (3, 0, 0.001)


@pytest.mark.parametrize(
    ("kind", "texts", "says"),
    [
        (positive, ("0", "-1", "2.5", "many"), "a whole number from 1, got"),
        (from_0, ("-1", "²"), "a whole number from 0, got"),
        (above_0, ("0", "-2", "nan", "inf", "much"), "a number above 0, got"),
    ],
)
def test_others_are_refused_in_words(kind: Callable[[str], float], texts: tuple[str, ...], says: str) -> None:
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError, match=says):
            kind(text)
