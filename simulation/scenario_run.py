"""`python -m simulation --scenario NAME`: an order-book market and the folder that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from bots.adapters.llm import Heuristic, Models
from bots.adapters.llm.transcript import FILE_NAME
from market.fields import Positive
from simulation.casting import Asked, check_names
from simulation.errors import SimulationError
from simulation.flow import FlowConfig
from simulation.folders import made_by, prepare, write_json
from simulation.intents import heuristic
from simulation.kinds import LANGUAGE_MODEL
from simulation.measuring import by_kind, facts, measured
from simulation.order_book import MarketSettings, Simulated, simulate
from simulation.plots import draw
from simulation.rosters import Entry, roster
from simulation.tables import TABLES, format_wanted, frame, rows, write
from simulation.values import Jumps, Regimes, ValueProcess

RULE = "heuristic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSettings:
    """What is simulated; the names are those of the command's options."""

    scenario: Literal["small", "medium", "custom"] = "small"
    steps: Positive = 2000
    seed: int = 42
    agents: Positive | None = None
    mix_json: Path | None = None
    model: str = RULE
    llm_interval: Positive = 20
    execution: Literal["immediate", "twap"] = "twap"
    regimes: bool = True
    jumps: bool = True
    flow: bool = False
    format: str | None = None
    outdir: Path | None = None
    plots: bool = True
    tables: bool = True
    asked: Asked = field(default_factory=Asked)

    @property
    def folder(self) -> Path:
        return self.outdir or Path("outputs") / f"{self.scenario}-{self.seed}"

    def as_told(self) -> dict[str, Any]:
        """For the manifest: nothing of keys."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "asked"}
        return {**own, "base_url": self.asked.base_url, "budget_usd": self.asked.budget_usd}

    def varied(self) -> dict[str, Any]:
        """What makes runs of a scenario with as many agents and ticks differ, but for the seed."""
        switches = ("regimes", "jumps", "flow", "model", "llm_interval", "execution")
        return {name: getattr(self, name) for name in switches} | {"mix": self.mix_json and self.mix_json.name}

    def market(self, entries: tuple[Entry, ...]) -> MarketSettings:
        return MarketSettings(
            roster=entries,
            steps=self.steps,
            seed=self.seed,
            model=self.model,
            interval=self.llm_interval,
            execution=self.execution,
            persona=self.asked.config.persona,
            temperature=self.asked.config.temperature,
            value=ValueProcess(
                regimes=Regimes() if self.regimes else None,
                jumps=Jumps() if self.jumps else None,
            ),
            flow=FlowConfig() if self.flow else None,
        )


def with_rule(asked: Asked) -> Asked:
    """The models of an order-book market: the heuristic that needs no key is one of them."""
    return Asked(
        config=asked.config,
        base_url=asked.base_url,
        budget_usd=asked.budget_usd,
        keys=asked.keys,
        local={RULE: Heuristic(heuristic), **asked.local},
    )


def run_scenario(settings: ScenarioSettings, progress: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
    """Simulate and write. Returns what `summary.json` says. Raises SimulationError, before anything is simulated.

    `progress` is told now and then how many ticks are over.
    """
    entries, kind = roster(settings.scenario, settings.mix_json, settings.agents), format_wanted(settings.format)
    asked = with_rule(settings.asked)
    asks = any(entry.type == LANGUAGE_MODEL for entry in entries)
    if asks:
        check_names([settings.model], asked.open(), asked)
    folder = prepare(settings.folder)
    (folder / FILE_NAME).unlink(missing_ok=True)
    models = asked.open(folder / FILE_NAME if asks else None)
    try:
        done = simulate(replace(settings.market(entries), progress=progress), models)
    except ValueError as error:
        raise SimulationError(f"The market cannot be set up: {error}") from None
    return _write(folder, settings, kind, done, models)


def _write(folder: Path, settings: ScenarioSettings, kind: str, done: Simulated, models: Models) -> dict[str, Any]:
    made = rows(done)
    for name in TABLES if settings.tables else ():
        write(folder, kind, name, made[name])
    frames = {name: frame(name, made[name]) for name in TABLES}
    if settings.plots and settings.tables:
        draw(folder / "plots", frames, done.kinds)
    manifest = {**made_by("scenario", settings.as_told(), settings.seed), "rules": asdict(done.exchange.treatment)}
    write_json(folder / "manifest.json", manifest)
    summary = {**summarised(settings, done, frames), "cost_usd": round(models.budget.spent_usd, 6)}
    write_json(folder / "summary.json", summary)
    return summary


def summarised(settings: ScenarioSettings, done: Simulated, frames: dict[str, Any]) -> dict[str, Any]:
    """The run in numbers. All but `speed` follow from the settings."""
    agent_steps = len(done.kinds) * settings.steps
    return {
        "kind": "order book",
        "scenario": settings.scenario,
        "seed": settings.seed,
        "steps": settings.steps,
        "agents": len(done.kinds),
        "settings": settings.varied(),
        "hash": done.hash,
        "state_hash": done.exchange.state_hash(),
        "events": done.exchange.events,
        "measures": measured(frames),
        "facts": facts(frames),
        "kinds": by_kind(frames),
        "questions": done.asked,
        "speed": {
            "agent_steps_per_second": round(agent_steps / done.seconds),
            "commands_per_second": round(done.commands / done.seconds),
            "seconds": round(done.elapsed, 3),
        },
    }
