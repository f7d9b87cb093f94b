"""The commands that compare groups of sessions: their words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.compare import Comparison, adjusted, by_session, compare
from analysis.order_books import CURRENCY, TICK, Run, design_of, order_book_runs
from analysis.power import sessions_needed
from analysis.read import ReadError, recordings
from analysis.summary import MarketSummary, summarise
from analysis.words import BOOK_MEASURES, MEASURES, NONE, Measure, plural, told

MOST = 128
# Known sessions a side below which their spread says little of that of others.
ENOUGH = 10


class Sample(NamedTuple):
    """Markets of one side: a row a session and a column a measure in `sessions`, and how its measures read."""

    kind: str
    designs: tuple[str, ...]
    names: str
    markets: int
    sessions: pd.DataFrame
    measures: Mapping[str, Measure]
    tick: str
    currency: str

    def told(self, name: str, value: float) -> str:
        return told(self.measures[name].kind, value, self.tick, self.currency)


def comparison(a: Sequence[Path], b: Sequence[Path], seed: int) -> str:
    """Two groups of folders, measure by measure. Raises ReadError where they are of different kinds of market."""
    first, second = _alike(a, b)
    found = compare(first.sessions, second.sessions, seed)
    return "\n".join([*_heads(first, second), *_rows(first, found), "", *_notes(found)])


def power_table(a: Sequence[Path], b: Sequence[Path], measure: str, power: float, seed: int) -> str:
    """How many sessions a side `measure` needs, drawn from the sessions of the folders. Raises ReadError."""
    first, second = _alike(a, b)
    one, other = first.sessions, second.sessions
    if measure not in one.columns or measure not in other.columns:
        raise ReadError(f"--measure: {measure} is no measure of both groups; choose one of {', '.join(one.columns)}.")
    try:
        needed, tried = sessions_needed(one[measure], other[measure], power=power, most=MOST, seed=seed)
    except ValueError as error:
        raise ReadError(f"{measure}: {error} Run or simulate more sessions first.") from None
    lines = [f"{row.sessions:>8}  {row.power:.2f} ± {1.96 * row.error:.2f}" for row in tried]
    known = min(int(one[measure].notna().sum()), int(other[measure].notna().sum()))
    said = _needed(needed, first.measures[measure].title, power)
    return "\n".join(["sessions  power (a side)", *lines, "", said, *_trust(known)])


def _trust(known: int) -> Iterator[str]:
    if known < ENOUGH:
        yield (
            f"Note: {plural(known, 'session')} a side stand behind this. So few vary less than sessions to come will: "
            f"take the number for a lower bound, or simulate at least {ENOUGH}."
        )


def _needed(needed: int | None, title: str, power: float) -> str:
    if needed is None:
        return f"{title}: not even {MOST} sessions a side give a power of {power:g}; the groups hardly differ."
    return (
        f"{title}: {needed} sessions a side give a power of at least {power:g} at the 5% level, if sessions to come "
        "differ as these do."
    )


def _alike(a: Sequence[Path], b: Sequence[Path]) -> tuple[Sample, Sample]:
    first, second = _sample(a), _sample(b)
    if first.kind != second.kind:
        raise ReadError(f"{first.kind} and {second.kind} share no measures: compare like with like.")
    return first, second


def _sample(folders: Sequence[Path]) -> Sample:
    """Raises ReadError where there is no market, or several kinds of them."""
    found = recordings(folders)
    books = order_book_runs(found)
    shown = {run.folder for run in books}
    markets = [one for recording in found if recording.folder not in shown for one in summarise(recording)]
    if not books and not markets:
        raise ReadError(f"{', '.join(map(str, folders))}: no market is in there.")
    if books and markets:
        raise ReadError("Order-book markets and sessions of treatments share no measures: compare like with like.")
    return _of_books(books) if books else _of_sessions(markets)


def _of_sessions(markets: Sequence[MarketSummary]) -> Sample:
    treatments = [one.treatment for one in markets]
    if len({one.induced for one in treatments}) > 1:
        raise ReadError("Asset markets and markets with induced values share no measures: compare like with like.")
    kind = "Markets with induced values" if treatments[0].induced else "Asset markets"
    names = ", ".join(dict.fromkeys(one.name for one in treatments))
    designs = tuple(sorted({one.sha256() for one in treatments}))
    table = by_session(pd.DataFrame([{"session": one.market.unit, **one.measures} for one in markets]))
    return Sample(kind, designs, names, len(markets), table, MEASURES, treatments[0].tick, treatments[0].currency)


def _of_books(runs: Sequence[Run]) -> Sample:
    """A seed is a session."""
    designs = tuple(sorted({str(design_of(run)) for run in runs}))
    names = ", ".join(dict.fromkeys(str(run.document["scenario"]) for run in runs))
    known = [{name: run.document["measures"].get(name) for name in BOOK_MEASURES} for run in runs]
    return Sample(
        "Order-book markets", designs, names, len(runs), pd.DataFrame(known, dtype=float), BOOK_MEASURES, TICK, CURRENCY
    )


def _heads(first: Sample, second: Sample) -> Iterator[str]:
    for letter, one in (("A", first), ("B", second)):
        yield f"{letter}: {one.names}, {plural(one.markets, 'market')} of {plural(len(one.sessions), 'session')}"
    if first.designs != second.designs:
        yield "The treatments differ: a difference may come from them as well as from the traders."
    yield ""


def _rows(sample: Sample, found: Sequence[Comparison]) -> Iterator[str]:
    yield f"{'measure':<30}{'A':>16}{'B':>16}  {'A - B [95%]':<30}{'g [95%]':<22}{'delta':>7}{'p':>8}{'p (Holm)':>10}"
    for one, holm in zip(found, adjusted([one.p for one in found]), strict=True):
        means = "".join(f"{sample.told(one.measure, mean):>16}" for mean in (one.mean_a, one.mean_b))
        tests = f"{_number(one.delta):>7}{_number(one.p, 3):>8}{_number(float(holm), 3):>10}"
        title, difference = sample.measures[one.measure].title, _difference(sample, one)
        yield f"{title:<30}{means}  {difference:<30}{_effect(one):<22}{tests}"


def _difference(sample: Sample, one: Comparison) -> str:
    # the unit stands in the columns of the means
    edges = [sample.told(one.measure, value).split()[0] for value in (one.difference, *one.interval)]
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
