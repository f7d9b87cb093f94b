"""`--dry-run`: checks links, keys and prices, and says what a run would ask and cost. Starts and writes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from bots.adapters.errors import SetupError
from bots.adapters.llm import read_keys
from bots.adapters.llm.provider import Provider
from bots.services.casting import Cast, cast, check
from bots.services.cli import RunConfig
from bots.services.estimate import Estimate, Played, estimate
from bots.services.links import Seating, seating
from market.designs import DESIGNS, design
from market.treatments import Treatment, TreatmentError, treatment_from

USUAL = "asset_cda"


def dry_run(
    config: RunConfig, environ: Mapping[str, str] = os.environ, *, local: Mapping[str, Provider] | None = None
) -> None:
    """Print what is known before a run. Raises SetupError with everything that would keep it from starting."""
    parts = cast(config, read_keys(environ), local or {})
    models = parts.open()
    problems = check(models, parts.models)
    seats, wrong = _seating(config, environ)
    numbers = _numbers(seats, parts, problems)
    treatments, note = treatments_of(seats)
    found = estimate(parts, models, numbers, Played(treatments, config.pace))
    _show(found, f"bots: {len(numbers)}, {note}", config)
    problems += [wrong] if wrong else []
    if problems:
        raise SetupError("\n  ".join(problems))


def _seating(config: RunConfig, environ: Mapping[str, str]) -> tuple[Seating | None, str]:
    """The seats behind the link; None and why where they cannot be had."""
    try:
        return seating(config.url, config.links, config.num_bots, environ), ""
    except SetupError as error:
        return None, str(error)


def _numbers(seats: Seating | None, parts: Cast, problems: list[str]) -> Sequence[int]:
    """The bots' seats; without a session those of the file, or one."""
    if seats is None:
        return sorted(parts.by_seat) or [1]
    try:
        parts.check_seats(seats.numbers)
    except SetupError as error:
        problems.append(str(error))
        return sorted(parts.by_seat)
    return seats.numbers


def treatments_of(seats: Seating | None) -> tuple[tuple[Treatment, ...], str]:
    """What a seat will play, market by market, and how that is known."""
    if seats is None or not seats.session:
        return _usual("no session was found")
    try:
        state = seats.server.state(seats.session)
    except SetupError as error:
        return _usual(f"the server does not tell what is played: {error}")
    # a seat plays one market of each round
    rounds = {market["market"].partition("-")[0]: market for market in state["markets"]}
    try:
        treatments = tuple(_stamped(market["document"]) for market in rounds.values())
    except (KeyError, TreatmentError):
        return _by_name(state["treatment"], len(rounds))
    return treatments, _told(treatments)


def _stamped(document: str | Mapping[str, Any]) -> Treatment:
    """The treatment of a market. Raises TreatmentError for one of another version."""
    return treatment_from(json.loads(document) if isinstance(document, str) else document)


def _told(treatments: Sequence[Treatment]) -> str:
    lengths = [f"{one.name} ({one.periods} periods of {one.period_seconds:g} s)" for one in treatments]
    return f"treatment {', '.join(dict.fromkeys(lengths))} as the session has it, markets: {len(treatments)}"


def _by_name(name: str, markets: int) -> tuple[tuple[Treatment, ...], str]:
    """What can be said by the name alone."""
    if name not in DESIGNS:
        return _usual(f"the session's treatment {name!r} is not among those that ship")
    note = f"treatment {name} as it ships, markets: {markets} (the server does not tell of changes to it)"
    return (design(name),) * markets, note


def _usual(why: str) -> tuple[tuple[Treatment, ...], str]:
    return (design(USUAL),), f"as in {USUAL}: {why.rstrip('.')}"


def _show(found: Sequence[Estimate], what: str, config: RunConfig) -> None:
    console = Console(highlight=False, markup=False)
    console.print(f"Dry run: {what}. Nothing is started.", soft_wrap=True)
    if not found:
        console.print("No model is asked: no key is needed, nothing is to be paid.")
        return
    table = Table("model", "asked as", "seats", "calls", "prompt tokens", "reply tokens", "dollars", box=None)
    for one in found:
        tokens = (f"{one.usage.prompt_tokens:,}", f"{one.usage.completion_tokens:,}")
        table.add_row(one.model, one.id, str(one.seats), f"{one.calls:,}", *tokens, _dollars(one.cost_usd))
    console.print(table)
    console.print(_verdict(found, config.budget_usd), soft_wrap=True)


def _dollars(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.4f}"


def _verdict(found: Sequence[Estimate], budget: float | None) -> str:
    known = sum(one.cost_usd or 0.0 for one in found)
    more = " and what the models without a price cost" if any(one.cost_usd is None for one in found) else ""
    total = f"About ${known:.4f}{more}, repairs and retries not counted."
    if budget is None:
        return f"{total} No budget is set: --budget-usd X stops asking at X."
    room = "has room for it" if known <= budget else "is not enough: bots will hold once it is spent"
    return f"{total} The budget of ${budget:g} {room}."
