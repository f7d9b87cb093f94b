"""Who trades in an order-book market: the shipped rosters, rosters of one's own, scaling. Makes nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from simulation.errors import SimulationError
from simulation.kinds import KINDS, LANGUAGE_MODEL, problems

KEYS = ("type", "count", "params")


@dataclass(frozen=True, slots=True)
class Entry:
    """`count` agents of a kind with the same settings."""

    type: str
    count: int
    params: Mapping[str, Any] = field(default_factory=dict)


SCENARIOS: Mapping[str, tuple[Entry, ...]] = {
    "small": (
        Entry("market_maker", 2),
        Entry("momentum", 4),
        Entry("noise", 8),
        Entry("fundamental", 2),
        Entry(LANGUAGE_MODEL, 1),
    ),
    "medium": (
        Entry("market_maker", 6),
        Entry("momentum", 20),
        Entry("noise", 50),
        Entry("fundamental", 8),
        Entry(LANGUAGE_MODEL, 2),
    ),
}


def roster(scenario: str, mix: Path | None, agents: int | None) -> tuple[Entry, ...]:
    """The agents of a scenario; of `mix` where it is custom; `agents` of them in proportion. Raises SimulationError."""
    if scenario == "custom" and mix is None:
        raise SimulationError(
            '--scenario custom needs --mix-json FILE, a list such as [{"type": "noise", "count": 20, "params": {}}].'
        )
    entries = read_mix(mix) if mix else SCENARIOS[scenario]
    return scaled(entries, agents) if agents else entries


def read_mix(path: Path) -> tuple[Entry, ...]:
    """A roster of one's own. Raises SimulationError that names each wrong entry and what was expected."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulationError(f"--mix-json {path}: it cannot be opened ({error.strerror}). Name a JSON file.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SimulationError(f"--mix-json {path}: it cannot be read as JSON ({error}).") from None
    if not isinstance(document, list) or not document:
        raise SimulationError(f"--mix-json {path}: expected a list with at least one entry, got {_short(document)}.")
    wrong = [
        f"--mix-json {path}, entry {number}: {told}"
        for number, entry in enumerate(document, 1)
        for told in _problems(entry)
    ]
    if wrong:
        raise SimulationError("\n".join(wrong))
    return tuple(Entry(one["type"], one.get("count", 1), one.get("params", {})) for one in document)


def _problems(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"expected an object with type, count and params, got {_short(entry)}."]
    wrong = [f"there is no key {key!r}; known: {', '.join(KEYS)}." for key in entry if key not in KEYS]
    kind, count, params = entry.get("type"), entry.get("count", 1), entry.get("params", {})
    if type(count) is not int or count < 1:
        wrong.append(f"count: expected a whole number from 1, got {_short(count)}.")
    if not isinstance(params, dict):
        wrong.append(f"params: expected an object, got {_short(params)}.")
    if not isinstance(kind, str) or kind not in KINDS:
        return [f"type: {_unknown(kind)}", *wrong]
    return wrong + (problems(kind, params) if isinstance(params, dict) else [])


def _unknown(kind: object) -> str:
    near = get_close_matches(str(kind), KINDS, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"there is no kind {_short(kind)}. Known: {', '.join(KINDS)}.{hint}"


def _short(value: object) -> str:
    return repr(value)[:60]


def scaled(entries: Sequence[Entry], agents: int) -> tuple[Entry, ...]:
    """The same mix with `agents` in all, every entry at least once; the largest remainders get what is left over."""
    if agents < len(entries):
        raise SimulationError(f"--agents {agents}: the roster has {len(entries)} kinds of agents, each at least once.")
    total = sum(entry.count for entry in entries)
    exact = [entry.count * agents / total for entry in entries]
    counts = [max(1, int(one)) for one in exact]
    while sum(counts) != agents:
        step = 1 if sum(counts) < agents else -1
        # who is furthest from the exact share, of those that can spare one; the first of them
        able = [place for place, count in enumerate(counts) if count + step > 0]
        counts[max(able, key=lambda place: step * (exact[place] - counts[place]))] += step
    return tuple(replace(entry, count=count) for entry, count in zip(entries, counts, strict=True))


def names_of(entries: Sequence[Entry]) -> list[tuple[str, Entry]]:
    """An id for each agent, such as noise-07, in roster order."""
    width = len(str(max(entry.count for entry in entries)))
    numbers: dict[str, int] = {}
    found = []
    for entry in entries:
        for _ in range(entry.count):
            numbers[entry.type] = numbers.get(entry.type, 0) + 1
            found.append((f"{entry.type}-{numbers[entry.type]:0{width}d}", entry))
    return found
