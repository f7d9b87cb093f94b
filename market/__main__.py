"""Treatments and recorded markets on the command line; the one place of this package that reads files."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from market.custom import treatment_from_toml, treatment_to_toml
from market.designs import DESIGNS, check_seats, design
from market.overview import headline, overview, prediction
from market.records import names
from market.replay import Replayed, replay
from market.session_records import data_dictionary
from market.treatments import TreatmentError

LONGEST_CELL = 2**30


class FileError(Exception):
    """A file that cannot be used, with what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where a replay differs, 2 for a mistake of the user's."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (FileError, TreatmentError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m market", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check a treatment written as TOML")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)
    commands.add_parser("list", help="the shipped treatments").set_defaults(run=_list)
    show = commands.add_parser("show", help="a shipped treatment as TOML, to be changed and checked")
    show.add_argument("name")
    show.set_defaults(run=_show)
    commands.add_parser("dictionary", help="the data dictionary as Markdown").set_defaults(run=_dictionary)
    again = commands.add_parser("replay", help="do the recorded markets of a folder again and compare")
    again.add_argument("folder", type=Path)
    again.set_defaults(run=_replay)
    return parser


def _check(options: argparse.Namespace) -> int:
    try:
        treatment = treatment_from_toml(_read(options.file))
        if seats := treatment.market_seats or treatment.humans + treatment.bots:
            check_seats(treatment, seats)
    except TreatmentError as error:
        raise TreatmentError("\n".join(f"{options.file}: {line}" for line in str(error).splitlines())) from None
    print(f"{options.file}: fine.\n{overview(treatment)}\n{prediction(treatment)}")
    return 0


def _list(options: argparse.Namespace) -> int:
    print("\n".join(headline(design(name)) for name in DESIGNS))
    return 0


def _show(options: argparse.Namespace) -> int:
    treatment = design(options.name)
    print(f"{treatment_to_toml(treatment)}\n# {prediction(treatment)}")
    return 0


def _dictionary(options: argparse.Namespace) -> int:
    print(data_dictionary())
    return 0


def _replay(options: argparse.Namespace) -> int:
    results = replay(*(_rows(options.folder, table) for table in ("markets", "events", "trades")))
    print("\n".join(_line(one) for one in results) or f"{options.folder}: no market was recorded.")
    return 1 if any(one.difference for one in results) else 0


def _line(one: Replayed) -> str:
    counts = f"{one.events} events, {one.trades} trades, hash {one.state_hash}"
    return f"{one.session} {one.market}: {counts}, {one.difference or 'identical'}"


def _rows(folder: Path, table: str) -> Iterable[dict[str, str]]:
    """The rows of a table, whose columns must all be there; the end of a period may be a very long cell."""
    path = folder / f"{table}.csv"
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.DictReader(io.StringIO(_read(path), newline=""))
    missing = [name for name in names(table) if name not in (rows.fieldnames or ())]
    if missing:
        raise FileError(f"{path}: columns are missing: {', '.join(missing)}. Export it again and leave it unchanged.")
    return rows


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: it cannot be read as UTF-8 text: {error}.") from None


if __name__ == "__main__":
    sys.exit(main())
