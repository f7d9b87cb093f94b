"""A world on the command line: how a command ends, and what its user is told then."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from worlds.errors import WorldError

MISTAKE, STOPPED, UNREAD = 2, 130, 141  # the last two as of processes that their signals ended


def run(
    given: Sequence[str] | None,
    parse: Callable[[Sequence[str]], argparse.Namespace],
    command: Callable[[argparse.Namespace], int],
    stopped: Callable[[argparse.Namespace], str],
) -> int:
    """Run one command, of the process's arguments where none are given. `stopped`: what to say where its user stops it.

    Returns the command's own status, 2 for a mistake of the user's or a lost model, 130 where the user stopped it, 141
    where nobody reads what it prints, as with `| head`; its files are all there then.
    """
    options = parse(sys.argv[1:] if given is None else given)
    try:
        done = command(options)
        sys.stdout.flush()
    except WorldError as error:
        print(error, file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        print(f"Stopped. {stopped(options)}".rstrip(), file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        _print_nowhere()
        return UNREAD
    return done


def _print_nowhere() -> None:
    """Let what is still to be printed go nowhere, so that the end of the process does not trip over it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
