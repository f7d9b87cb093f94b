"""Packs the project for oTree's servers: `otree zip` in a clean copy, so that no data, key or database goes along.

`otree zip` itself takes all that lies in the project's folder and has no list of what to leave out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from requirements.install import ROOT, SCRIPTS, Stop

BESIDE = ("requirements.txt", "Procfile", "README.md", "LICENSE", "NOTICE")
LEFT_OUT = ("__pycache__", ".*", "*.sqlite3*", "*.env", "bot-links.cfg", "*.log")


def zip_project(served: Sequence[str], source: Path = ROOT, to: Path = ROOT) -> Path:
    """Returns the archive, which has the `served` parts of the project and what a server needs to install them."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "openpit"
        copy.mkdir()
        for part in (*served, *BESIDE):
            _copy(source / part, copy / part)
        done = subprocess.run(
            [str(SCRIPTS / "otree"), "zip"], cwd=copy, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            raise Stop(f"otree zip failed: {done.stderr.strip()}")
        made = to / "openpit.otreezip"
        half = to / ".half.otreezip"
        shutil.move(copy / "openpit.otreezip", half)
        os.replace(half, made)
    return made


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    else:
        shutil.copy2(source, target)
