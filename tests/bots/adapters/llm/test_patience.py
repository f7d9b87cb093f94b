"""Waits grow, are capped, differ, and end in time."""

from __future__ import annotations

import random
import time

import pytest

from bots.adapters.llm import Timing
from bots.adapters.llm.patience import LONGEST_S, retry_after, within


def test_waits_double_up_to_a_cap_and_half_of_each_is_chance() -> None:
    timing = Timing(rng=random.Random(3))
    for attempt, longest in enumerate((0.5, 1.0, 2.0, 4.0, 8.0, 8.0), start=1):
        waits = [timing.back_off(attempt) for _ in range(200)]
        assert longest / 2 <= min(waits) < longest * 0.6
        assert longest * 0.9 < max(waits) <= longest <= LONGEST_S


def test_the_same_random_stream_gives_the_same_waits() -> None:
    waits = [[Timing(rng=random.Random(3)).back_off(attempt) for attempt in (1, 2, 3)] for _ in range(2)]
    assert waits[0] == waits[1]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "Date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "-3"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_work_that_takes_too_long_is_left_alone() -> None:
    began = time.monotonic()
    assert within(0.1, lambda: time.sleep(5)) is None
    assert time.monotonic() - began < 1


def test_work_in_time_returns_what_it_made() -> None:
    assert within(5, lambda: 42) == 42


def test_a_bug_in_the_work_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
