"""Forecast goods on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from worlds import console
from worlds.forecast_goods.arguments import parse, run_command

KEPT = "What was done is kept; go on with --resume."
STOPPED = {
    "run": "Rounds that were played are in the log; --restore goes on from a snapshot, where there is one.",
    "sweep": KEPT,
    "compare-mechanisms": KEPT,
}


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, else as `console.run` says."""
    return console.run(given, parse, run_command, _stopped)


def _stopped(options: argparse.Namespace) -> str:
    return STOPPED.get(options.command, "")


if __name__ == "__main__":
    sys.exit(main())
