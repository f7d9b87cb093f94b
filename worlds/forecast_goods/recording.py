"""What a run leaves beside its log: tables, pictures, and a summary as reports show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worlds.folders import write_bytes, write_json, write_table
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.measuring import COUNTS, LABELS, measures
from worlds.forecast_goods.records import Recorder, Tables, heard
from worlds.forecast_goods.state import State
from worlds.models import Line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from worlds.forecast_goods.running import Settings

KIND, SUMMARY = "forecast goods", "summary.json"
FAILURES_SHOWN = 100
MOST_DRAWN = 200  # agents; more are a blot
Document = dict[str, Any]


def write(
    folder: Path,
    settings: Settings,
    config: Config,
    state: State,
    recorder: Recorder,
    line: Line | None,
    stopped: str,
) -> Document:
    """Tables, pictures and summary of the rounds recorded; `stopped`: why it ended early, "" for not at all."""
    tables = recorder.tables()
    for name, frame in tables._asdict().items():
        write_table(folder, name, frame)
    first = int(tables.rounds["round"].min()) if len(tables.rounds) else state.round
    caption = f"{config.market.matching}, rounds {first} to {state.round - 1}, seed {state.seed}"
    caption += f", played by {settings.asked.name}"
    told = line.told() if line else None
    shown = [measures_table(tables), teams_table(tables)]
    drawn = draw(folder, tables, state, caption) if settings.figures else []
    document = {
        "kind": KIND,
        "title": "Forecast goods",
        "about": f"{caption}.{f' Not complete: {stopped}' if stopped else ''}",
        "tables": [*shown, asked_table(settings.asked.name, line)] if line else shown,
        "figures": [{"file": file, "caption": about} for file, about in drawn],
        "hash": state.chain.head,
        "rounds": state.round,
        "complete": not stopped,
        "asked": told,
        "unanswered": unanswered(line) if line else [],
    }
    write_json(folder / SUMMARY, document)
    return document


def measures_table(tables: Tables) -> Document:
    found = measures(tables)
    # lmsr trades no goods, and who never forecasts has no score: such rows would be empty
    rows = [[label, _plain(name, found[name])] for name, label in LABELS.items() if found[name] == found[name]]
    return {"title": "Measures", "columns": ["measure", "value"], "rows": rows}


def _plain(name: str, value: float) -> float | int:
    return int(value) if name in COUNTS else float(value)


def teams_table(tables: Tables) -> Document:
    """Of each team at the end: cash, budget and surplus of its members, and the mean score of its forecasts."""
    columns = ["team", "cash", "research budget", "surplus", "times over budget", "mean Brier score", "forecasts"]
    document: Document = {"title": "Teams at the end", "columns": columns, "rows": []}
    if tables.agents.empty:
        return document
    last = tables.agents[tables.agents["round"] == tables.agents["round"].max()]
    scores = tables.forecasts.merge(last[["agent", "team"]], on="agent").groupby("team")["score"]
    means, numbers = scores.mean(), scores.count()
    for team, row in last.groupby("team")[["cash", "budget", "surplus", "overs"]].sum().iterrows():
        mean, number = means.get(team), int(numbers.get(team, 0))
        sums = [float(row["cash"]), float(row["budget"]), float(row["surplus"]), int(row["overs"])]
        document["rows"].append([team, *sums, None if mean is None else float(mean), number])
    return document


def asked_table(model: str, line: Line) -> Document:
    told = line.told()
    columns = ["model", "calls", "usable replies", "tokens", "dollars", "questions left without an answer"]
    row = [model, told["calls"], told["replies"], told["tokens"], told["cost_usd"], len(line.failures)]
    return {"title": "What the model was asked", "columns": columns, "rows": [row]}


def unanswered(line: Line) -> list[Document]:
    """The latest questions without an answer that could be used; no action came of them."""
    return [{"key": key, "kind": one.kind, "message": one.message} for key, one in line.failures[-FAILURES_SHOWN:]]


def draw(folder: Path, tables: Tables, state: State, caption: str) -> list[tuple[str, str]]:
    """Write the pictures into `folder`/plots. Returns (file, caption)."""
    if tables.rounds.empty:
        return []
    from analysis.style import png

    (folder / "plots").mkdir(exist_ok=True)
    found = []
    for name, figure, about in pictures(tables, state):
        write_bytes(folder / "plots" / f"{name}.png", png(figure))
        found.append((f"plots/{name}.png", f"{about} {caption}."))
    return found


def pictures(tables: Tables, state: State) -> Iterator[tuple[str, Figure, str]]:
    """(name, figure, what it shows) of each that there is something to show in."""
    from worlds.forecast_goods import figures

    about = "Prices, gains, and the share of what could be gained; dots: rounds, lines: moving means."
    if state.makers:
        about = "Mean price of a share, a dot a round, with a moving mean; what bets have gained, when they paid."
    yield "market", figures.market_figure(tables.rounds, bets=bool(state.makers)), about
    if len(tables.forecasts):
        about = "Forecasts that have matured, and how many there are of each; 95% intervals are exact for forecasts of "
        about += "different events, too narrow where analysts speak of the same."
        yield "reliability", figures.reliability_figure(tables.forecasts), about
    members = tables.agents[tables.agents["role"] != "principal"]
    yield "budgets", figures.budgets_figure(members), "Research budgets; they are set anew at the end of each period."
    shaded = "; shaded: rounds in a hidden regime other than the first" if tables.rounds["regime"].any() else ""
    yield "index", figures.index_figure(tables.indices), f"Levels of the indices{shaded}."
    if 0 < len(state.network) <= MOST_DRAWN and any(state.network.values()):
        teams = {name: agent.team for name, agent in state.agents.items()}
        about = "Who passes private news on to whom; the larger, the more came over others."
        yield "network", figures.network_figure(state.network, teams, heard(tables.news)), about
