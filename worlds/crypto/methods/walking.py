"""Walking forward: which rows a model is fitted on, and which rows it then serves."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from worlds.crypto.needs import need

EARLY = (120, 240, 480)  # while there is little to learn from, fitted anew each time it doubled


def walk(count: int, refit: int, window: int) -> Iterator[tuple[slice, slice]]:
    """Rows to fit on and rows to serve, for `count` rows: a fit uses the `window` rows before those it serves.

    Nothing is served before row 120. `refit`: rows from one fit to the next after row 480.
    """
    starts = [start for start in EARLY if start < count] + list(range(EARLY[-1] + refit, count, refit))
    for start, stop in zip(starts, [*starts[1:], count], strict=True) if starts else ():
        yield slice(max(0, start - window), start), slice(start, stop)


@contextmanager
def fitting() -> Iterator[None]:
    """One thread, so that sums are added in one order and workers do not fight over cores; a library's warning that a
    fit stopped early is not the user's concern: what a fit is worth, the calibration says."""
    with need("threadpoolctl").threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
