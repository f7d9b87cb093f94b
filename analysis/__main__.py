"""Reports and measures on the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.read import ReadError, Recording
from analysis.report import report
from analysis.summary import MarketSummary, as_document, decision_coverage, summarise
from analysis.words import MEASURES, measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 2 for a mistake of the user's."""
    options = _parser().parse_args(arguments)
    try:
        print(options.run(options))
    except (ReadError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    written = commands.add_parser("report", help="one HTML file over run folders or folders of exported tables")
    written.add_argument("folders", type=Path, nargs="+", metavar="PATH")
    written.add_argument("--out", type=Path, default=Path("report.html"), help="default: report.html, here")
    written.set_defaults(run=_report)
    numbers = commands.add_parser("measures", help="the measures of each market of a folder")
    numbers.add_argument("folder", type=Path, metavar="PATH")
    numbers.add_argument("--json", action="store_true", help="everything by period and trader too, money in ticks")
    numbers.set_defaults(run=_measures)
    return parser


def _report(options: argparse.Namespace) -> str:
    options.out.write_text(report(options.folders), encoding="utf-8")
    return f"Report: {options.out}"


def _measures(options: argparse.Namespace) -> str:
    recording = Recording(options.folder)
    summaries = summarise(recording)
    if options.json:
        document: Mapping[str, Any] = as_document(summaries, decision_coverage(recording.decisions()))
        return json.dumps(document, indent=2, allow_nan=False)
    return "\n".join(line for one in summaries for line in _lines(one))


def _lines(one: MarketSummary) -> Iterator[str]:
    yield f"{one.market.session} {one.market.market}: {one.treatment.title} ({one.treatment.name})"
    for name, value in one.measures.items():
        yield f"  {MEASURES[name].title:<30} {measured(one.treatment, name, value):>16}  {MEASURES[name].meaning}"


if __name__ == "__main__":
    sys.exit(main())
