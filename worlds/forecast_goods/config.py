"""What a run is made of: one frozen part for each module, read from TOML. Every number says its range."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from worlds.errors import WorldError
from worlds.forecast_goods.checks import Matrix, above_0, expect, finite, from_0, known, share, stochastic, whole
from worlds.forecast_goods.config_information import Information
from worlds.forecast_goods.reading import read

MODES = ("cda", "call", "posted", "horse", "lmsr")
CHOICES = ("greedy", "logit", "knapsack")
RATIONINGS = ("time", "pro_rata")
PAIRINGS = ("random", "network")
EXPENDITURE = ("hard", "soft", "penalty")
RULES = ("pivot", "bandit", "principal")
PEERS = ("role", "all")
MOST_CENTS = 10**12
MOST_ROUNDS = 10**7


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """How goods are made and change hands; money in cents.

    `cost_low`, `cost_high`: what the first unit of a good costs, drawn evenly. `rival`: a unit sold is gone, `stock` of
    them a good, and each further one of a round costs `cost_slope` more; else copies, all at the same cost, serve every
    buyer. `quality_value`: what perfect quality adds to a posted good's worth; `basket`, `purse`: goods that a buyer on
    the demand curve takes where prices are posted and cents that it spends at most; `temperature`: of its logit choice,
    cents. `pairing`, `degree`, `k`: private pairs of horse trading. `liquidity`, `payout`, `contract`: b, cents a share
    and rounds of the automated maker's contracts. `royalty`: the producer's share of a seller's gain. `value`,
    `value_slope`: worth to an agent of the first unit that it buys in a round, and how much less each further one is
    worth. `credit`: how far cash may fall below 0; `short`: shares of a contract that may be sold without having them.
    """

    matching: str = "cda"
    rationing: str = "time"
    choice: str = "greedy"
    basket: int = 1
    purse: int = 10_000
    temperature: float = 200.0
    subrounds: int = 5
    pairing: str = "random"
    degree: int = 4
    k: float = 0.5
    liquidity: float = 100.0
    payout: int = 100
    contract: int = 5
    rival: bool = False
    stock: int = 5
    cost_low: int = 500
    cost_high: int = 2500
    cost_slope: int = 100
    quality_value: int = 1000
    royalty: float = 0.5
    value: int = 0
    value_slope: int = 500
    credit: int = 0
    short: int = 0

    def __post_init__(self) -> None:
        for name, names in {
            "matching": MODES,
            "rationing": RATIONINGS,
            "choice": CHOICES,
            "pairing": PAIRINGS,
        }.items():
            known(f"market.{name}", getattr(self, name), names)
        for name, (least, most) in WHOLE.items():
            whole(f"market.{name}", getattr(self, name), least, most)
        for name in ("temperature", "liquidity"):
            above_0(f"market.{name}", getattr(self, name))
        for name in ("k", "royalty"):
            share(f"market.{name}", getattr(self, name))
        expect(
            self.cost_low <= self.cost_high,
            "market.cost_high",
            self.cost_high,
            f"at least market.cost_low = {self.cost_low}",
        )
        expect(
            not self.rival or self.basket == 1,
            "market.basket",
            self.basket,
            "1 where market.rival is true",
            "Several goods a buyer want goods that serve every buyer.",
        )


WHOLE = {
    "basket": (1, 100),
    "subrounds": (1, 1000),
    "degree": (1, 1000),
    "payout": (1, MOST_CENTS),
    "contract": (1, 10_000),
    "stock": (1, 10**6),
    **dict.fromkeys(("cost_low", "cost_high", "cost_slope", "quality_value", "purse"), (0, MOST_CENTS)),
    **dict.fromkeys(("value", "value_slope", "credit"), (0, MOST_CENTS)),
    "short": (0, 10**6),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """D_s(p) = max(0, A_s - B_s p) for goods about each asset, p in units of money (100 cents), state s by a Markov
    chain that moves once a round from state 0. `persistence`, `noise`: phi and the standard deviation of the shocks of
    an AR(1) on log A; 0 for none."""

    A: tuple[float, ...] = (24.0, 14.0)
    B: tuple[float, ...] = (0.4, 0.4)
    transition: Matrix = ((0.9, 0.1), (0.2, 0.8))
    persistence: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        stochastic("demand.transition", self.transition)
        for name in ("A", "B"):
            values = getattr(self, name)
            expect(
                len(values) == len(self.transition),
                f"demand.{name}",
                values,
                f"{len(self.transition)} numbers",
                "One for each row of demand.transition.",
            )
        for value in self.A:
            from_0("demand.A", value)
            expect(value <= 10**5, "demand.A", value, "at most 100000")
        for value in self.B:
            above_0("demand.B", value)
        finite("demand.persistence", self.persistence)
        expect(abs(self.persistence) < 1, "demand.persistence", self.persistence, "a number between -1 and 1")
        from_0("demand.noise", self.noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Research budgets in cents. `mode`: what happens to spending above a budget; `penalty`: share of the excess that
    the next budget is cut by. Every `every` rounds (M) `rule` moves a share `rho` of the budgets by what agents did in
    the last `window` rounds (W): w_surplus z(surplus) + w_brier z(-Brier) - w_over overbudget, sharpened by `kappa`.
    `floor`: of each agent. `eta`, `epsilon`: step and least share of the bandit. `levels`: 2 allots to teams first,
    then inside each; 1 to all members at once. `peers`: whom an agent is compared with, those of its "role", which
    share what is due to their heads, or "all": only traders sell and only analysts are scored."""

    mode: str = "hard"
    rule: str = "pivot"
    every: int = 20
    window: int = 20
    rho: float = 0.5
    kappa: float = 1.0
    w_surplus: float = 1.0
    w_brier: float = 1.0
    w_over: float = 1.0
    floor: int = 0
    eta: float = 0.5
    epsilon: float = 0.1
    penalty: float = 1.0
    levels: int = 2
    peers: str = "role"

    def __post_init__(self) -> None:
        known("budgets.mode", self.mode, EXPENDITURE)
        known("budgets.rule", self.rule, RULES)
        known("budgets.peers", self.peers, PEERS)
        for name in ("every", "window"):
            whole(f"budgets.{name}", getattr(self, name), 1, MOST_ROUNDS)
        whole("budgets.floor", self.floor, 0, MOST_CENTS)
        whole("budgets.levels", self.levels, 1, 2)
        expect(
            self.rule != "principal" or self.levels == 2,
            "budgets.levels",
            self.levels,
            "2 where budgets.rule is 'principal'",
            "A principal allots inside its team.",
        )
        for name in ("rho", "epsilon"):
            share(f"budgets.{name}", getattr(self, name))
        for name in ("kappa", "eta", "penalty"):
            from_0(f"budgets.{name}", getattr(self, name))
        for name in ("w_surplus", "w_brier", "w_over"):
            finite(f"budgets.{name}", getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """`rounds`: of a run; `memory`: index levels of the past that everybody sees; `horizon`: a forecast's longest."""

    rounds: int = 200
    memory: int = 60
    horizon: int = 20

    def __post_init__(self) -> None:
        whole("time.rounds", self.rounds, 1, MOST_ROUNDS)
        whole("time.memory", self.memory, 1, 100_000)
        whole("time.horizon", self.horizon, 1, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Teams:
    """Teams of `analysts` and `traders` with a principal each; `cash` and `budget` in cents for each of the two."""

    number: int = 4
    analysts: int = 2
    traders: int = 1
    cash: int = 100_000
    budget: int = 4000

    def __post_init__(self) -> None:
        whole("teams.number", self.number, 1, 10_000)
        whole("teams.analysts", self.analysts, 0, 10_000)
        whole("teams.traders", self.traders, 0, 10_000)
        expect(
            self.analysts + self.traders > 0,
            "teams.analysts + teams.traders",
            0,
            "at least 1",
            "A team needs somebody whom its principal allots a budget.",
        )
        whole("teams.cash", self.cash, 0, MOST_CENTS)
        whole("teams.budget", self.budget, 0, MOST_CENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All modules of one economy."""

    market: Market = field(default_factory=Market)
    demand: Demand = field(default_factory=Demand)
    information: Information = field(default_factory=Information)
    budgets: Budgets = field(default_factory=Budgets)
    time: Time = field(default_factory=Time)
    teams: Teams = field(default_factory=Teams)

    def __post_init__(self) -> None:
        members = self.teams.number * (self.teams.analysts + self.teams.traders)
        expect(
            self.budgets.floor <= self.teams.budget,
            "budgets.floor",
            self.budgets.floor,
            f"at most teams.budget = {self.teams.budget}",
            f"{members} floors have to fit into what there is.",
        )

    def told(self) -> dict[str, Any]:
        """As JSON takes it; `config_from` reads it back."""
        return asdict(self)


def config_from(document: Mapping[str, Any], where: str = "") -> Config:
    """Raises WorldError that names key, value and what was expected; `where` says what was read."""
    try:
        return read(Config, document)
    except WorldError as error:
        raise WorldError(f"{where}{': ' if where else ''}{error}") from None


def load(path: Path) -> Config:
    """A configuration from TOML; what the file leaves out has its default. Raises WorldError."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise WorldError(f"--config {path}: it cannot be read ({why}). Name a TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise WorldError(f"--config {path}: no TOML ({error}).") from None
    return config_from(document, f"--config {path}")
