"""What a sweep will ask of models, before it is run: calls, tokens and dollars, by the real prompts. Asks nobody."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from random import Random

from bots.adapters.llm import Failure, Message, Models, Usage, estimate_prompt, estimate_tokens
from bots.agents.language_model import LanguageModelTrader
from market.designs import deal_roles
from market.exchange import Exchange
from market.treatments import Treatment
from market.view import view_of
from simulation.casting import Asked, is_model, roster, seats_wanted
from simulation.grids import Cell
from simulation.intents import HOW, Wish, fill
from simulation.kinds import LANGUAGE_MODEL
from simulation.rosters import roster as agents_of
from simulation.scenario_run import RULE, ScenarioSettings
from simulation.sessions import rounds
from simulation.treatment_run import TreatmentSettings, treatment_of

REPLY_TOKENS = 150
# Between two decisions a trader waits from 1 to 1.5 paces.
PACES = 1.25
EXAMPLE = dict.fromkeys(("tick", "steps", "bid", "ask", "last", "back", "before", "volume", "estimate"), "10,000.00")
OWN = dict.fromkeys(("shares", "start", "cash", "note"), "10,000.00")


@dataclass(frozen=True, slots=True)
class Cost:
    """`usd` None where a model's price is not known."""

    calls: int = 0
    tokens: int = 0
    usd: float | None = 0.0

    def __add__(self, other: Cost) -> Cost:
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Cost(self.calls + other.calls, self.tokens + other.tokens, usd)

    def __str__(self) -> str:
        if not self.calls:
            return "No model is paid."
        dollars = "at a price that is not known" if self.usd is None else f"about ${self.usd:.2f}"
        return f"Models: {self.calls:,} calls, {self.tokens:,} tokens, {dollars}, repairs and retries not counted."


def estimate(cells: Iterable[Cell], asked: Asked) -> Cost:
    """For all cells together."""
    models, total = asked.open(), Cost()
    for cell in cells:
        settings = cell.settings(asked, Path())
        one = _scenario if isinstance(settings, ScenarioSettings) else _treatment
        total += one(settings, models)  # type: ignore[arg-type]
    return total


def _paid(name: str, calls: int, prompt: int, models: Models) -> Cost:
    spec = models.spec(name)
    usage = Usage(calls * prompt, calls * REPLY_TOKENS, estimated=True)
    prices = None if isinstance(spec, Failure) else spec.prices
    return Cost(calls, usage.prompt_tokens + usage.completion_tokens, prices.of(usage) if prices else None)


def _scenario(settings: ScenarioSettings, models: Models) -> Cost:
    if settings.model == RULE:
        return Cost()
    entries = agents_of(settings.scenario, settings.mix_json, settings.agents)
    agents = sum(entry.count for entry in entries if entry.type == LANGUAGE_MODEL)
    how = {"interval": settings.llm_interval, "most": 30, "execution": HOW[settings.execution], "persona": ""}
    messages = (Message("system", fill("system", **how)), Message("user", fill("turn", **EXAMPLE, **OWN)))
    prompt = estimate_prompt(messages) + estimate_tokens(json.dumps(Wish.model_json_schema()))
    return _paid(settings.model, agents * ceil(settings.steps / settings.llm_interval), prompt, models)


def _treatment(settings: TreatmentSettings, models: Models) -> Cost:
    treatment = treatment_of(settings.treatment)
    names = roster(settings.traders, settings.model, seats_wanted(treatment, settings.traders, settings.agents))
    played = rounds(treatment, settings.practice)
    turns = sum(one.periods for one in played) * ceil(treatment.period_seconds / (PACES * settings.pace))
    total = Cost()
    for name in names:
        if is_model(name, settings.asked):
            total += _paid(name, turns, _prompt(name, treatment, len(names), models, settings), models)
    return total


def _prompt(name: str, treatment: Treatment, seats: int, models: Models, settings: TreatmentSettings) -> int:
    """Tokens of a question at the opening."""
    roles = deal_roles(treatment, ["model"] * (treatment.market_seats or seats), Random(0))
    exchange = Exchange(treatment, {f"T{number}": role for number, role in enumerate(roles, 1)})
    trader = LanguageModelTrader(models=models, alias=name, seat=1, config=settings.asked.config)
    asked = trader.question(view_of(exchange, "T1", 0.0))
    return estimate_prompt(asked.messages) + estimate_tokens(json.dumps(asked.schema))
