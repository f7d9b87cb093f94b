"""Playthroughs kept as text: the market must answer as it stands there (`playthrough.py` says how to renew them)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.market.playthrough import play_again

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_market_answers_as_written(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert play_again(text) == text


def test_each_mechanism_has_a_playthrough() -> None:
    assert {path.stem for path in GOLDEN} >= {
        "continuous",
        "payments",
        "gode_sunder",
        "smith",
        "self_trade",
        "call",
        "clues",
        "bankrupt",
    }
