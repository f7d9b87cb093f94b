"""What a run says of itself: how it was made (manifest.json) and how it went (summary.json)."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bots.adapters.llm import Models, Totals
from bots.agents.prompts import digest
from bots.agents.provenance import commit, installed
from bots.domain.state import SeatState
from bots.domain.summary import decisions, latencies
from bots.services.cli import RunConfig
from bots.services.exports import rows
from bots.services.links import Seating
from bots.services.run_folder import RunFolder

MANIFEST_VERSION = 1
PACKAGES = (
    "selenium",
    "otree",
    "pydantic",
    "requests",
    "rich",
    "openai",
    "anthropic",
    "mistralai",
    "google-generativeai",
)


def manifest(
    config: RunConfig, seating: Seating, seed: int, folder: RunFolder, seats: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """Everything needed to say what was run; the treatment's hash once the tables are there.

    `seats` has name, kind and settings of each bot.
    """
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
        "models": sorted({seat["model"] for seat in seats.values()}),
        "seats": {str(number): seat for number, seat in seats.items()},
        "prompts_sha256": digest(),
        "treatment": markets[0]["treatment"] if markets else None,
        "treatment_sha256": markets[0]["treatment_sha256"] if markets else None,
        "versions": {"python": platform.python_version(), **{name: installed(name) for name in PACKAGES}},
        "git_commit": commit(),
    }


def summary(
    folder: RunFolder, session: str, seats: Sequence[SeatState], ended: str, spending: Mapping[str, Any]
) -> dict[str, Any]:
    """The run in numbers, with what `spent` tells; `trades` and `volume` are None without the session's tables.

    `bots` says by seat where each was at the end and how often it had to join again.
    """
    lines, trades, markets = folder.lines, rows(folder, "trades"), rows(folder, "markets")
    numbers = [seat.name.seat for seat in seats]
    return {
        "kind": "lab",
        "session": session,
        "treatment": markets[0]["treatment"] if markets else None,
        "seats": len(rows(folder, "participants")) or len(numbers),
        "decisions": decisions(lines, numbers),
        "latencies": latencies(lines),
        "bots": {str(one.name.seat): {"place": one.place, "rejoined": max(0, one.joined - 1)} for one in seats},
        **spending,
        "trades": len(trades) if markets else None,
        "volume": sum(int(trade["quantity"]) for trade in trades) if markets else None,
        "ended": ended,
    }


def spent(models: Models) -> dict[str, Any]:
    """What models were asked and what it cost: checking them before the run included, and all that calls may cost which
    the end of the run cut short."""
    return {
        "cost_usd": round(models.budget.committed_usd, 6),
        "models": {name: _totals(one) for name, one in models.totals().items()},
        "budget": _budget(models),
    }


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "calls": totals.calls,
        "replies": totals.replies,
        "failures": dict(totals.failures),
        "prompt_tokens": totals.usage.prompt_tokens,
        "completion_tokens": totals.usage.completion_tokens,
        "tokens_estimated": totals.usage.estimated,
        "cost_usd": round(totals.cost_usd, 6),
        "calls_without_price": totals.unpriced,
        "returned_models": list(totals.returned),
    }


def _budget(models: Models) -> dict[str, Any] | None:
    """The limit, and whether it kept models from being asked."""
    limit_usd = models.budget.limit_usd
    if limit_usd is None:
        return None
    refused = sum(one.failures.get("over_budget", 0) for one in models.totals().values())
    note = "The budget was exhausted: bots hold, the session goes on." if refused else ""
    return {"limit_usd": limit_usd, "exhausted": bool(refused), "note": note}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
