"""`summary.json` of an order-book market: what `analysis` measures of it. Draws and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from analysis import measures, microstructure, stylised
from simulation.plots import mids

TAU = 10.0  # ticks until the mid that a trade is compared with
FACTS_NEED = 200  # ticks with a mid


def measured(frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Measures by name, null where one is not defined; money in ticks. `frames` as in `simulation.tables`."""
    prices, events = frames["prices"], frames["events"]
    trades, mid = events[events["event"] == "trade"], mids(prices)
    found = {
        "trades": len(trades),
        "volume": int(trades["quantity"].sum()),
        "quoted": len(mid) / len(prices),
        "spread": _mean((prices["ask"] - prices["bid"]).dropna()),
        "mean_price": _mean(mid),
        **_mispricing(prices, mid),
        **_costs(trades, prices),
    }
    return {name: _plain(value) for name, value in found.items()}


def _mispricing(prices: pd.DataFrame, mid: pd.Series[float]) -> dict[str, float]:
    value = prices.set_index("seconds")["fundamental"].loc[mid.index]
    if mid.empty:
        return dict.fromkeys(("rad", "rd"), float("nan"))
    return {
        "rad": measures.relative_absolute_deviation(mid, value),
        "rd": measures.relative_deviation(mid, value),
    }


def _costs(trades: pd.DataFrame, prices: pd.DataFrame) -> dict[str, float]:
    """Against the quotes at the end of ticks: those within a tick are not kept."""
    made = trades.assign(period=1, aggressor=trades["side"])
    quotes = prices.assign(period=1)
    return microstructure.mean_costs(made, quotes, TAU)


def facts(frames: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The stylised facts of this one run: several seeds say more. None where there are too few ticks with a mid."""
    prices = frames["prices"]
    mid = mids(prices)
    if len(mid) < FACTS_NEED:
        return []
    volume = prices.set_index("seconds")["volume"].loc[mid.index]
    found = stylised.facts(mid.to_numpy(), volume.astype(float).to_numpy()[1:])
    return [
        {
            "name": one.name,
            "value": _plain(float(one.value)),
            "low": _plain(float(one.low)),
            "high": _plain(float(one.high)),
            "holds": bool(one.holds),
        }
        for one in found
    ]


def by_kind(frames: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    """Agents, and the mean and standard deviation of what they gained (ticks), by kind."""
    accounts = frames["accounts"]
    last = accounts[accounts["seconds"] == accounts["seconds"].max()]
    return {
        str(kind): {"agents": len(own), "mean_pnl": float(own["pnl"].mean()), "sd_pnl": float(np.std(own["pnl"]))}
        for kind, own in last.groupby("kind")
    }


def _mean(series: Any) -> float:
    return float(series.astype(float).mean()) if len(series) else float("nan")


def _plain(value: float) -> float | None:
    return value if isfinite(value) else None
