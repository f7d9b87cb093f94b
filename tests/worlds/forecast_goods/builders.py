"""Small builders: an economy of one team without news, its agents' names, a good on its shelf."""

from __future__ import annotations

from typing import Any

from worlds.forecast_goods import Config, Round, State, begin, step
from worlds.forecast_goods.actions import Actions, Issue, Offer
from worlds.forecast_goods.config import config_from

ANALYST, TRADER, PRINCIPAL = "team1/analyst1", "team1/trader1", "team1/principal"
ONE_STATE = {"A": [24.0], "B": [0.4], "transition": [[1.0]]}
SMALL: dict[str, dict[str, Any]] = {
    "teams": {"number": 1, "analysts": 1, "traders": 1},
    "market": {"cost_low": 500, "cost_high": 500, "quality_value": 0},
    "demand": ONE_STATE,
    "information": {
        "indices": [{"name": "alpha"}],
        "correlation": [],
        "news": {"public_rate": 0.0, "private_rate": 0.0, "network": "none"},
    },
}


def small(**tables: dict[str, Any]) -> Config:
    """One team of an analyst and a trader, one index, no news, demand that stays; `tables` change it."""
    names = {*SMALL, *tables}
    return config_from({name: {**SMALL.get(name, {}), **tables.get(name, {})} for name in names})


def usual(**tables: dict[str, Any]) -> Config:
    """The defaults but for `tables`."""
    return config_from(tables)


def issue(probability: float = 0.6, horizon: int = 5, strike: float | None = None) -> Actions:
    return Actions(predictions=(Issue("alpha", horizon, probability, strike),))


def with_good(config: Config, seed: int = 7) -> tuple[State, str]:
    """After a round in which the analyst issued one forecast: the state and the good's id."""
    state = begin(config, seed)
    step(state, config, {ANALYST: issue()})
    [good] = state.goods
    return state, good


def offering(good: str, price: int, quantity: int = 1) -> Actions:
    return Actions(offers=(Offer(good, price, quantity),))


def walk(config: Config, seed: int, rounds: int) -> tuple[State, list[Round]]:
    """`rounds` by the rule-based roles."""
    state = begin(config, seed)
    return state, [step(state, config) for _ in range(rounds)]
