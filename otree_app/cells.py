"""Cells of exported tables that no spreadsheet takes for a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# what Excel, LibreOffice and Google Sheets begin a formula with, or strip before they look for one; the last four are
# the wide forms of the first
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(value: object) -> object:
    """A cell: text that a spreadsheet might compute gets a ' before it, as the data dictionary says; numbers stay."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Rows as the text of a CSV file; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
