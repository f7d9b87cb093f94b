"""The figures of a report as PNG files, for slides and papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.figures import gains_figure, price_figure
from analysis.group_figures import kinds_figure, paths_figure
from analysis.groups import gains_by_kind, groups
from analysis.order_book_figures import facts_figure
from analysis.order_book_figures import gains_figure as book_gains_figure
from analysis.order_books import Run, facts, gains, order_book_runs, pictures, scenarios
from analysis.other_runs import figures, is_other
from analysis.read import Recording, recordings
from analysis.style import png
from analysis.summary import NEEDED, MarketSummary, summarise

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_pictures(folders: Sequence[Path], target: Path) -> list[Path]:
    """Write each figure of the folders' report into `target`, named after treatment and kind. Raises ReadError."""
    found = recordings(folders)
    markets = [one for recording in found if recording.has(*NEEDED) for one in summarise(recording)]
    drawn = [*_treatments(markets), *_order_books(found), *_others(found)]
    target.mkdir(parents=True, exist_ok=True)
    return [_write(target / f"{number:02d}-{name}.png", one) for number, (name, one) in enumerate(drawn, 1)]


def _write(path: Path, drawn: Figure | Path) -> Path:
    path.write_bytes(drawn.read_bytes() if isinstance(drawn, Path) else png(drawn))
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


def _order_books(recordings: Sequence[Recording]) -> Iterator[tuple[str, Figure | Path]]:
    """Drawn over seeds; what a single run has drawn of itself is taken as it is."""
    for runs in scenarios(order_book_runs(recordings)):
        yield from _of_one(runs[0]) if len(runs) == 1 else _over_seeds(runs)


def _of_one(run: Run) -> Iterator[tuple[str, Path]]:
    for path in pictures(run):
        yield f"{run.document['scenario']}-{path.stem}", path


def _over_seeds(runs: Sequence[Run]) -> Iterator[tuple[str, Figure]]:
    scenario = runs[0].document["scenario"]
    if found := facts(runs):
        yield f"{scenario}-facts", facts_figure(found)
    yield f"{scenario}-gains", book_gains_figure(gains(runs))


def _others(recordings: Sequence[Recording]) -> Iterator[tuple[str, Path]]:
    for recording in filter(is_other, recordings):
        for path, _ in figures(recording):
            yield f"{recording.folder.name}-{path.stem}", path
