"""One HTML file that shows what folders hold: prices, measures, traders and what became of decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.figures import gains_figure, price_figure
from analysis.forecasts import by_horizon
from analysis.group_report import beside_published, several_markets
from analysis.order_books import Run, order_book_runs, order_books
from analysis.other_runs import is_other, other_runs
from analysis.page import Cell, figure, heading, numbers, page, pair, paragraph, section, table, words
from analysis.read import Recording, recordings
from analysis.style import svg
from analysis.summary import NEEDED, MarketSummary, decision_coverage, summarise
from analysis.words import MEASURES, NONE, amount, count, measured, percent, plural
from market.records import DECISION_OUTCOMES
from market.treatments import Treatment

REPORT = "report.html"
SAMPLE = "1 market of 1 session."


def write_report(folder: Path) -> Path:
    """Write `report.html` into a run folder or a folder of tables and return its path. Raises ReadError."""
    path = folder / REPORT
    path.write_text(report([folder]), encoding="utf-8")
    return path


def report(folders: Sequence[Path]) -> str:
    """The HTML of a report over several folders. Raises ReadError where one cannot be read at all."""
    found = recordings(folders)
    others, books = [one for one in found if is_other(one)], order_book_runs(found)
    shown = {one.folder for one in others} | {one.folder for one in books}
    recorded = [one for one in found if one.folder not in shown]
    markets = [one for recording in recorded for one in _summaries(recording)]
    parts = [*_missing_tables(recorded), *_treatments(markets), *order_books(books), *other_runs(others)]
    return page(_title(markets, books, others), _lead(markets, books, others), [*parts, *_decisions(recorded)])


def _summaries(recording: Recording) -> list[MarketSummary]:
    """A run that got no tables from its server still has decisions to show; a folder with neither is a mistake."""
    if recording.has(*NEEDED):
        return summarise(recording)
    if not any((recording.folder / name).is_file() for name in ("decisions.jsonl", "summary.json")):
        summarise(recording)
    return []


def _missing_tables(recordings: Sequence[Recording]) -> Iterator[str]:
    """A note for the folders that lack the same tables."""
    missing = [(one, [f"{name}.csv" for name in NEEDED if not one.has(name)]) for one in recordings]
    for lacks, same in groupby(sorted(missing, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        names = [one.folder.name for one, _ in same]
        if lacks:
            who = names[0] if len(names) == 1 else f"Each of {len(names)} runs, {names[0]} first,"
            text = f"{who} has no {', '.join(lacks)}: prices and measures are not shown. Export the "
            more = " A sweep keeps the measures of its sessions in panel.csv." if len(names) > 1 else ""
            yield paragraph(f"{text}session's tables into the folder and make the report again.{more}", "note")


def _title(markets: Sequence[MarketSummary], books: Sequence[Run], others: Sequence[Recording]) -> str:
    titles = [one.treatment.title for one in markets] + ["Order-book market" for _ in books]
    titles += [str(one.document("summary.json").get("title", "Other economy")) for one in others]
    return ", ".join(dict.fromkeys(titles)) or "A run without tables"


def _lead(markets: Sequence[MarketSummary], books: Sequence[Run], others: Sequence[Recording]) -> str:
    sessions = {one.market.unit: one.market.session for one in markets}.values()
    named = f" ({', '.join(sessions)})" if 0 < len(sessions) <= 4 else ""
    counts = [f"{plural(len(sessions), 'session')}{named}, {plural(len(markets), 'market')}"] if markets else []
    counts += [plural(len(books), "simulated order-book market")] if books else []
    return "; ".join(counts + ([plural(len(others), "run") + " of other economies"] if others else []))


def _treatments(markets: Sequence[MarketSummary]) -> Iterator[str]:
    """A section for each treatment, told apart by its document and not by its name alone."""
    ordered = sorted(markets, key=lambda one: (one.treatment.name, one.treatment.sha256()))
    for _, same in groupby(ordered, key=lambda one: one.treatment.sha256()):
        group = list(same)
        content = _one_market(group[0]) if len(group) == 1 else several_markets(group)
        yield section(f"Treatment {group[0].treatment.name}", paragraph(_about(group), "mute"), *content)


def _about(markets: Sequence[MarketSummary]) -> str:
    treatment = markets[0].treatment
    source = f" {treatment.source}." if treatment.source else ""
    money = f"Money in {treatment.currency}, one tick is {treatment.tick}."
    length = f"{plural(treatment.periods, 'period')} of {treatment.period_seconds:g} s"
    return f"{_seats(markets)}; {length}. {money}{source} SHA-256 {treatment.sha256()[:12]}…"


def _seats(markets: Sequence[MarketSummary]) -> str:
    kinds = pd.concat([one.traders["kind"] for one in markets]).value_counts()
    return f"{plural(int(kinds.sum()), 'trader')} ({', '.join(f'{number} {kind}' for kind, number in kinds.items())})"


# One market


def _one_market(one: MarketSummary) -> Iterator[str]:
    yield _prices(one)
    yield heading("Periods")
    yield _periods(one)
    yield heading("Measures")
    yield _measures(one)
    yield from beside_published(one)
    if len(one.forecasts):
        yield heading("Forecasts")
        yield _forecasts(one)
    yield heading("Who gained")
    yield pair(_gains(one), _by_who(one))
    yield paragraph(_gain_in_words(one.treatment), "mute")
    yield heading("Traders")
    yield _traders(one)


def _prices(one: MarketSummary) -> str:
    theory = "the competitive price" if one.treatment.induced else "the fundamental value"
    left = " Left: values and costs of all units, each period anew." if one.treatment.induced else ""
    caption = f"Prices: each trade and {theory}.{left} Below: volume by period. {SAMPLE}"
    return figure(svg(price_figure(one)), caption, f"Prices by period against {theory}, with volume")


def _periods(one: MarketSummary) -> str:
    induced = one.treatment.induced
    theory = "Competitive price" if induced else "Fundamental value"
    more = ("Alpha", "Efficiency", "Lost: extramarginal", "Lost: missed") if induced else ("Dividend",)
    header = numbers("Period", "Volume", "Mean price", theory, "Deviation", "Spread", *more)
    return table(header, (numbers(*_period(one.treatment, row)) for row in one.periods.to_dict("records")))


def _period(treatment: Treatment, row: Mapping[Any, Any]) -> Iterator[str]:
    yield from (count(row[name]) for name in ("period", "volume"))
    yield from (amount(treatment, row[name]) for name in ("mean_price", "benchmark"))
    yield NONE if pd.isna(row["mean_price"]) else f"{100 * (row['mean_price'] / row['benchmark'] - 1):+.1f}%"
    yield amount(treatment, row["spread"])
    if treatment.induced:
        yield NONE if pd.isna(row["alpha"]) else f"{row['alpha']:.1f}"
        yield percent(row["efficiency"])
        yield from (amount(treatment, row[name]) for name in ("extramarginal", "missed"))
    else:
        yield amount(treatment, row["dividend"], mean=False)


def _measures(one: MarketSummary) -> str:
    header = [*words("Measure"), *numbers("Value"), *words("What it says", "Source")]
    rows = []
    for name, value in one.measures.items():
        about = MEASURES[name]
        says = Cell(about.meaning, "w")
        rows.append([*words(about.title), *numbers(measured(one.treatment, name, value)), says, *words(about.source)])
    return table(header, rows)


def _forecasts(one: MarketSummary) -> str:
    header = [*words("Kind"), *numbers("Periods ahead", "Forecasts", "Mean error", "Bias", "Paid")]
    rows = [
        [
            *words(row["kind"]),
            *numbers(count(row["horizon"]), count(row["forecasts"])),
            *numbers(*(amount(one.treatment, row[name]) for name in ("forecast_error", "forecast_bias"))),
            *numbers(percent(row["forecast_within"])),
        ]
        for row in by_horizon(one.forecasts, one.treatment.forecasts.band).to_dict("records")
    ]
    return table(header, rows)


def _gains(one: MarketSummary) -> str:
    what = "from units bought and sold" if one.treatment.induced else "wealth beyond that of not trading"
    return figure(svg(gains_figure(one)), f"Gain by trader: {what}. {SAMPLE}", "Gain by trader")


def _gain_in_words(treatment: Treatment) -> str:
    if treatment.induced:
        return "Gain: what units were worth less what was paid, or what was paid less what they cost."
    return (
        "Gain: wealth at the end of the last period beyond that of the same endowment left untouched. Gains and losses "
        "of all traders cancel out, interest on them aside."
    )


def _by_who(one: MarketSummary) -> str:
    header = [*words("Kind", "Model"), *numbers("Traders", "Trades", "Mean gain")]
    rows = []
    for (kind, model), group in one.traders.fillna({"model": ""}).groupby(["kind", "model"]):
        traded = [count(len(group)), count(group["trades"].sum())]
        rows.append([*words(str(kind), str(model)), *numbers(*traded, amount(one.treatment, group["gain"].mean()))])
    return table(header, rows)


def _traders(one: MarketSummary) -> str:
    header = [*words("Trader", "Kind", "Model", "Role"), *numbers("Orders", "Trades", "Shares", "Cash", "Gain")]
    ordered = one.traders.fillna({"model": ""}).sort_values("gain", ascending=False)
    return table(header, (_trader(one.treatment, row) for row in ordered.to_dict("records")))


def _trader(treatment: Treatment, row: Mapping[Any, Any]) -> list[Cell]:
    counted = [count(row[name]) for name in ("orders", "trades", "shares")]
    money = [amount(treatment, row[name], mean=False) for name in ("cash", "gain")]
    return [*words(row["trader"], row["kind"], row["model"], row["role"]), *numbers(*counted, *money)]


# Decisions


def _decisions(recordings: Sequence[Recording]) -> Iterator[str]:
    for recording in recordings:
        coverage = decision_coverage(recording.decisions())
        if len(coverage):
            name = f" of {recording.folder.name}" if len(recordings) > 1 else ""
            yield section(f"Decisions{name}", _coverage(coverage), *_latencies(recording))


def _coverage(coverage: pd.DataFrame) -> str:
    columns = ["due", *DECISION_OUTCOMES]
    header = [*numbers("Seat"), *words("Trader", "Model"), *numbers(*map(str.capitalize, columns))]
    rows = [
        [
            *numbers(str(row["seat"])),
            *words(row["trader"], row["model"]),
            *numbers(*(count(row[name]) for name in columns)),
        ]
        for row in coverage.to_dict("records")
    ]
    sums = (count(int(total)) for total in coverage[columns].sum())
    return table(header, rows, [*numbers("All"), *words("", ""), *numbers(*sums)])


def _latencies(recording: Recording) -> Iterator[str]:
    """Median and 95th percentile of each stage, where the run wrote them down."""
    stages = {"event": "from event to trader", "decide": "to decide", "act": "from decision to acknowledgement"}
    times = recording.document("summary.json").get("latencies", {})
    told = [
        f"{words} {times[name]['p50']:.0f} ms (95%: {times[name]['p95']:.0f} ms)"
        for name, words in stages.items()
        if times.get(name, {}).get("p50") is not None
    ]
    if told:
        yield paragraph(f"Median times: {'; '.join(told)}.", "mute")
