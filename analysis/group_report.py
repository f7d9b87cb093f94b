"""The part of a report on several markets of one treatment: paths, measures by group, published results, gains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from analysis.compare import FEW
from analysis.group_figures import kinds_figure, paths_figure
from analysis.groups import Estimate, Group, Published, estimates, gains_by_kind, groups, published_beside
from analysis.page import Cell, figure, heading, numbers, pair, paragraph, table, words
from analysis.style import svg
from analysis.summary import MarketSummary
from analysis.words import MEASURES, NONE, amount, measured, plural
from market.treatments import Treatment

INTERVALS = (
    "In brackets: 95% bootstrap intervals of the mean over sessions; none where there is one session only, too narrow "
    f"where there are fewer than {FEW}."
)


def several_markets(markets: Sequence[MarketSummary]) -> Iterator[str]:
    """Figures and tables as HTML. All `markets` of one treatment."""
    grouped = groups(markets)
    yield _paths(grouped, markets)
    yield heading(f"Measures over {plural(len(markets), 'market')}")
    yield _measures(grouped, published_beside(markets[0]))
    yield paragraph(INTERVALS, "mute")
    for group in grouped:
        yield from _gains(group, named=len(grouped) > 1)


def beside_published(one: MarketSummary) -> Iterator[str]:
    """One market's measures beside published ones; nothing where none is known."""
    if found := published_beside(one):
        yield heading("Beside published results")
        yield _measures(groups([one]), found)


def _paths(grouped: Sequence[Group], markets: Sequence[MarketSummary]) -> str:
    theory = "the competitive price" if markets[0].treatment.induced else "the fundamental value"
    sessions = plural(len({one.market.unit for one in markets}), "session")
    caption = (
        f"Prices: mean prices by period and {theory}. Bands: 95% bootstrap intervals of the mean over sessions; thin "
        f"lines: single markets. Below: volume by period, mean of the markets. {plural(len(markets), 'market')} of "
        f"{sessions}."
    )
    return figure(svg(paths_figure(grouped)), caption, f"Prices by period against {theory}, with volume")


def _measures(grouped: Sequence[Group], found: Sequence[Published]) -> str:
    treatment = grouped[0].markets[0].treatment
    columns = [estimates(group) for group in grouped]
    mine = [f"{group.name} ({plural(group.sessions, 'session')})" for group in grouped]
    header = [*words("Measure"), *numbers(*mine, *(_who(one) for one in found)), *words("What it says", "Source")]
    rows = [_row(treatment, name, columns, found) for name in columns[0]]
    return table(header, rows)


def _who(one: Published) -> str:
    sessions = f", {plural(one.sessions, 'session')}" if one.sessions else ""
    return f"published: {one.group} ({one.source.split(',')[0].split(':')[0]}{sessions})"


def _row(
    treatment: Treatment, name: str, columns: Sequence[Mapping[str, Estimate]], found: Sequence[Published]
) -> list[Cell]:
    about = MEASURES[name]
    mine = [_estimate(treatment, name, column[name]) for column in columns]
    theirs = [measured(treatment, name, one.measures.get(name, float("nan"))) for one in found]
    return [*words(about.title), *numbers(*mine, *theirs), Cell(about.meaning, "w"), *words(about.source)]


def _estimate(treatment: Treatment, name: str, one: Estimate) -> str:
    mean = measured(treatment, name, one.mean)
    if mean == NONE or isnan(one.interval.low):
        return mean
    low, high = (measured(treatment, name, edge) for edge in one.interval)
    return f"{mean} [{low}, {high}]"


def _gains(group: Group, *, named: bool) -> Iterator[str]:
    gains = gains_by_kind(group)
    if len(gains) < 2:
        return
    treatment = group.markets[0].treatment
    of_whom = f" among {group.name}" if named else ""
    caption = f"Mean gain of a trader by kind{of_whom}: a dot a session, the mean and its 95% interval over sessions."
    drawn = figure(svg(kinds_figure(group, gains)), caption, "Mean gain by kind")
    header = [*words("Kind"), *numbers("Mean gain of a trader", "Sessions")]
    rows = [[*words(kind), *numbers(_money_estimate(treatment, one), str(one.sessions))] for kind, one in gains.items()]
    yield heading(f"Who gained{of_whom}")
    yield pair(drawn, table(header, rows))


def _money_estimate(treatment: Treatment, one: Estimate) -> str:
    mean = amount(treatment, one.mean)
    if isnan(one.interval.low):
        return mean
    return f"{mean} [{amount(treatment, one.interval.low)}, {amount(treatment, one.interval.high)}]"
