"""Reports and measures on the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.commands import comparison, power_table
from analysis.order_books import measures_document, measures_told, order_book_runs
from analysis.pictures import write_pictures
from analysis.read import ReadError, recordings
from analysis.report import report
from analysis.summary import MarketSummary, as_document, decision_coverage, summarise
from analysis.words import BOOK_MEASURES, MEASURES, measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 2 for a mistake of the user's."""
    options = _parser().parse_args(arguments)
    try:
        print(options.run(options))
    except ReadError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}" if error.filename else error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    written = commands.add_parser("report", help="one HTML file over run folders or folders of exported tables")
    written.add_argument("folders", type=Path, nargs="+", metavar="PATH")
    written.add_argument("--out", type=Path, default=Path("report.html"), help="default: report.html, here")
    written.add_argument("--figures", type=Path, metavar="DIR", help="the figures as PNG files, too")
    written.set_defaults(run=_report)
    numbers = commands.add_parser("measures", help="the measures of each market of a folder")
    numbers.add_argument("folder", type=Path, metavar="PATH")
    numbers.add_argument("--json", action="store_true", help="everything by period and trader too, money in ticks")
    numbers.set_defaults(run=_measures)
    _two_groups(commands.add_parser("compare", help="whether two groups of sessions differ, and by how much"), _compare)
    power = commands.add_parser("power", help="how many sessions a side are needed, from two groups of known ones")
    power.add_argument(
        "--measure", choices=sorted({**MEASURES, **BOOK_MEASURES}), default="rad", metavar="NAME", help="default: rad"
    )
    power.add_argument("--power", type=_share, default=0.8, help="chance of finding the difference, default: 0.8")
    _two_groups(power, _power)
    return parser


def _two_groups(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], str]) -> None:
    parser.add_argument("a", type=Path, metavar="A", help="a folder of the first group")
    parser.add_argument("b", type=Path, metavar="B", help="a folder of the second group")
    parser.add_argument("--more-a", type=Path, nargs="+", default=[], metavar="PATH", help="further folders of A")
    parser.add_argument("--more-b", type=Path, nargs="+", default=[], metavar="PATH", help="further folders of B")
    parser.add_argument("--seed", type=int, default=0, help="of the resampling, default: 0")
    parser.set_defaults(run=run)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"expected a number between 0 and 1, got {text!r}")
    return share


def _compare(options: argparse.Namespace) -> str:
    return comparison([options.a, *options.more_a], [options.b, *options.more_b], options.seed)


def _power(options: argparse.Namespace) -> str:
    folders = ([options.a, *options.more_a], [options.b, *options.more_b])
    return power_table(*folders, options.measure, options.power, options.seed)


def _report(options: argparse.Namespace) -> str:
    page = report(options.folders)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(page, encoding="utf-8")
    drawn = write_pictures(options.folders, options.figures) if options.figures else []
    return "\n".join([f"Report: {options.out}", *(f"Figure: {path}" for path in drawn)])


def _measures(options: argparse.Namespace) -> str:
    found = recordings([options.folder])
    if books := order_book_runs(found):
        documents = [measures_document(run) for run in books]
        return _json({"markets": documents}) if options.json else "\n".join(map(measures_told, books))
    [recording] = found
    summaries = summarise(recording)
    if options.json:
        document: Mapping[str, Any] = as_document(summaries, decision_coverage(recording.decisions()))
        return _json(document)
    return "\n".join(line for one in summaries for line in _lines(one))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, allow_nan=False)


def _lines(one: MarketSummary) -> Iterator[str]:
    yield f"{one.market.session} {one.market.market}: {one.treatment.title} ({one.treatment.name})"
    for name, value in one.measures.items():
        yield f"  {MEASURES[name].title:<30} {measured(one.treatment, name, value):>16}  {MEASURES[name].meaning}"


if __name__ == "__main__":
    sys.exit(main())
