"""The crypto desk on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from worlds.crypto.arguments import parse, run_command
from worlds.errors import WorldError
from worlds.pipe import closed

LEARNT = "Stopped. What was learnt is kept; go on with --resume."
STOPPED = {
    "population": LEARNT,
    "compare": LEARNT,
    "paper": "Stopped. Positions keep their stops at the exchange; the same command with the same --out goes on.",
}


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where a check fails, 2 for a mistake of the user's or a lost model, 130 where the
    user stopped it, 141 where nobody reads what it prints."""
    options = parse(sys.argv[1:] if given is None else given)
    try:
        done = run_command(options)
        sys.stdout.flush()
    except WorldError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(STOPPED.get(options.command, "Stopped."), file=sys.stderr)
        return 130
    except BrokenPipeError:
        return closed()
    return done


if __name__ == "__main__":
    sys.exit(main())
