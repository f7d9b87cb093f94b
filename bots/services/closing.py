"""What a run says at its end: measures for summary.json, and a short table for the terminal. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from market.records import DECISION_OUTCOMES

if TYPE_CHECKING:
    from analysis.summary import MarketSummary

from bots.domain.experiment import DEAD
from bots.services.run_folder import RunFolder

HALTED = ("stuck", DEAD)


def markets(folder: RunFolder) -> list[MarketSummary]:
    """The markets of the session; none where its tables could not be had."""
    # Brings in pandas: not before it is needed.
    from analysis.read import Recording
    from analysis.summary import NEEDED, summarise

    recording = Recording(folder.path)
    return summarise(recording) if recording.has(*NEEDED) else []


def measures(found: list[MarketSummary]) -> dict[str, Any]:
    """The measures of each market by name; None where one is not defined."""
    from analysis.summary import as_document, decision_coverage

    document = as_document(found, decision_coverage([]))
    return {market["market"]: market["measures"] for market in document["markets"]}


def show(found: list[MarketSummary], decisions: Mapping[str, Any]) -> None:
    """Who traded, at which prices, and what became of decisions."""
    console = Console(highlight=False, markup=False)
    for market in found:
        console.print(f"{market.treatment.title}, market {market.market.market}: {_who(market)}")
        console.print(_periods(market))
    counts = ", ".join(f"{decisions[outcome]} {outcome}" for outcome in DECISION_OUTCOMES)
    console.print(f"Decisions: {decisions['due']} due, {counts}")


def show_trouble(decisions: Mapping[str, Mapping[str, int]], bots: Mapping[str, Mapping[str, Any]]) -> None:
    """Seats that lost decisions or their page; nothing where none did."""
    missed = {seat: one["late"] + one["failed"] for seat, one in decisions.items()}
    trouble = {
        "late or failed decisions": {
            seat: f"{many} of {decisions[seat]['due']}" for seat, many in missed.items() if many
        },
        "joined again": {seat: one["rejoined"] for seat, one in bots.items() if one["rejoined"]},
        "stopped on the way": {seat: one["place"] for seat, one in bots.items() if one["place"] in HALTED},
    }
    console = Console(highlight=False, markup=False)
    for what, seats in trouble.items():
        if seats:
            console.print(f"Seats, {what}: {', '.join(f'{seat} ({told})' for seat, told in seats.items())}")


def show_models(models: Mapping[str, Mapping[str, Any]], cost_usd: float, budget: Mapping[str, Any] | None) -> None:
    """What the models were asked and what it cost; nothing where none was asked."""
    console = Console(highlight=False, markup=False)
    if models:
        table = Table("model", "calls", "replies", "prompt tokens", "reply tokens", "cost", box=None, pad_edge=False)
        for name, one in models.items():
            counts = (one[key] for key in ("calls", "replies", "prompt_tokens", "completion_tokens"))
            cost = f"${one['cost_usd']:.4f}" + (" and more" if one["calls_without_price"] else "")
            table.add_row(name, *map(str, counts), cost)
        console.print(table)
        console.print(f"Calls: {sum(one['calls'] for one in models.values())}, cost: ${cost_usd:.4f}")
    if budget and budget["note"]:
        console.print(budget["note"])


def _who(market: MarketSummary) -> str:
    people = market.traders["model"].where(market.traders["kind"] != "human", "human").value_counts()
    return ", ".join(f"{number} {name}" for name, number in people.items())


def _periods(market: MarketSummary) -> Table:
    theory = "competitive price" if market.treatment.induced else "fundamental"
    table = Table("period", "trades", "volume", "mean price", theory, "efficiency", box=None, pad_edge=False)
    for row in market.periods.to_dict("records"):
        table.add_row(*_cells(market, {str(name): value for name, value in row.items()}))
    return table


def _cells(market: MarketSummary, row: Mapping[str, Any]) -> Iterator[str]:
    from analysis.words import amount, count, percent

    yield from (count(row[name]) for name in ("period", "trades", "volume"))
    yield from (amount(market.treatment, row[name]) for name in ("mean_price", "benchmark"))
    yield percent(row["efficiency"]) if market.treatment.induced else "-"
