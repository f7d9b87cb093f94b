"""Forecast goods on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from worlds.errors import WorldError
from worlds.forecast_goods.arguments import parse, run_command
from worlds.pipe import closed

STOPPED = {
    "run": "Stopped. Rounds that were played are in the log; --restore goes on from a snapshot, where there is one.",
    "sweep": "Stopped. What was done is kept; go on with --resume.",
    "compare-mechanisms": "Stopped. What was done is kept; go on with --resume.",
}


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 2 for a mistake of the user's or a lost model, 130 where the user stopped it, 141
    where nobody reads what it prints; its files are all there then."""
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
