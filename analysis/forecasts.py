"""How good forecasts of prices were: error, bias and the share that was paid, by kind and horizon. Reads no files."""

from __future__ import annotations

import pandas as pd

NONE = {"forecast_error": float("nan"), "forecast_bias": float("nan"), "forecast_within": float("nan")}


def forecast_measures(forecasts: pd.DataFrame, band: int) -> dict[str, float]:
    """Mean absolute error and mean error in ticks, and the share within `band` ticks of the price.

    `forecasts` as in `market.records`; those whose period had no price are left out. NaN where none is left.
    """
    errors = forecasts["error"].dropna().astype(float)
    if errors.empty:
        return dict(NONE)
    sizes = errors.abs()
    return {
        "forecast_error": float(sizes.mean()),
        "forecast_bias": float(errors.mean()),
        "forecast_within": float((sizes <= band).mean()),
    }


def by_horizon(forecasts: pd.DataFrame, band: int) -> pd.DataFrame:
    """The same for each kind of trader and horizon, in periods ahead: columns kind, horizon, forecasts and measures."""
    known = forecasts.dropna(subset=["error"])
    ahead = known.assign(horizon=(known["target"] - known["made"]).astype(int))
    rows = [
        {"kind": kind, "horizon": horizon, "forecasts": len(group), **forecast_measures(group, band)}
        for (kind, horizon), group in ahead.groupby(["kind", "horizon"])
    ]
    return pd.DataFrame(rows, columns=["kind", "horizon", "forecasts", *NONE])
