"""The commands that compare groups of sessions: their words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

import pandas as pd

from analysis.compare import Comparison, adjusted, by_session, compare
from analysis.power import sessions_needed
from analysis.read import ReadError, Recording
from analysis.summary import MarketSummary, summarise
from analysis.words import MEASURES, NONE, measured, plural
from market.treatments import Treatment

MOST = 128


def comparison(a: Sequence[Path], b: Sequence[Path], seed: int) -> str:
    """Two groups of folders, measure by measure. Raises ReadError where they are of different kinds of market."""
    first, second = _markets(a), _markets(b)
    treatment = first[0].treatment
    if treatment.induced != second[0].treatment.induced:
        raise ReadError("Asset markets and markets with induced values share no measures: compare like with like.")
    found = compare(_sessions(first), _sessions(second), seed)
    return "\n".join([*_heads(first, second), *_rows(treatment, found), "", *_notes(found)])


def power_table(a: Sequence[Path], b: Sequence[Path], measure: str, power: float, seed: int) -> str:
    """How many sessions a side `measure` needs, drawn from the sessions of the folders. Raises ReadError."""
    one, other = (_sessions(_markets(folders)) for folders in (a, b))
    if measure not in one.columns or measure not in other.columns:
        raise ReadError(f"--measure: {measure} is no measure of both groups; choose one of {', '.join(one.columns)}.")
    try:
        needed, tried = sessions_needed(one[measure], other[measure], power=power, most=MOST, seed=seed)
    except ValueError as error:
        raise ReadError(f"{measure}: {error} Run or simulate more sessions first.") from None
    lines = [f"{row.sessions:>8}  {row.power:.2f} ± {1.96 * row.error:.2f}" for row in tried]
    return "\n".join(["sessions  power (a side)", *lines, "", _needed(needed, measure, power)])


def _needed(needed: int | None, measure: str, power: float) -> str:
    title = MEASURES[measure].title
    if needed is None:
        return f"{title}: not even {MOST} sessions a side give a power of {power:g}; the groups hardly differ."
    return (
        f"{title}: {needed} sessions a side give a power of at least {power:g} at the 5% level, if sessions to come "
        "differ as these do."
    )


def _markets(folders: Sequence[Path]) -> list[MarketSummary]:
    found = [one for folder in folders for one in summarise(Recording(folder))]
    if not found:
        raise ReadError(f"{', '.join(map(str, folders))}: no market is in there.")
    return found


def _sessions(markets: Sequence[MarketSummary]) -> pd.DataFrame:
    return by_session(pd.DataFrame([{"session": one.market.session, **one.measures} for one in markets]))


def _heads(first: Sequence[MarketSummary], second: Sequence[MarketSummary]) -> Iterator[str]:
    for letter, markets in (("A", first), ("B", second)):
        names = ", ".join(dict.fromkeys(one.treatment.name for one in markets))
        sessions = len({one.market.session for one in markets})
        yield f"{letter}: {names}, {plural(len(markets), 'market')} of {plural(sessions, 'session')}"
    if first[0].treatment.sha256() != second[0].treatment.sha256():
        yield "The treatments differ: a difference may come from them as well as from the traders."
    yield ""


def _rows(treatment: Treatment, found: Sequence[Comparison]) -> Iterator[str]:
    yield f"{'measure':<30}{'A':>16}{'B':>16}  {'A - B [95%]':<30}{'g [95%]':<22}{'delta':>7}{'p':>8}{'p (Holm)':>10}"
    for one, holm in zip(found, adjusted([one.p for one in found]), strict=True):
        means = "".join(f"{measured(treatment, one.measure, mean):>16}" for mean in (one.mean_a, one.mean_b))
        tests = f"{_number(one.delta):>7}{_number(one.p, 3):>8}{_number(float(holm), 3):>10}"
        yield f"{MEASURES[one.measure].title:<30}{means}  {_difference(treatment, one):<30}{_effect(one):<22}{tests}"


def _difference(treatment: Treatment, one: Comparison) -> str:
    # the unit stands in the columns of the means
    edges = [measured(treatment, one.measure, value).split()[0] for value in (one.difference, *one.interval)]
    return _with_interval(edges[0], edges[1:])


def _effect(one: Comparison) -> str:
    return _with_interval(_number(one.g), [_number(edge) for edge in one.g_interval])


def _with_interval(value: str, edges: Sequence[str]) -> str:
    return value if NONE in (value, *edges) else f"{value} [{edges[0]}, {edges[1]}]"


def _number(value: float, places: int = 2) -> str:
    return f"{value:.{places}f}" if isfinite(value) else NONE


def _notes(found: Sequence[Comparison]) -> Iterator[str]:
    yield (
        "The unit is the session. Intervals: percentile bootstrap; g: Hedges' g; delta: Cliff's; p: two-sided "
        "permutation test of means, (Holm): adjusted for the number of measures."
    )
    yield from dict.fromkeys(f"Note: {one.note}." for one in found if one.note)
