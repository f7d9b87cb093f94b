"""`python -m bots.main URL MODEL`: bots take the seats of a session. Here are only exit codes and the last line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from dotenv import load_dotenv

from bots.adapters.errors import SetupError
from bots.services.cli import parse
from bots.services.dry_run import dry_run
from bots.services.runner import run

ENVIRONMENT = Path(__file__).parent / "config" / ".env"
BAD_INPUT, INTERRUPTED, UNFINISHED = 2, 130, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where the session was played to its end, 1 where it was not, 2 for bad input, 130 after Ctrl-C."""
    config = parse(arguments)
    load_dotenv(ENVIRONMENT)
    try:
        if config.dry_run:
            dry_run(config)
            return 0
        result = run(config)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Interrupted before the run began; nothing was written.", file=sys.stderr)
        return INTERRUPTED
    print(f"The run ended: {result.ended}.")
    print(f"Run folder: {result.folder}")
    return {"finished": 0, "interrupted": INTERRUPTED}.get(result.ended, UNFINISHED)


if __name__ == "__main__":
    sys.exit(main())
