"""Snapshots of an economy: config and state in one file, from which a run goes on as if it had never stopped."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from worlds.errors import WorldError
from worlds.folders import read_json, write_bytes
from worlds.forecast_goods.chain import canonical
from worlds.forecast_goods.config import Config, config_from
from worlds.forecast_goods.state import State, state_from, told

VERSION = 1
REMEDY = "Name a snapshot-*.json of a run; --snapshot-every leaves them."


class Snapshot(NamedTuple):
    """`played`: the policy, or model, that has played so far."""

    config: Config
    state: State
    played: str


def write(folder: Path, config: Config, state: State, played: str) -> Path:
    """`snapshot-<round>.json`, whole or not there; <round> is the next one to be played."""
    path = folder / f"snapshot-{state.round:06}.json"
    body: dict[str, object] = {"config": config.told(), "state": told(state), "played": played}
    document = {"version": VERSION, "sha256": _digest(body), **body}
    write_bytes(path, canonical(document).encode())
    return path


def restore(path: Path) -> Snapshot:
    """Raises WorldError where the file is no snapshot, or one that was changed."""
    document = read_json(path, REMEDY)
    version = document.pop("version", None)
    if version != VERSION:
        raise WorldError(f"--restore {path}: version {version!r}, expected {VERSION}. {REMEDY}")
    if document.pop("sha256", "") != _digest(document):
        raise WorldError(f"--restore {path}: it was changed after it was written. Take another snapshot.")
    return Snapshot(config_from(document["config"]), state_from(document["state"]), document["played"])


def _digest(body: dict[str, object]) -> str:
    return sha256(canonical(body).encode()).hexdigest()
