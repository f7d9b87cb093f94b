"""Ends the browsers that a killed runner left behind, and nobody else's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from bots.adapters.web_driver import PROFILE


def end_browsers_of(runner: int) -> int:
    """End the browsers of a runner that is no more, by its process id; returns how many process groups were ended.

    They are known by the folder of their profile, which has that id in its name. On Windows nothing is ended, and
    nothing on a grid.
    """
    ours = f"{Path(tempfile.gettempdir()) / PROFILE}-{runner}-"
    groups = {group for group, arguments in _processes() if ours in arguments}
    for group in groups:
        _end(group)
    for folder in Path(tempfile.gettempdir()).glob(f"{PROFILE}-{runner}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    return len(groups)


if sys.platform == "win32":

    def _processes() -> list[tuple[int, str]]:
        return []

    def _end(group: int) -> None:
        raise NotImplementedError

else:

    def _processes() -> list[tuple[int, str]]:
        """(process group, arguments) of all that run. A driver leads a group with its browser, and nobody else."""
        shown = subprocess.run(["ps", "-eo", "pgid=,args=", "-ww"], capture_output=True, text=True, check=True).stdout
        lines = (line.split(None, 1) for line in shown.splitlines())
        return [(int(words[0]), words[1]) for words in lines if len(words) == 2]

    def _end(group: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
