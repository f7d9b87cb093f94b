"""Reading what a run left."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tests.lab import KEY

ENVIRON = {"OTREE_REST_KEY": KEY}


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]


def document(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found
