"""What a run leaves on disk: files that are whole or not there, and a manifest that says how they were made."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bots.agents.prompts import digest
from bots.agents.provenance import commit, installed
from simulation.errors import SimulationError

MANIFEST_VERSION = 1
PACKAGES = ("pydantic", "pandas", "numpy", "pyarrow", "joblib", "ray")


def prepare(folder: Path) -> Path:
    """The folder, made where it is not there. Raises SimulationError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SimulationError(f"--outdir {folder}: it cannot be made ({error.strerror}). Name another.") from None
    return folder


def write_text(path: Path, text: str) -> None:
    """Whole, or not at all."""
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, "utf-8", newline="")
    os.replace(half, path)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(document, indent=2) + "\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def made_by(command: str, settings: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The part of a manifest that every run has: nothing in it changes from one run to the next of the same thing."""
    return {
        "version": MANIFEST_VERSION,
        "command": command,
        "arguments": {name: str(value) if isinstance(value, Path) else value for name, value in settings.items()},
        "seed": seed,
        "prompts_sha256": digest(),
        "versions": {"python": platform.python_version(), **{name: installed(name) for name in PACKAGES}},
        "git_commit": commit(),
    }
