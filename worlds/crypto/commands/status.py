"""`status`: where the desk stands now."""

from __future__ import annotations

import argparse
from pathlib import Path

from worlds.crypto.arguments import add_run, configured


def add(group: argparse.ArgumentParser, _: str) -> None:
    add_run(group)


def run(options: argparse.Namespace) -> int:
    """Tell of the newest run, or of the one that is named. Raises WorldError where there is none."""
    from worlds.crypto.admin.status import newest, status

    print(status(newest(options.run or Path(configured(options).data.out_dir))))
    return 0
