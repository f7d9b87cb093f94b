"""The figures of a report as PNG files, for slides and papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.figures import gains_figure, price_figure
from analysis.group_figures import kinds_figure, paths_figure
from analysis.groups import gains_by_kind, groups
from analysis.order_books import facts, facts_figure, order_book_runs
from analysis.read import Recording
from analysis.style import png
from analysis.summary import NEEDED, MarketSummary, summarise

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_pictures(folders: Sequence[Path], target: Path) -> list[Path]:
    """Write each figure of the folders' report into `target`, named after treatment and kind. Raises ReadError."""
    recordings = [Recording(folder) for folder in folders]
    markets = [one for recording in recordings if recording.has(*NEEDED) for one in summarise(recording)]
    drawn = [*_treatments(markets), *_facts(recordings)]
    target.mkdir(parents=True, exist_ok=True)
    return [_write(target / f"{number:02d}-{name}.png", one) for number, (name, one) in enumerate(drawn, 1)]


def _write(path: Path, drawn: Figure) -> Path:
    path.write_bytes(png(drawn))
    return path


def _treatments(markets: Sequence[MarketSummary]) -> Iterator[tuple[str, Figure]]:
    ordered = sorted(markets, key=lambda one: (one.treatment.name, one.treatment.sha256()))
    for _, same in groupby(ordered, key=lambda one: one.treatment.sha256()):
        group = list(same)
        name = group[0].treatment.name
        yield from _one(name, group[0]) if len(group) == 1 else _several(name, group)


def _one(name: str, one: MarketSummary) -> Iterator[tuple[str, Figure]]:
    yield f"{name}-prices", price_figure(one)
    yield f"{name}-gains", gains_figure(one)


def _several(name: str, markets: Sequence[MarketSummary]) -> Iterator[tuple[str, Figure]]:
    yield f"{name}-prices", paths_figure(groups(markets))
    for group in groups(markets):
        if len(gains := gains_by_kind(group)) > 1:
            yield f"{name}-gains-{'-'.join(gains)}", kinds_figure(group, gains)


def _facts(recordings: Sequence[Recording]) -> Iterator[tuple[str, Figure]]:
    runs = order_book_runs(recordings)
    if len(runs) > 1:
        yield "order-book-facts", facts_figure(facts(runs))
