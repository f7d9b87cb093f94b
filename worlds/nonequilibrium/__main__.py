"""Sellers and impressionable buyers on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from worlds import console
from worlds.nonequilibrium.arguments import parse, run_command


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where a published value is missed, else as `console.run` says."""
    return console.run(given, parse, run_command, lambda _: "What was done is kept; go on with --resume.")


if __name__ == "__main__":
    sys.exit(main())
