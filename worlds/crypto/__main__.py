"""The crypto desk on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from worlds import console
from worlds.crypto.arguments import parse, run_command


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where a check fails, else as `console.run` says."""
    return console.run(given, parse, run_command, _stopped)


def _stopped(options: argparse.Namespace) -> str:
    if options.command == "paper":
        return "Positions keep their stops at the exchange; the same command with the same --out goes on."
    learns = options.command == "population" or (options.command == "compare" and options.ablate)
    return "What was learnt is kept; go on with --resume." if learns else ""


if __name__ == "__main__":
    sys.exit(main())
