"""Who trades: the shipped rosters, those of one's own with errors that name the entry, and scaling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulation.errors import SimulationError
from simulation.kinds import KINDS
from simulation.rosters import SCENARIOS, Entry, names_of, read_mix, roster, scaled


def mix(folder: Path, document: object) -> Path:
    path = folder / "mix.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize(("name", "agents"), [("small", 17), ("medium", 86)])
def test_the_shipped_rosters_have_their_numbers(name: str, agents: int) -> None:
    assert sum(entry.count for entry in SCENARIOS[name]) == agents


@pytest.mark.parametrize("agents", [5, 6, 17, 40, 86, 1000])
def test_a_scaled_roster_has_as_many_as_asked_for_in_proportion_and_every_kind(agents: int) -> None:
    for entries in SCENARIOS.values():
        found = scaled(entries, agents)
        assert sum(entry.count for entry in found) == agents
        assert min(entry.count for entry in found) >= 1
        if agents >= 86:
            total = sum(entry.count for entry in entries)
            for before, after in zip(entries, found, strict=True):
                assert after.count == pytest.approx(before.count * agents / total, abs=5)


def test_too_few_agents_for_the_kinds_are_refused() -> None:
    with pytest.raises(SimulationError, match="--agents 3: the roster has 5 kinds"):
        roster("small", None, 3)


def test_a_roster_of_ones_own_is_read_with_its_settings(tmp_path: Path) -> None:
    path = mix(tmp_path, [{"type": "noise", "count": 3, "params": {"rest": 0.5}}, {"type": "momentum"}])
    assert read_mix(path) == (Entry("noise", 3, {"rest": 0.5}), Entry("momentum", 1, {}))


def test_every_kind_can_be_named(tmp_path: Path) -> None:
    assert len(read_mix(mix(tmp_path, [{"type": kind} for kind in KINDS]))) == len(KINDS)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "it cannot be read as JSON"),
        ([], "expected a list with at least one entry, got \\[\\]"),
        ({"type": "noise"}, "expected a list"),
        ([{"type": "noise"}, 7], "entry 2: expected an object with type, count and params, got 7"),
        ([{"type": "nois"}], "entry 1: type: there is no kind 'nois'.*Did you mean 'noise'"),
        ([{"count": 2}], "entry 1: type: there is no kind None"),
        ([{"type": "noise", "count": 0}], "entry 1: count: expected a whole number from 1, got 0"),
        ([{"type": "noise", "count": True}], "entry 1: count: expected a whole number"),
        ([{"type": "noise", "number": 2}], "entry 1: there is no key 'number'; known: type, count, params"),
        ([{"type": "noise", "params": {"sprad": 1}}], "entry 1: params.sprad: there is no such setting; known: rest"),
        ([{"type": "noise", "params": {"rest": "often"}}], "entry 1: params.rest: .*got 'often'"),
        ([{"type": "noise", "params": [1]}], "entry 1: params: expected an object"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said_with_its_entry(document: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=says):
        read_mix(mix(tmp_path, document))


def test_custom_needs_a_roster() -> None:
    with pytest.raises(SimulationError, match="--scenario custom needs --mix-json"):
        roster("custom", None, None)


def test_agents_are_numbered_by_kind() -> None:
    names = [name for name, _ in names_of((Entry("noise", 2), Entry("momentum", 10), Entry("noise", 1)))]
    assert names[:2] == ["noise-01", "noise-02"]
    assert names[-1] == "noise-03"
    assert len(set(names)) == 13


@pytest.mark.parametrize("name", SCENARIOS)
def test_scaling_to_its_own_size_leaves_a_roster_as_it_is(name: str) -> None:
    entries = SCENARIOS[name]
    assert scaled(entries, sum(entry.count for entry in entries)) == entries
