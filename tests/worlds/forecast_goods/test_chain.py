"""The log cannot be changed unseen, and a restored economy goes on as if it had never stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.worlds.forecast_goods.builders import usual, walk
from worlds.errors import WorldError
from worlds.forecast_goods import step
from worlds.forecast_goods.chain import GENESIS, Chain, verify
from worlds.forecast_goods.config import MODES
from worlds.forecast_goods.snapshots import restore, write
from worlds.forecast_goods.state import state_from, told


def chain_of(*data: object) -> Chain:
    chain = Chain()
    for one in data:
        chain.append(0, "said", one)
    return chain


def test_every_entry_carries_the_hash_of_the_one_before() -> None:
    chain = chain_of("a", {"b": 1.5})
    first = chain_of("a").head
    assert verify(chain.lines) == chain.head
    assert verify(chain.lines[1:], first) == chain.head
    assert chain.head != chain_of("b", {"b": 1.5}).head
    assert verify([]) == GENESIS


@pytest.mark.parametrize("spoil", [lambda lines: lines[1:], lambda lines: [lines[0].replace("a", "c"), *lines[1:]]])
def test_a_line_that_was_changed_or_taken_out_is_found(spoil: object) -> None:
    lines = spoil(chain_of("a", "b").take())  # type: ignore[operator]
    with pytest.raises(WorldError, match="Line 1 of the log was changed"):
        verify(lines)


@pytest.mark.parametrize("mode", MODES)
def test_any_snapshot_leads_to_the_same_end(mode: str, tmp_path: Path) -> None:
    config = usual(
        market={"matching": mode, "value": 2000},
        budgets={"every": 4, "rule": "bandit"},
        information={"regimes": {}, "jumps": {}, "garch": {}},
        demand={"persistence": 0.5, "noise": 0.1},
    )
    state, _ = walk(config, 7, 0)
    paths, end = [], ""
    for _ in range(10):
        paths.append(write(tmp_path, config, state, "heuristic"))
        end = step(state, config).hash
    for path in paths[::3]:
        kept = restore(path)
        assert kept.config == config
        assert told(state_from(json.loads(json.dumps(told(kept.state))))) == told(kept.state)
        while kept.state.round < 10:
            last = step(kept.state, kept.config).hash
        assert last == end


def test_a_snapshot_that_was_changed_or_is_none_is_refused(tmp_path: Path) -> None:
    state, _ = walk(usual(), 7, 2)
    path = write(tmp_path, usual(), state, "heuristic")
    path.write_text(path.read_text().replace('"round":2', '"round":1'))
    with pytest.raises(WorldError, match="changed after it was written"):
        restore(path)
    path.write_text('{"version": 9}')
    with pytest.raises(WorldError, match="version 9, expected 1"):
        restore(path)
    with pytest.raises(WorldError, match="cannot be read"):
        restore(tmp_path / "none.json")


def test_a_snapshot_does_not_grow_with_the_rounds_that_were(tmp_path: Path) -> None:
    config = usual(time={"memory": 10})
    state, _ = walk(config, 7, 20)
    early = write(tmp_path, config, state, "heuristic").stat().st_size
    for _ in range(30):
        step(state, config)
    assert write(tmp_path, config, state, "heuristic").stat().st_size < 1.3 * early
