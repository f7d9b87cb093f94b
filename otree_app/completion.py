"""The link with which a person reports back to a panel, such as Prolific's or SONA's. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any
from urllib.parse import quote, urlsplit

from market.treatments import TreatmentError

PLACEHOLDERS = ("label", "code")


def check_completion(config: Mapping[str, Any]) -> None:
    """Raise TreatmentError where `completion_url` is given and cannot be a link."""
    template = str(config.get("completion_url") or "")
    if not template:
        return
    try:
        found = [one for one in Formatter().parse(template) if one[1] is not None]
        parts = urlsplit(template)
    except ValueError as error:
        raise TreatmentError(f"completion_url: {template!r} cannot be read ({error}).") from error
    if strange := [name for _, name, spec, way in found if name not in PLACEHOLDERS or spec or way]:
        raise TreatmentError(f"completion_url: unknown {{{strange[0]}}}; known are {{label}} and {{code}}.")
    if parts.scheme not in ("http", "https") or not parts.hostname or "{" in parts.netloc:
        raise TreatmentError(f"completion_url: expected an address that starts with https://, got {template!r}.")


def completion_link(config: Mapping[str, Any], *, label: str, code: str) -> str:
    """The link of one person, what stands in it escaped; "" where the session has none."""
    template = str(config.get("completion_url") or "")
    return template.format(label=quote(label, safe=""), code=quote(code, safe=""))
