"""Output into a pipe whose reader has gone, as `| head` does: no mistake, and nothing to say about it."""

from __future__ import annotations

import os
import sys

GONE = 141  # as of a process that the signal of a broken pipe ended


def closed() -> int:
    """Let what is still to be printed go nowhere. Returns the exit status."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return GONE
