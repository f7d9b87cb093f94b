"""A run of one arm from its settings to its folder: by the equations, with sellers or with buyers that ask a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from logging import Logger
from pathlib import Path
from typing import Any

import numpy as np

from bots.adapters.llm import Heuristic
from worlds.errors import WorldError
from worlds.models import Asked, Line
from worlds.nonequilibrium import buyers, sellers
from worlds.nonequilibrium.draws import model_buyers
from worlds.nonequilibrium.figures import draw_run
from worlds.nonequilibrium.history import Buyers, RuleBuyers, RuleSellers, Sellers, begun, walk
from worlds.nonequilibrium.measures import measures, theory
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.recording import Document, Kept, begin, document, load, log_to, save

ARMS = ("equation", "seller", "buyer")
HEURISTICS = {"seller": sellers.heuristic, "buyer": buyers.heuristic}
KEEP_EVERY = 50  # steps of a run that asks a model
FAILURES_SHOWN = 100
UNDER_WAY = "under way"
TITLES = {
    "equation": "Sellers and impressionable buyers, by the equations",
    "seller": "Sellers that ask a model, impressionable buyers",
    "buyer": "Sellers by the equations, buyers of whom some ask a model",
}

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run. `resume`: go on in `folder`, up to `Nt` where that is more than was wished for before."""

    arm: str
    folder: Path
    log: Path
    parameters: Parameters = field(default_factory=Parameters)
    asked: Asked = field(default_factory=Asked)
    resume: bool = False


def run_arm(settings: Settings, progress: Progress = lambda done: None) -> Document:
    """Run, and return the summary. Raises WorldError; what was done until then is in the folder."""
    before = _resumed(settings) if settings.resume else None
    line = None if settings.arm == "equation" else open_line(settings)
    kept = before or _begun(settings)
    log = log_to(settings.log)
    log.info("%s of %s, model %s, from step %d", settings.arm, kept.parameters, kept.model, kept.history.done)
    if line:
        line.record_in(settings.folder)
        # a process that is killed leaves something to go on from, too
        _keep(settings, kept, line, UNDER_WAY)
    try:
        return _walked(settings, kept, line, log, progress)
    except (WorldError, KeyboardInterrupt) as error:
        _keep(settings, kept, line, str(error) or "interrupted")
        log.error("stopped after step %d: %s", kept.history.done, str(error) or "interrupted")
        if isinstance(error, KeyboardInterrupt):
            raise
        raise type(error)(f"{error}\n{_go_on(settings, kept)}") from None
    finally:
        if line:
            line.close()
        for handler in log.handlers:
            handler.close()


def open_line(settings: Settings) -> Line:
    """The line to the model, checked. Raises WorldError."""
    rule = Heuristic(HEURISTICS[settings.arm])
    line = Line(replace(settings.asked, local={"heuristic": rule, **settings.asked.local}))
    line.check()
    return line


def _begun(settings: Settings) -> Kept:
    own = settings.parameters
    begin(settings.folder, settings.arm, _model(settings), own)
    history = begun(own)
    who = model_buyers(own) if settings.arm == "buyer" else np.zeros(0, np.int64)
    words = buyers.first_impressions(history.u[who], own.mu, own.sigma)
    return Kept(settings.arm, _model(settings), own, history, who, words, [])


def _model(settings: Settings) -> str:
    return "" if settings.arm == "equation" else settings.asked.name


def _resumed(settings: Settings) -> Kept:
    kept = load(settings.folder)
    if kept.arm != settings.arm:
        raise WorldError(f"--resume {settings.folder}: a run of the arm '{kept.arm}' is there. Name that arm.")
    kept.model = _model(settings)
    kept.parameters = replace(kept.parameters, Nt=max(kept.parameters.Nt, settings.parameters.Nt))
    kept.history = kept.history.extended(kept.parameters.Nt)
    return kept


def _walked(settings: Settings, kept: Kept, line: Line | None, log: Logger, progress: Progress) -> Document:
    prices: Sellers = sellers.ModelSellers(line) if line and settings.arm == "seller" else RuleSellers()
    choices: Buyers = RuleBuyers()
    if line and settings.arm == "buyer":
        choices = buyers.ModelBuyers(line, kept.who, kept.words)
    told = 0

    def each(step: int) -> None:
        nonlocal told
        for key, failure in (line.failures if line else [])[told:]:
            log.warning("%s: %s (%s)", key, failure.kind, failure.message)
        told = len(line.failures) if line else 0
        if line and step % KEEP_EVERY == 0:
            _keep(settings, kept, line, UNDER_WAY)
        progress(step)

    walk(kept.parameters, kept.history, prices, choices, each)
    log.info("done")
    return _keep(settings, kept, line)


def _keep(settings: Settings, kept: Kept, line: Line | None, stopped: str = "") -> Document:
    """Write the folder as it stands; pictures only of a run that is over."""
    own, history = kept.parameters, kept.history.cut()
    found = measures(history, min(own.burn_in, (history.done + 1) // 4))
    sessions = [*kept.sessions, {**line.told(), "unanswered": _unanswered(line)}] if line else []
    figures = (
        draw_run(settings.folder, history, found["burn_in"], _caption(kept), own.sigma) if stopped != UNDER_WAY else []
    )
    tables = [_measures_table(found, own), *([_asked_table(kept.model, sessions)] if line else [])]
    summary = document(TITLES[kept.arm], _about(kept, stopped), tables, figures)
    summary |= {"arm": kept.arm, "model": kept.model, "parameters": own.told(), "complete": not stopped}
    summary |= {"stopped": stopped, "measures": found, "theory": theory(own.M, own.sigma), "sessions": sessions}
    save(settings.folder, kept, summary)
    return summary


def _unanswered(line: Line) -> list[Document]:
    """The questions without an answer that could be used, the latest."""
    shown = line.failures[-FAILURES_SHOWN:]
    return [{"key": key, "kind": one.kind, "message": one.message} for key, one in shown]


def _go_on(settings: Settings, kept: Kept) -> str:
    done, until = kept.history.done, kept.parameters.Nt - 1
    return f"{done} of {until} steps are kept. Go on with: {settings.arm} --resume {settings.folder}"


def _caption(kept: Kept) -> str:
    own = kept.parameters
    asked = f", model {kept.model}" if kept.model else ""
    played = f", {len(kept.who)} of {own.N} buyers played by it" if kept.arm == "buyer" else ""
    return f"J = {own.J:g}, rho = {own.rho:g}, N = {own.N}, M = {own.M}, seed {own.seed}{asked}{played}; one run"


def _about(kept: Kept, stopped: str) -> str:
    return f"{_caption(kept)}.{f' Not complete, step {kept.history.done}: {stopped}' if stopped else ''}"


LABELS = {
    "phase": "phase",
    "largest_share": "mean largest share",
    "time_with_a_monopoly": "share of the time with a monopolist",
    "reigns": "reigns",
    "changes_of_monopolist": "changes of monopolist",
    "mean_whole_reign": "mean length of a whole reign (steps)",
    "mean_price": "mean price",
    "mean_price_paid": "mean price paid",
    "buyers_without": "share of buyers without a purchase",
}


def _measures_table(found: Document, own: Parameters) -> Document:
    rows: list[list[Any]] = [[name, found[key]] for key, name in LABELS.items()]
    expected = theory(own.M, own.sigma)
    rows += [["competitive price, theory", expected["competitive_price"]], ["J_c, theory", expected["critical_J"]]]
    title = f"From step {found['burn_in']} to {found['steps']}"
    return {"title": title, "columns": ["measure", "value"], "rows": [[name, _cell(value)] for name, value in rows]}


def _cell(value: Any) -> Any:
    # a column of one type: the heading follows its first cell
    return value if isinstance(value, str) or value is None else f"{value:.4g}"


def _asked_table(model: str, sessions: list[Document]) -> Document:
    columns = ["model", "calls", "usable replies", "tokens", "dollars", "questions left without an answer"]
    rows = [
        [model, one["calls"], one["replies"], one["tokens"], one["cost_usd"], len(one["unanswered"])]
        for one in sessions
    ]
    return {"title": "What the model was asked, each time the run was started", "columns": columns, "rows": rows}
