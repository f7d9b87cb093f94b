"""What happened, as tables: one row a round, an index, a trade, a forecast, an agent or an item of news.

Money in units of 100 cents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from worlds.forecast_goods.config import Config
from worlds.forecast_goods.information.news import PUBLIC
from worlds.forecast_goods.state import State
from worlds.forecast_goods.step import Round

CENTS = 100

Row = dict[str, Any]


class Tables(NamedTuple):
    """`rounds`: a row each; `indices`: an index in a round, and trade in goods about it; `trades`; `forecasts`: those
    that have matured; `agents`: each after each round; `news`: each delivery."""

    rounds: pd.DataFrame
    indices: pd.DataFrame
    trades: pd.DataFrame
    forecasts: pd.DataFrame
    agents: pd.DataFrame
    news: pd.DataFrame


COLUMNS: Mapping[str, Sequence[str]] = {
    "rounds": (
        *("round", "demand", "A", "B", "regime", "trades", "volume", "price", "consumer_surplus", "producer_surplus"),
        *("best", "actual", "extramarginal", "missed", "efficiency", "research", "issued", "refused", "over", "hash"),
    ),
    "indices": ("round", "asset", "level", "regime", "price", "volume"),
    "trades": (
        *("round", "asset", "good", "buyer", "seller", "price", "quantity", "value", "cost", "buyer_gain"),
        *("seller_gain", "royalty"),
    ),
    "forecasts": ("round", "agent", "asset", "strike", "probability", "issued", "horizon", "level", "outcome", "score"),
    "agents": ("round", "agent", "team", "role", "cash", "budget", "spent", "overs", "surplus", "made", "wanted"),
    "news": ("round", "agent", "kind", "origin", "asset", "about", "signal", "precision", "hops"),
}


@dataclass(slots=True)
class Recorder:
    """Takes each round after it was played; `rows` by table."""

    config: Config
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(self, done: Round, state: State) -> None:
        """`state`: after the round."""
        self.rows["rounds"].append(_round(done))
        self.rows["indices"] += _indices(done, self.config)
        self.rows["trades"] += [_in_money(asdict(one), TRADE_MONEY) for one in done.trades]
        self.rows["forecasts"] += [_forecast(done.round, one) for one in done.resolutions]
        self.rows["agents"] += _agents(done.round, state)
        self.rows["news"] += [_delivery(done.round, one) for one in done.deliveries]

    def tables(self) -> Tables:
        """All so far, also without any row in the columns that they have."""
        return Tables(*(pd.DataFrame(self.rows[name], columns=list(COLUMNS[name])) for name in Tables._fields))


TRADE_MONEY = ("price", "value", "cost", "buyer_gain", "seller_gain", "royalty")


def _in_money(row: Row, names: Sequence[str]) -> Row:
    return {**row, **{name: row[name] / CENTS for name in names}}


def _round(done: Round) -> Row:
    state, a, b = done.demand
    parts = {
        name: sum(getattr(one, name) for one in done.efficiency.values()) / CENTS
        for name in ("best", "actual", "extramarginal", "missed")
    }
    buyers, sellers = _gains(done)
    return {
        "round": done.round,
        "demand": state,
        "A": a,
        "B": b,
        "regime": done.regime,
        "trades": len(done.trades) + len(done.fills),
        "volume": _volume(done),
        "price": _price(done),
        "consumer_surplus": buyers,
        "producer_surplus": sellers,
        **parts,
        "efficiency": parts["actual"] / parts["best"] if parts["best"] else np.nan,
        "research": sum(sum(spent.values()) for spent in done.research.values()) / CENTS,
        "issued": len(done.issued),
        "refused": len(done.refusals),
        "over": len(done.over),
        "hash": done.hash,
    }


def _gains(done: Round) -> tuple[float, float]:
    """(buyers', sellers') of a round. Of bets, when they pay: what agents gained, and the maker lost."""
    betters = sum(one.paid_out - one.paid_in for one in done.payouts)
    buyers = sum(one.buyer_gain for one in done.trades) + betters
    sellers = sum(one.seller_gain for one in done.trades) - betters
    return buyers / CENTS, sellers / CENTS


def _volume(done: Round) -> int:
    return sum(one.quantity for one in done.trades) + sum(abs(one.shares) for one in done.fills)


def _price(done: Round) -> float:
    """Mean price of a unit, or of a share; NaN where nothing was traded."""
    paid = sum(one.price * one.quantity for one in done.trades) + sum(abs(one.charge) for one in done.fills)
    return paid / _volume(done) / CENTS if _volume(done) else np.nan


def _indices(done: Round, config: Config) -> Iterator[Row]:
    for asset, level in zip(config.information.names, done.levels, strict=True):
        mine = [one for one in done.trades if one.asset == asset]
        bets = [one for one in done.fills if one.asset == asset]
        volume = sum(one.quantity for one in mine) + sum(abs(one.shares) for one in bets)
        paid = sum(one.price * one.quantity for one in mine) + sum(abs(one.charge) for one in bets)
        price = paid / volume / CENTS if volume else np.nan
        where = {"round": done.round, "asset": asset, "level": level, "regime": done.regime}
        yield {**where, "price": price, "volume": volume}


def _forecast(round: int, one: Any) -> Row:
    return {"round": round, **asdict(one.prediction), "level": one.level, "outcome": one.outcome, "score": one.score}


def _agents(round: int, state: State) -> Iterator[Row]:
    for one in state.agents.values():
        money = {name: getattr(one, name) / CENTS for name in ("cash", "budget", "spent", "surplus")}
        counts = {name: getattr(one, name) for name in ("overs", "made", "wanted")}
        yield {"round": round, "agent": one.id, "team": one.team, "role": one.role, **money, **counts}


def _delivery(round: int, one: Any) -> Row:
    item = {name: getattr(one.item, name) for name in COLUMNS["news"][2:]}
    return {"round": round, "agent": one.agent, **item}


def heard(news: pd.DataFrame) -> dict[str, int]:
    """How many items of private news came to each agent over others."""
    passed = news[(news["kind"] != PUBLIC) & (news["hops"] > 0)]
    return {str(agent): int(number) for agent, number in passed["agent"].value_counts().items()}
