"""Who plays the seats of a treatment: rule traders and models by name, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

from bots.adapters.llm import Keys, Models, Transcript, read_keys
from bots.adapters.llm.provider import Provider
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.policy import OutOfReachPolicy
from bots.agents.trader import Trader
from bots.agents.trading_agents import TRADERS, make_trader
from market.designs import check_seats
from market.treatments import Treatment
from simulation.errors import SimulationError
from simulation.sessions import Player

USUAL_SEATS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What models of a run have in common. `local` are models of this process by name, such as scripted ones."""

    config: LanguageModelConfig = field(default_factory=LanguageModelConfig)
    base_url: str = ""
    budget_usd: float | None = None
    keys: Keys | None = None
    local: Mapping[str, Provider] = field(default_factory=dict)

    def open(self, transcript: Path | None = None) -> Models:
        """The models of a run; with `transcript` every call is recorded in that file."""
        return Models(
            keys=self.keys or read_keys(),
            local=self.local,
            transcript=Transcript(transcript) if transcript else None,
            budget_usd=self.budget_usd,
            base_url=self.base_url,
        )


def roster(wish: str, model: str, seats: int) -> list[str]:
    """A name for each seat. `wish` such as "heuristic:4,noise:2"; names without a number take turns in the seats that
    the others leave; without a wish `model` plays them all. Raises SimulationError."""
    parts = [part.strip().rpartition(":") for part in wish.split(",") if part.strip()]
    fixed = [(name, number) for name, colon, number in parts if colon and number.isdecimal() and name]
    rest = ["".join(part) for part in parts if not (part[1] and part[2].isdecimal() and part[0])]
    named = [name for name, number in fixed for _ in range(int(number))]
    if len(named) > seats:
        raise SimulationError(f"--traders names {len(named)} traders for {seats} seats. Name fewer, or set --agents.")
    if seatless := rest[seats - len(named) :]:
        raise SimulationError(
            f"--traders {wish}: of {seats} seats none is left for {', '.join(seatless)}. Say how many of each play, "
            "such as heuristic:6,noise:3, or set --agents."
        )
    return [*named, *islice(cycle(rest or [model]), seats - len(named))]


def seats_wanted(treatment: Treatment, wish: str, agents: int | None) -> int:
    """How many play: as asked for, as the treatment fixes, as the traders named, as it announces, or six."""
    counted = [int(number) for _, _, number in (part.rpartition(":") for part in wish.split(",")) if number.isdecimal()]
    every = bool(counted) and len(counted) == len(wish.split(","))
    fixed = len(treatment.roles) if treatment.fixed_seats else 0
    announced = treatment.humans + treatment.bots
    seats = agents or fixed or (sum(counted) if every else 0) or treatment.market_seats or announced or USUAL_SEATS
    check_seats(treatment, treatment.market_seats or seats)
    return seats


def is_model(name: str, asked: Asked) -> bool:
    return name in asked.local or name not in TRADERS


def check_names(names: Iterable[str], models: Models, asked: Asked) -> None:
    """Raise SimulationError for a name that is neither a rule trader nor a model that can be asked."""
    for name in sorted(set(names)):
        wrong = models.check(name) if is_model(name, asked) else None
        if wrong:
            raise SimulationError(f"{wrong.message}{_rules(name) if wrong.kind == 'unknown_model' else ''}")


def _rules(name: str) -> str:
    near = get_close_matches(name, TRADERS, 1)
    return f" Rule traders: {', '.join(TRADERS)}.{f' Did you mean {near[0]!r}?' if near else ''}"


def players(names: Sequence[str], models: Models, asked: Asked, seed: int) -> list[Player]:
    """A player for each name, with the random stream that the lab's runner would give this seat."""
    return [
        Player(f"sim{seat:04d}", _kind(name, asked), name, _trader(name, seat, models, asked, seed))
        for seat, name in enumerate(names, 1)
    ]


def _kind(name: str, asked: Asked) -> str:
    """The heuristic trader stands in for a model."""
    return "model" if is_model(name, asked) or name == "heuristic" else "rule"


def _trader(name: str, seat: int, models: Models, asked: Asked, seed: int) -> Trader:
    if not is_model(name, asked):
        return make_trader(name, Random(f"{seed} trader {seat}"))
    asks = LanguageModelTrader(models=models, alias=name, seat=seat, config=replace(asked.config, seed=seed))
    # nobody is here who could be asked to pause or to end a session
    return OutOfReachPolicy(asks, lambda rule: make_trader(rule, Random(f"{seed} substitute {seat}")))


def told(player: Player) -> dict[str, Any]:
    """A seat in the record of a run, as a replay wants it."""
    if isinstance(player.trader, OutOfReachPolicy):
        return {"model": player.model, "kind": "model", "settings": dict(player.trader.model.settings)}
    return {"model": player.model, "kind": "rule", "seed": None}
