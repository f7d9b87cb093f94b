"""Runs of other economies, shown through what every run leaves: `summary.json` with its kind, tables and figures.

{"kind": "forecast goods", "title": "…", "about": "…",
 "tables": [{"title": "…", "columns": ["…"], "rows": [["text", 1.5]]}],
 "figures": [{"file": "plots/prices.png", "caption": "…"}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.order_books import KIND
from analysis.page import Cell, heading, image, numbers, paragraph, section, table, words
from analysis.read import ReadError, Recording
from analysis.words import NONE

MARKETS = ("", "lab", "simulation", KIND)


def is_other(recording: Recording) -> bool:
    """Whether a folder holds a run of another economy than the market."""
    return str(recording.document("summary.json").get("kind", "")) not in MARKETS


def other_runs(recordings: Sequence[Recording]) -> Iterator[str]:
    """A section of HTML for each. Raises ReadError where a summary is not of the form above."""
    for recording in recordings:
        document = recording.document("summary.json")
        try:
            parts = [*_tables(document), *(image(path.read_bytes(), caption) for path, caption in figures(recording))]
        except (AttributeError, KeyError, TypeError) as error:
            raise ReadError(f"{recording.folder / 'summary.json'}: its tables or figures lack {error}.") from None
        about = paragraph(str(document.get("about", "")), "mute")
        yield section(str(document.get("title", document["kind"])), about, *parts)


def _tables(document: Mapping[str, Any]) -> Iterator[str]:
    for one in document.get("tables", ()):
        rows = [[_cell(value) for value in row] for row in one["rows"]]
        header = [
            (numbers if cell.style == "n" else words)(name)[0]
            for name, cell in zip(one["columns"], rows[0] if rows else words(*one["columns"]), strict=True)
        ]
        yield heading(one["title"])
        yield table(header, rows)


def _cell(value: object) -> Cell:
    if value is None:
        return Cell(NONE)
    if isinstance(value, float):
        return Cell(f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}")
    return Cell(f"{value:,}") if isinstance(value, int) else Cell(str(value), "w")


def figures(recording: Recording) -> Iterator[tuple[Path, str]]:
    """The pictures of a run with their captions. Raises ReadError for one that is not in the folder."""
    folder = recording.folder
    for one in recording.document("summary.json").get("figures", ()):
        path = (folder / one["file"]).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise ReadError(f"{folder / 'summary.json'}: figure {one['file']} is not in the folder.")
        yield path, str(one["caption"])
