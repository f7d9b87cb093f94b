"""What a researcher's method says, and what all of them learn from: past regressors and the returns that followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.rolling import divide, log_returns, mean, sd
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.analyst import deviation, returns

Z90 = 1.6448536269514722  # 5 % of a normal distribution lie above it
LOUDEST = 4.0  # regressors are cut there, in deviations: one wild bar shall not tilt a whole fit
MARKET = ("mkt_altcoin_momentum", "mkt_cross_oi_delta", "mkt_aggregate_funding", "mkt_risk_on_off")
NORM = 120  # bars behind a regressor's own mean and deviation


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of the log return over a horizon: mean and the ends of an interval meant to cover 90 %, not calibrated yet.
    Arrays (T, S), NaN where nothing is known."""

    mean: Array
    low: Array
    high: Array


def unknown(shape: tuple[int, ...]) -> Outlook:
    return Outlook(*(np.full(shape, np.nan) for _ in range(3)))


def regressors(shared: Shared) -> Array:
    """(T, S, K), about one deviation large, 0 where not known: returns over 1, 6 and 24 bars, funding, open interest,
    and where the desk looks across coins the market's."""
    return shared.once(("regressors",), lambda: _regressors(shared))


def _regressors(shared: Shared) -> Array:
    bars, usual = shared.bars, deviation(shared)
    own = [divide(log_returns(bars.close, rows), usual * np.sqrt(rows)) for rows in (1, 6, 24)]
    own += [_normed(bars["funding_rate"]), _normed(log_returns(bars["oi_usd"]))]
    market = [shared.market[name] for name in MARKET]
    seen = [_normed(np.repeat(one[:, None], own[0].shape[1], axis=1)) for one in market if not np.isnan(one).all()]
    stacked = np.stack([*own, *seen], axis=-1)
    return np.asarray(np.clip(np.nan_to_num(stacked), -LOUDEST, LOUDEST))


def scaled_targets(shared: Shared, horizon: int) -> Array:
    """(T, S): log return over the `horizon` bars AFTER a row, in deviations known at it. Row t is known at t + horizon:
    nothing served before that may be fitted on it."""
    return shared.once(("targets", horizon), lambda: ahead(shared, horizon) / scale(shared, horizon))


def ahead(shared: Shared, horizon: int) -> Array:
    """(T, S): log return from the close of a row to that `horizon` bars later, NaN at the end. Outcomes, not inputs."""
    past = shared.once(("returns", horizon), lambda: log_returns(shared.bars.close, horizon))
    return np.concatenate([past[horizon:], np.full((min(horizon, len(past)), past.shape[1]), np.nan)])


def scale(shared: Shared, horizon: int) -> Array:
    """What a log return over a horizon deviates by, as far as is known at a row."""
    return np.asarray(deviation(shared) * np.sqrt(horizon))


def known_pairs(shared: Shared, rows: slice, horizon: int) -> tuple[list[Array], list[Array]]:
    """Regressors and scaled targets of each coin, of those of `rows` whose outcome falls within them."""
    part = slice(rows.start, max(rows.start, rows.stop - horizon))
    inputs, targets = regressors(shared)[part], scaled_targets(shared, horizon)[part]
    good = [~np.isnan(targets[:, coin]) for coin in range(targets.shape[1])]
    return (
        [inputs[keep, coin] for coin, keep in enumerate(good)],
        [targets[keep, coin] for coin, keep in enumerate(good)],
    )


def bare(shared: Shared) -> Array:
    """Log returns with 0 for the first bar, which has none."""
    return np.nan_to_num(returns(shared))


def _normed(values: Array) -> Array:
    usual, spread = mean(values, NORM), sd(values, NORM)
    # what does not move is no news, whatever is left of it by rounding
    return divide(values - usual, np.where(spread > 1e-9 * np.abs(usual), spread, 0.0))
