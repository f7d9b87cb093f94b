"""HTML of a report: tables, figures and the page round them. Escapes every text it is given; knows no markets."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

CSS = """
:root { --ink: #1d2433; --mute: #586174; --line: #dfe3e9; --soft: #f5f6f8; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 920px; padding: 32px 24px 48px; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 40px 0 4px; padding-top: 20px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 28px 0 6px; }
p { margin: 4px 0 8px; max-width: 70ch; }
.mute, figcaption { color: var(--mute); font-size: 13px; }
.note { background: #fdf0e6; color: #7a3606; border-radius: 6px; padding: 8px 12px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--mute); vertical-align: bottom;
  border-bottom: 1px solid var(--mute); }
th, td { padding: 4px 16px 4px 0; }
th:last-child, td:last-child { padding-right: 0; }
td { white-space: nowrap; }
td.w { white-space: normal; min-width: 15em; }
td { border-bottom: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; }
tr.total td { font-weight: 600; border-top: 1px solid var(--mute); }
figure { margin: 16px 0 8px; break-inside: avoid; }
figure img { display: block; width: 100%; height: auto; }
.pair { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 0 28px; align-items: start; }
.pair figure { max-width: 460px; }
@media screen and (max-width: 620px) {
  /* figures keep letters that can be read, and scroll as tables do */
  body > section > figure { overflow-x: auto; }
  body > section > figure > img { width: 620px; max-width: none; }
}
@media print {
  @page { margin: 16mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  table { font-size: 8.5pt; }
  th, td { padding-right: 10px; }
  td.w { min-width: 0; }
  .scroll { overflow: visible; }
  tr, h2, h3 { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
"""


class Cell(NamedTuple):
    """A cell of a table. `style`: "n" for numbers, which stand right, "w" for text that may wrap, "" for other text."""

    text: str
    style: str = "n"


def words(*texts: str) -> list[Cell]:
    return [Cell(text, "") for text in texts]


def numbers(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def page(title: str, lead: str, parts: Iterable[str]) -> str:
    """A whole document. `parts` are HTML already, made by the functions below."""
    sized = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f"{sized}<title>{escape(title)}</title>"
    body = f'<header><h1>{escape(title)}</h1><p class="mute">{escape(lead)}</p></header>{"".join(parts)}'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{CSS}</style></head>\n<body>{body}</body></html>\n'


def section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def heading(text: str) -> str:
    return f"<h3>{escape(text)}</h3>"


def paragraph(text: str, style: str = "") -> str:
    return f'<p class="{escape(style)}">{escape(text)}</p>'


def pair(*parts: str) -> str:
    """Side by side where there is room."""
    return f'<div class="pair">{"".join(parts)}</div>'


def figure(svg: str, caption: str, description: str) -> str:
    """An SVG document as a picture of its own, so that its ids and styles meet no other's."""
    data = b64encode(svg.encode()).decode()
    image = f'<img alt="{escape(description)}" src="data:image/svg+xml;base64,{data}">'
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"


def image(png: bytes, caption: str) -> str:
    """A picture that a run has drawn."""
    data = b64encode(png).decode()
    drawn = f'<img alt="{escape(caption)}" src="data:image/png;base64,{data}">'
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def table(header: Sequence[Cell], rows: Iterable[Sequence[Cell]], total: Sequence[Cell] = ()) -> str:
    """Rows of cells under a header; `total` is the last row, set apart."""
    head = "".join(f'<th scope="col"{_class(cell)}>{escape(cell.text)}</th>' for cell in header)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    last = f'<tr class="total">{_cells(total)}</tr>' if total else ""
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}{last}</tbody></table></div>'


def _cells(row: Iterable[Cell]) -> str:
    return "".join(f"<td{_class(cell)}>{escape(cell.text)}</td>" for cell in row)


def _class(cell: Cell) -> str:
    return f' class="{escape(cell.style)}"' if cell.style else ""
