"""Which processes run, by id (reads /proc)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep


def running() -> dict[int, tuple[int, int]]:
    """(parent, process group) of every process that has not ended."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, group = status.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if state not in "ZX":
            found[int(status.parent.name)] = int(parent), int(group)
    return found


def in_group(group: int) -> set[int]:
    return {pid for pid, (_, its_group) in running().items() if its_group == group}


def started_by(pid: int) -> set[int]:
    """Its descendants, and what shares a process group with one of them."""
    now = running()
    found: set[int] = set()
    while more := {one for one, (parent, _) in now.items() if parent in found | {pid}} - found:
        found |= more
    groups = {now[one][1] for one in found}
    return found | {one for one, (_, group) in now.items() if group in groups}


def all_gone(pids: Iterable[int], seconds: float = 5.0) -> bool:
    """Whether they have ended, or do so soon."""
    until, wanted = monotonic() + seconds, set(pids)
    while wanted & running().keys():
        if monotonic() > until:
            return False
        sleep(0.05)
    return True
