"""Lines of the server's log that programs can read: event=page_opened session=abc participant=xyz. Pure."""

from __future__ import annotations

import json


def told(event: str, **facts: object) -> str:
    """One line of key=value pairs. What could be taken for another pair, or another line, is quoted as in JSON."""
    return " ".join(f"{name}={_quoted(str(value))}" for name, value in {"event": event, **facts}.items())


def _quoted(text: str) -> str:
    plain = text.isascii() and text.isprintable() and not set(text) & set(' ="') and text
    return text if plain else json.dumps(text)
