"""Parameters from data: drift and volatility from a file of bars, chances and rates from the log of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.stylised import excess_kurtosis, log_returns
from worlds.errors import WorldError

YEAR_SECONDS = 365 * 24 * 3600
CONFIDENCE = 0.95
FEWEST_BARS = 10
TIMES = ("timestamp_utc", "timestamp", "time", "datetime", "date", "open_time")


class Diffusion(NamedTuple):
    """`mu` and `sigma` a year with their standard errors, from `returns` log returns over `dt` years each. `last`: the
    last close; `kurtosis`: in excess of a normal law's."""

    mu: float
    mu_error: float
    sigma: float
    sigma_error: float
    dt: float
    returns: int
    last: float
    kurtosis: float


class Interval(NamedTuple):
    """An estimate and its exact interval of confidence."""

    value: float
    low: float
    high: float


def diffusion(closes: Sequence[float], dt: float) -> Diffusion:
    """GBM fitted by maximum likelihood to closes that are `dt` years apart.

    sigma^2 dt is the variance of the log returns and mu = mean / dt + sigma^2 / 2. The error of sigma allows for heavy
    tails: sigma sqrt((kurtosis - 1) / 4 n). That of mu falls with the years alone, however many bars they have.
    """
    moves = log_returns(closes)
    number, kurtosis = len(moves), excess_kurtosis(moves)
    sigma = float(moves.std(ddof=1)) / math.sqrt(dt)
    mu = float(moves.mean()) / dt + sigma**2 / 2
    sigma_error = sigma * math.sqrt(max(kurtosis + 2, 0) / (4 * number))
    mu_error = math.hypot(sigma / math.sqrt(number * dt), sigma * sigma_error)
    return Diffusion(mu, mu_error, sigma, sigma_error, dt, number, float(closes[-1]), kurtosis)


def bars(path: Path, dt: float | None = None) -> tuple[list[float], float]:
    """(closes, years between them) of a CSV file with a column `close`. Without `dt` the times in the file say it.

    Raises WorldError for a file without closes, and for closes or times that cannot be.
    """
    frame = _read(path)
    closes = pd.to_numeric(frame[_column(path, frame, "close")], errors="coerce")
    wrong = closes.index[~(closes > 0) | ~np.isfinite(closes)]
    if len(wrong):
        raise WorldError(
            f"{path}, row {wrong[0] + 2}: the close is no price above 0. Mend or drop that row ({len(wrong)} in all)."
        )
    if len(closes) < FEWEST_BARS:
        raise WorldError(f"{path}: {len(closes)} bars; expected at least {FEWEST_BARS}.")
    return closes.tolist(), dt if dt is not None else _years_between(path, frame)


def _read(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path)
    except (OSError, UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise WorldError(f"--bars {path}: it cannot be read ({error}). Name a CSV file with a column close.") from None
    return frame.rename(columns=lambda name: str(name).strip().lower())


def _column(path: Path, frame: pd.DataFrame, name: str) -> str:
    if name not in frame:
        near = get_close_matches(name, frame.columns, 1)
        hint = f" Nearest: '{near[0]}'." if near else ""
        raise WorldError(f"{path}: there is no column '{name}' among {', '.join(frame.columns)}.{hint}")
    return name


def _years_between(path: Path, frame: pd.DataFrame) -> float:
    column = next((name for name in TIMES if name in frame), None)
    if column is None:
        raise WorldError(
            f"{path}: no column of times ({', '.join(TIMES)}). Say with --dt how many years lie between two bars, such "
            "as 0.003968 for trading days."
        )
    times = _times(path, frame[column])
    gaps = times.diff().dropna().dt.total_seconds()
    if (gaps <= 0).any():
        row = int(gaps.index.to_numpy()[(gaps <= 0).to_numpy().argmax()]) + 2
        raise WorldError(f"{path}, row {row}: it is not later than the row before. Sort the bars, drop doubles.")
    # their mean: nights and weekends without bars are time, too, and a year of trading days has some 252 of them
    return float(gaps.mean()) / YEAR_SECONDS


def _times(path: Path, column: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    try:
        if pd.api.types.is_numeric_dtype(column):
            # exchanges count milliseconds
            return pd.to_datetime(column, unit="ms" if float(column.iloc[0]) > 1e11 else "s", utc=True)
        return pd.to_datetime(column, utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise WorldError(f"{path}: its times cannot be read ({error}). Give --dt, or ISO dates.") from None


def poisson_rate(events: int, exposure: float, confidence: float = CONFIDENCE) -> Interval:
    """Events for each unit of `exposure`, with the exact interval (Garwood 1936)."""
    from scipy.stats import chi2

    if exposure <= 0:
        raise ValueError(f"An exposure of {exposure}: expected more than 0.")
    tail = (1 - confidence) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(chi2.ppf(1 - tail, 2 * events + 2)) / 2
    return Interval(events / exposure, low / exposure, high / exposure)


def share_of(hits: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """A chance with its exact interval (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    return Interval(hits / trials, low, high)


def transition_counts(states: Sequence[int], size: int) -> list[list[int]]:
    """How often each state (row) was followed by each (column), (size, size)."""
    counts = np.zeros((size, size), dtype=int)
    np.add.at(counts, (list(states[:-1]), list(states[1:])), 1)
    rows: list[list[int]] = counts.tolist()
    return rows


def transition_chances(counts: Sequence[Sequence[int]]) -> list[list[Interval | None]]:
    """Each transition's chance; None in the rows of states that were never left."""
    return [[share_of(one, sum(row)) if sum(row) else None for one in row] for row in counts]


def as_toml(name: str, found: Diffusion) -> str:
    """The part of a config that has an index move like these bars, one round a bar."""
    values: Mapping[str, float] = {"start": found.last, "mu": found.mu, "sigma": found.sigma}
    lines = [f"{key} = {value:.6g}" for key, value in values.items()]
    head = ["[information]", f"dt = {found.dt:.8g}", "correlation = []", "", "[[information.indices]]"]
    return "\n".join([*head, f'name = "{name}"', *lines])
