"""A short run of the harness that kills the server at random moments; the long one is `python -m tests.chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import run, some_database
from tests.postgres import missing


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nothing_acknowledged_is_lost_or_done_twice_through_several_kills(database: str, tmp_path: Path) -> None:
    if database == "postgres" and (why := missing()):
        pytest.skip(why)
    with some_database(database, tmp_path) as url:
        outcome = run(tmp_path / "lab", url, kills=4, seats=4, seed=3)
    assert outcome.problems == ()
    assert outcome.acknowledged > 50
