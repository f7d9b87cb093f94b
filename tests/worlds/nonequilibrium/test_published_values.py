"""The published runs come out to the bit, and the default generator gives the same phases."""

from __future__ import annotations

import numpy as np
import pytest

from worlds.nonequilibrium import reproduce as module
from worlds.nonequilibrium.__main__ import main
from worlds.nonequilibrium.market import Market
from worlds.nonequilibrium.reproduce import reproduce


def test_every_published_value_is_reproduced() -> None:
    checks, _ = reproduce()
    assert [one.name for one in checks if not one.holds] == []
    assert {one.name: one.target for one in checks}["J 1: sum of p"] == 16819.6294
    assert len(checks) == 19


def test_the_path_hangs_on_how_a_share_is_counted() -> None:
    """Why shares are summed buyer by buyer: 1/N added three times is not 3/N."""
    market = Market(np.zeros((10, 3)), 0.0)
    market.settle(np.arange(10), np.array([0, 0, 0, *[1] * 7]))
    assert market.shares[0] == 1 / 10 + 1 / 10 + 1 / 10
    assert market.shares[0] != 3 / 10


def test_a_value_that_is_missed_is_shown_and_the_command_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = module.Check("sum of p", 1.0, 2.0, False)
    monkeypatch.setattr(module, "reproduce", lambda: ([wrong], []))
    assert main(["reproduce"]) == 1
    assert "NOT  sum of p  target 1  found 2" in capsys.readouterr().out
