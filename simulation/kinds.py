"""The kinds of agents of an order-book market: which trader, which settings it takes, how they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from random import Random
from typing import Any

from bots.agents.trader import Mover
from simulation.checking import mistyped

LANGUAGE_MODEL = "language_model"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of trader: the class and its settings, by module and name; whether it draws; whether it is told the
    fundamental value of each tick. `usual`: settings that suit prices of 100.00 that move by a few cents a tick."""

    module: str
    trader: str
    config: str
    draws: bool = True
    informed: bool = False
    usual: Mapping[str, Any] | None = None

    def config_class(self) -> type[Any]:
        found: type[Any] = getattr(import_module(self.module), self.config)
        return found

    def make(self, params: Mapping[str, Any], rng: Random) -> Mover:
        config = self.config_class()(**{**(self.usual or {}), **params})
        maker: Callable[..., Mover] = getattr(import_module(self.module), self.trader)
        return maker(rng=rng, config=config) if self.draws else maker(config=config)


TREND = {"threshold": 0.0005, "chase": 0.0005}
KINDS: Mapping[str, Kind] = {
    "market_maker": Kind(
        "bots.agents.market_maker",
        "MarketMaker",
        "MarketMakerConfig",
        draws=False,
        usual={"half_spread": 0.002, "skew": 0.00005, "most_inventory": 100, "size": 5, "tolerance": 0.0003},
    ),
    "momentum": Kind("bots.agents.momentum", "Momentum", "TrendConfig", draws=False, usual=TREND),
    "mean_reversion": Kind("bots.agents.momentum", "MeanReversion", "TrendConfig", draws=False, usual=TREND),
    "noise": Kind("bots.agents.noise", "Noise", "NoiseConfig", usual={"rest": 0.6, "take": 0.12, "spread": 0.003}),
    "fundamental": Kind(
        "bots.agents.fundamental",
        "Fundamental",
        "FundamentalConfig",
        informed=True,
        # who disagree by less than the gain they ask do not trade with each other until one has nothing left
        usual={"margin": 0.0008, "doubt": 0.0006, "size": 20},
    ),
    "zero_intelligence": Kind(
        "bots.agents.zero_intelligence",
        "ZeroIntelligence",
        "ZeroIntelligenceConfig",
        informed=True,
        usual={"band": 0.01},
    ),
    LANGUAGE_MODEL: Kind("simulation.intents", "IntentAgent", "IntentConfig", informed=True),
}


def problems(kind: str, params: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings of a kind: unknown ones, and values of another type than expected."""
    config = KINDS[kind].config_class()
    known = [field.name for field in fields(config)]
    wrong = [f"{name}: there is no such setting; known: {', '.join(known)}." for name in params if name not in known]
    wrong += mistyped(config, {name: value for name, value in params.items() if name in known})
    return [f"params.{one}" for one in wrong] or _made(config, params)


def _made(config: type[Any], params: Mapping[str, Any]) -> list[str]:
    """What the settings themselves object to."""
    try:
        config(**params)
    except ValueError as error:
        return [f"params.{error}"]
    return []
