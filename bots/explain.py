"""`python -m bots.explain RUN_FOLDER TRADE_ID`: which prompt and reply led to a trade. Here are only arguments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bots.adapters.errors import SetupError
from bots.services.explaining import explained

BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where the trade was explained, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m bots.explain",
        description="Print the orders behind a trade, their decisions, and the prompts and replies behind those.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="such as bot-data/debug-runs/run-1")
    parser.add_argument("trade", metavar="TRADE_ID", help="as in trades.csv")
    parser.add_argument("--market", default="", metavar="R-G", help="such as 1-1, where the run has several")
    options = parser.parse_args(arguments)
    try:
        print(explained(options.folder, options.trade, options.market))
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
