"""What a run says of itself: how it was made (manifest.json) and how it went (summary.json)."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bots.domain.summary import decisions, latencies
from bots.services.cli import RunConfig
from bots.services.exports import rows
from bots.services.links import Seating
from bots.services.run_folder import RunFolder

MANIFEST_VERSION = 1
PACKAGES = ("selenium", "otree", "pydantic", "requests", "rich")
HERE = Path(__file__).resolve().parent


def manifest(config: RunConfig, seating: Seating, seed: int, folder: RunFolder) -> dict[str, Any]:
    """Everything needed to say what was run; the treatment's hash once the tables are there."""
    markets = rows(folder, "markets")
    return {
        "version": MANIFEST_VERSION,
        "run": folder.name,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "arguments": {name: _plain(value) for name, value in asdict(config).items()},
        "seed": seed,
        "server": seating.server.base,
        "session": seating.session,
        "subjects": seating.subjects,
        "bots": [link.participant for link in seating.links],
        "models": [config.model],
        "treatment": markets[0]["treatment"] if markets else None,
        "treatment_sha256": markets[0]["treatment_sha256"] if markets else None,
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "git_commit": _commit(),
    }


def summary(folder: RunFolder, session: str, seats: Iterable[int], ended: str) -> dict[str, Any]:
    """The run in numbers; `trades` and `volume` are None without the session's tables."""
    lines, trades, markets = folder.lines, rows(folder, "trades"), rows(folder, "markets")
    numbers = list(seats)
    return {
        "kind": "lab",
        "session": session,
        "treatment": markets[0]["treatment"] if markets else None,
        "seats": len(rows(folder, "participants")) or len(numbers),
        "decisions": decisions(lines, numbers),
        "latencies": latencies(lines),
        "cost_usd": 0.0,
        "trades": len(trades) if markets else None,
        "volume": sum(int(trade["quantity"]) for trade in trades) if markets else None,
        "ended": ended,
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The commit of the code where it runs from a work tree with git at hand."""
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return asked.stdout.strip() or None
