"""The picture of the trading page that the instructions show, and what its numbers mean, by institution."""

from __future__ import annotations

from typing import Any

from market.language import say
from market.treatments import Treatment

BOOK = ("clock", "book", "order", "answers", "holdings", "prices")
# (the key of its name, the key of its sentence)
SHEET = (
    ("clock", "clock"),
    ("sheet", "sheet"),
    ("send", "send"),
    ("answers", "sheet_answers"),
    ("own", "own"),
    ("history", "history"),
)
KEYS = (("B", "buy"), ("S", "sell"), ("↑ ↓", "price"), ("Enter", "send"), ("X", "back"), ("Esc", "clear"))


def screen_of(treatment: Treatment) -> dict[str, Any]:
    """`title`, `picture` (a static file), `alt`, numbered `parts` of (name, what), `shortcuts` of (key, what)."""
    call = treatment.institution == "call"
    suffix = "_call" if call else ""

    def words(key: str) -> str:
        return say(treatment.language, f"instructions.{key}")

    return {
        "title": words(f"page.screen{suffix}"),
        "alt": words(f"page.alt{suffix}"),
        "picture": "openpit/sheet.svg" if call else "openpit/screen.svg",
        "parts": [
            {"name": words(f"parts.{name}"), "what": words(f"parts.{what}_what")}
            for name, what in (SHEET if call else zip(BOOK, BOOK, strict=True))
        ],
        "shortcuts": [] if call else [{"key": key, "what": words(f"page.key_{what}")} for key, what in KEYS],
    }
