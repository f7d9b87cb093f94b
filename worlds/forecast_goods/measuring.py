"""What one economy comes to, in a row of numbers. Money in units of 100 cents a round."""

from __future__ import annotations

import numpy as np
import pandas as pd

from worlds.forecast_goods.information.predictions import coverage, murphy, skill
from worlds.forecast_goods.records import Tables

LABELS = {
    "price": "mean price",
    "volume": "units a round",
    "consumer_surplus": "buyers' surplus a round",
    "producer_surplus": "sellers' surplus a round",
    "surplus": "surplus a round",
    "efficiency": "share of the best surplus",
    "extramarginal": "lost to extramarginal trades, share of the best",
    "missed": "lost to missed trades, share of the best",
    "brier": "mean Brier score",
    "skill": "skill against the base rate",
    "reliability": "reliability",
    "resolution": "resolution",
    "uncertainty": "uncertainty",
    "coverage": "share of the wanted forecasts that were made",
    "forecasts": "forecasts that matured",
    "research": "spent on research a round",
    "overs": "times over budget",
}


COUNTS = ("forecasts", "overs")


def measures(tables: Tables) -> dict[str, float]:
    """By name as in LABELS; NaN where there is nothing to measure."""
    rounds = tables.rounds
    sums = rounds[["best", "actual", "extramarginal", "missed"]].sum()
    best = float(sums["best"]) or np.nan
    buyers, sellers = float(rounds["consumer_surplus"].mean()), float(rounds["producer_surplus"].mean())
    return {
        "price": mean_price(rounds),
        "volume": float(rounds["volume"].mean()),
        "consumer_surplus": buyers,
        "producer_surplus": sellers,
        "surplus": buyers + sellers,
        "efficiency": float(sums["actual"]) / best,
        "extramarginal": float(sums["extramarginal"]) / best,
        "missed": float(sums["missed"]) / best,
        **forecast_measures(tables.forecasts),
        "coverage": coverage_of(tables.agents),
        "research": float(rounds["research"].mean()),
        "overs": float(rounds["over"].sum()),
    }


def mean_price(rounds: pd.DataFrame) -> float:
    """Over all units; NaN where none was traded."""
    volume = float(rounds["volume"].sum())
    return float((rounds["price"].fillna(0) * rounds["volume"]).sum()) / volume if volume else float("nan")


def coverage_of(agents: pd.DataFrame) -> float:
    """Of all forecasts that were wanted, from the first round on: scores are of those alone that came."""
    last = agents[agents["round"] == agents["round"].max()]
    return coverage(int(last["made"].sum()), int(last["wanted"].sum()))


def forecast_measures(forecasts: pd.DataFrame) -> dict[str, float]:
    """Of those that have matured; NaN without any."""
    names = ("brier", "skill", "reliability", "resolution", "uncertainty")
    if forecasts.empty:
        return {**dict.fromkeys(names, float("nan")), "forecasts": 0.0}
    p, o = forecasts["probability"].to_numpy(), forecasts["outcome"].to_numpy()
    parts = murphy(p, o)
    values = (parts.brier, skill(p, o), parts.reliability, parts.resolution, parts.uncertainty)
    return {**dict(zip(names, values, strict=True)), "forecasts": float(len(forecasts))}
