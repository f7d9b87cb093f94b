"""Ways of matching beside each other over the same seeds: means with bootstrap intervals, and paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.compare import mean_interval
from worlds.forecast_goods.calibrate import Interval
from worlds.forecast_goods.measuring import LABELS

KEY = "market.matching"
MODES = ("cda", "horse", "call", "posted")
SHOWN = ("price", "volume", "consumer_surplus", "producer_surplus", "surplus", "efficiency", "extramarginal", "missed")
PANELS = ("price", "surplus", "efficiency")


class Difference(NamedTuple):
    """A measure under `first` less the same under `second`, seed by seed. `more`: share of seeds in which it is above
    0."""

    measure: str
    first: str
    second: str
    found: Interval
    more: float
    seeds: int


def interval(values: pd.Series[float]) -> Interval:
    """Mean and bootstrap interval over seeds; NaN without any value."""
    known = values.dropna().to_numpy(dtype=float)
    if not len(known):
        return Interval(*[float("nan")] * 3)
    return Interval(float(known.mean()), *mean_interval(known))


def by_mode(panel: pd.DataFrame, measure: str, modes: Sequence[str]) -> list[Interval]:
    """`panel`: a row for each mode and seed."""
    return [interval(panel.loc[panel[KEY] == mode, measure]) for mode in modes]


def differences(panel: pd.DataFrame, first: str, others: Sequence[str]) -> list[Difference]:
    """`first` less each of `others`, for each measure; seeds are paired: they have the same index, news and demand."""
    return [_difference(panel, measure, first, other) for other in others for measure in SHOWN]


def _difference(panel: pd.DataFrame, measure: str, first: str, other: str) -> Difference:
    wide = panel.pivot_table(index="seed", columns=KEY, values=measure)
    if first not in wide or other not in wide:
        return Difference(measure, first, other, Interval(*[float("nan")] * 3), float("nan"), 0)
    gaps = (wide[first] - wide[other]).dropna()
    return Difference(measure, first, other, interval(gaps), float((gaps > 0).mean()), len(gaps))


def tables(panel: pd.DataFrame, modes: Sequence[str]) -> list[dict[str, Any]]:
    """As `summary.json` has them."""
    found = {measure: by_mode(panel, measure, modes) for measure in SHOWN}
    means = [[LABELS[name], *(_text(one) for one in row)] for name, row in found.items()]
    rows = [
        [f"{one.first} less {one.second}", LABELS[one.measure], _text(one.found), f"{one.more:.0%}", one.seeds]
        for one in differences(panel, modes[0], modes[1:])
        if one.seeds
    ]
    columns = ["modes", "measure", "difference", "seeds above 0", "seeds"]
    return [
        {
            "title": "Means over seeds, in brackets 95% bootstrap intervals",
            "columns": ["measure", *modes],
            "rows": means,
        },
        {"title": "Differences, seed by seed", "columns": columns, "rows": rows},
    ]


def _text(one: Interval) -> str:
    if np.isnan(one.value):
        return "none"
    return f"{one.value:.4g} [{one.low:.4g}, {one.high:.4g}]" if one.low == one.low else f"{one.value:.4g}"


def panels(panel: pd.DataFrame, modes: Sequence[str]) -> list[tuple[str, list[Interval], list[list[float]]]]:
    """For the figure: label, interval and seeds' values by mode."""
    units = {"price": "Mean price (units of money)", "surplus": "Surplus a round (units of money)"}
    units["efficiency"] = "Share of the best surplus"
    values = {name: [panel.loc[panel[KEY] == mode, name].tolist() for mode in modes] for name in PANELS}
    return [(units[name], by_mode(panel, name, modes), values[name]) for name in PANELS]
