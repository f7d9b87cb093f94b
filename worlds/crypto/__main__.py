"""The crypto desk on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from worlds.crypto.arguments import parse, run_command
from worlds.errors import WorldError


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where a check fails, 2 for a mistake of the user's or a lost model, 130 where the
    user stopped it."""
    try:
        return run_command(parse(sys.argv[1:] if given is None else given))
    except WorldError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. What was learnt is kept; go on with --resume.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
