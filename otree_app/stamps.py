"""Times of day as they are written in tables."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(utc: float) -> str:
    """Seconds since 1970 as an ISO 8601 time stamp in UTC, to the millisecond."""
    return datetime.fromtimestamp(utc, UTC).isoformat(timespec="milliseconds")
