"""Markets without a server on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from simulation import arguments
from simulation.errors import SimulationError


def main(given: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where a replay differs, 2 for a mistake of the user's."""
    wish = list(sys.argv[1:] if given is None else given)
    try:
        match wish[:1]:
            case ["replay"]:
                return arguments.replay_command(wish[1:])
            case ["sweep"]:
                return arguments.sweep_command(wish[1:])
            case [word, *_] if not word.startswith("-"):
                raise SimulationError(
                    f"{word!r}: expected options such as --scenario or --treatment, or one of the commands sweep and "
                    "replay. `python -m simulation --help` has examples."
                )
            case _:
                return arguments.run_command(wish)
    except SimulationError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
