"""What a run of a world leaves on disk: files that are whole or not there, and a manifest of how they were made."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bots.agents.provenance import commit, installed
from worlds.errors import WorldError

MANIFEST_VERSION = 1
PACKAGES = ("numpy", "pandas", "pydantic", "pyarrow", "joblib", "ray")

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]


def prepare(folder: Path, option: str = "--out") -> Path:
    """The folder, made where it is not there. Raises WorldError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise WorldError(f"{option} {folder}: it cannot be written ({error.strerror}). Name another folder.") from None
    return folder


def write_bytes(path: Path, data: bytes) -> None:
    """Whole, or not at all."""
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(data)
    os.replace(half, path)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    write_bytes(path, (json.dumps(document, indent=2) + "\n").encode())


def write_arrays(path: Path, arrays: Arrays) -> None:
    page = io.BytesIO()
    np.savez_compressed(page, **arrays)  # type: ignore[arg-type]
    write_bytes(path, page.getvalue())


def read_arrays(path: Path) -> Arrays:
    """All arrays of an npz file. Raises WorldError where there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError) as error:
        raise WorldError(f"{path}: no arrays can be read there ({error}). Name the folder of a run.") from None


def read_json(path: Path, remedy: str = "Name the folder of a run.") -> dict[str, Any]:
    """Raises WorldError, with what to do, where there is no JSON object that can be read."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WorldError(f"{path}: it cannot be read ({error}). {remedy}") from None
    if not isinstance(document, dict):
        raise WorldError(f"{path}: a JSON object was expected. {remedy}")
    return document


def write_table(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    """`name.parquet` where pyarrow is installed, else `name.csv`."""
    if installed("pyarrow") is None:
        path = folder / f"{name}.csv"
        write_bytes(path, frame.to_csv(index=False, lineterminator="\n").encode())
        return path
    path, page = folder / f"{name}.parquet", io.BytesIO()
    frame.to_parquet(page, index=False)
    write_bytes(path, page.getvalue())
    return path


def has_table(folder: Path, name: str) -> bool:
    return (folder / f"{name}.parquet").is_file() or (folder / f"{name}.csv").is_file()


def read_table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    return pd.read_parquet(path) if path.is_file() else pd.read_csv(folder / f"{name}.csv")


def made_by(command: str, settings: Mapping[str, Any], seed: int, prompts: Path | None = None) -> dict[str, Any]:
    """The part of a manifest that every run has: nothing in it changes from one run to the next of the same thing."""
    return {
        "version": MANIFEST_VERSION,
        "command": command,
        "arguments": dict(settings),
        "seed": seed,
        "prompts_sha256": _digest(sorted(prompts.glob("*.txt"))) if prompts else None,
        "versions": {"python": platform.python_version(), **{name: installed(name) for name in PACKAGES}},
        "git_commit": commit(),
    }


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def named(*parts: str) -> str:
    """A folder's name from `parts` and the time; what a file system might take amiss becomes a dash."""
    plain = (re.sub(r"[^\w.]+", "-", part).strip("-.") for part in parts)
    return "-".join([*filter(None, plain), datetime.now(UTC).strftime("%Y%m%dT%H%M%S")])
