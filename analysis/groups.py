"""Markets of one treatment by who traded in them, each measure with its interval over sessions, beside what others
published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import published
from analysis.compare import Interval, by_session, mean_interval
from analysis.summary import MarketSummary, mispricing

KINDS = {"human": "people", "model": "models", "rule": "rule traders"}
SIMULATED = "simulated: "


@dataclass(frozen=True)
class Group:
    """Markets whose traders are of the same kinds. `name` such as "people and models" or "simulated: models"."""

    name: str
    markets: tuple[MarketSummary, ...]

    @property
    def sessions(self) -> int:
        return len({one.market.unit for one in self.markets})

    def by_session(self) -> pd.DataFrame:
        """A row a session, a column a measure: the mean over the markets of the session."""
        return by_session(pd.DataFrame([{"session": one.market.unit, **one.measures} for one in self.markets]))

    def path(self) -> pd.DataFrame:
        """Mean price by period in ticks: columns mean, low, high; low and high NaN with fewer than two sessions."""
        paths = pd.concat([_path(one) for one in self.markets], axis=1).T.groupby(level=0).mean().T.sort_index()
        rows = {period: _mean_and_interval(paths.loc[period].dropna().to_numpy(float)) for period in paths.index}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low", "high"])


def groups(markets: Iterable[MarketSummary]) -> list[Group]:
    """The markets by who traded in them: those of one kind first, then mixed ones, simulated ones last."""
    found: dict[str, list[MarketSummary]] = {}
    for one in markets:
        found.setdefault(who_traded(one), []).append(one)
    order = list(KINDS.values())

    def rank(name: str) -> tuple[bool, int, str]:
        return name.startswith(SIMULATED), order.index(name) if name in order else len(order), name

    return [Group(name, tuple(found[name])) for name in sorted(found, key=rank)]


def who_traded(one: MarketSummary) -> str:
    kinds = set(one.traders["kind"])
    name = " and ".join(words for kind, words in KINDS.items() if kind in kinds)
    return f"{SIMULATED if one.market.simulated else ''}{name}"


@dataclass(frozen=True)
class Estimate:
    """A measure of a group: the mean over `sessions`, NaN where it is not defined, and its 95% interval."""

    mean: float
    interval: Interval
    sessions: int


def estimates(group: Group) -> dict[str, Estimate]:
    """Every measure of a group by name."""
    table = group.by_session()
    return {str(name): _estimate(table[name]) for name in table}


def _estimate(column: pd.Series[float]) -> Estimate:
    known = column.dropna().to_numpy(dtype=float)
    mean = float(known.mean()) if len(known) else float("nan")
    return Estimate(mean, mean_interval(known), len(known))


def gains_by_kind(group: Group) -> dict[str, Estimate]:
    """What a trader of each kind gained in ticks, the mean by session. Gains within a session sum to nothing."""
    gains = pd.concat([one.traders.assign(session=str(one.market.unit)) for one in group.markets])
    means = gains.groupby(["kind", "session"])["gain"].mean()
    return {str(kind): _estimate(rows.astype(float)) for kind, rows in means.groupby(level="kind")}


@dataclass(frozen=True)
class Published:
    """What one source says of a treatment: measures by name in ticks or shares, and who traded."""

    group: str
    source: str
    sessions: int | None
    measures: dict[str, float]


def published_beside(one: MarketSummary) -> list[Published]:
    """Published results of the market's treatment; those of whole paths only where the periods are as many."""
    return [*_published_paths(one), *_published_values(one)]


def _published_paths(one: MarketSummary) -> list[Published]:
    return [
        Published(path.group, path.source, path.sessions, _path_measures(one, path))
        for path in published.paths(one.treatment.name)
        if not one.treatment.induced and len(path.prices) == one.treatment.periods
    ]


def _path_measures(one: MarketSummary, path: published.PublishedPath) -> dict[str, float]:
    tick, periods = float(one.treatment.tick), range(1, one.treatment.periods + 1)
    values = [float(one.treatment.fundamental(period) or np.nan) for period in periods]
    prices = path.prices.to_numpy(float) / tick
    return mispricing(pd.DataFrame({"mean_price": prices, "benchmark": values}))


def _published_values(one: MarketSummary) -> list[Published]:
    table = published.values(one.treatment.name)
    by_source = table.groupby(["group", "source"], sort=False)
    return [_published(one, str(group), str(source), rows) for (group, source), rows in by_source]


def _published(one: MarketSummary, group: str, source: str, rows: pd.DataFrame) -> Published:
    means = {str(name): float(values.mean()) for name, values in rows.groupby("measure")["value"]}
    if "mse" in means:
        means["mse"] /= float(one.treatment.tick) ** 2  # published in money, kept in ticks
    known = rows["sessions"].dropna()
    return Published(group, source, int(known.iloc[0]) if len(known) else None, means)


def _path(one: MarketSummary) -> pd.Series[float]:
    return one.periods.set_index("period")["mean_price"].astype(float).rename(str(one.market.unit))


def _mean_and_interval(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Sequence[float]:
    if not len(values):
        return (np.nan, np.nan, np.nan)
    return (float(values.mean()), *mean_interval(values))
