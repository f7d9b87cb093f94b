"""Regressions on what is known of a coin and its market: Bayesian, of quantiles, and one that never stops learning."""

from __future__ import annotations

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.outlook import Z90, Outlook, known_pairs, regressors, scale, scaled_targets, unknown
from worlds.crypto.methods.registry import register
from worlds.crypto.methods.walking import EARLY, fitting, walk
from worlds.crypto.needs import need

REFIT, WINDOW = 180, 1080
QUANTILES, QUANTILE_REFIT, QUANTILE_ROWS = (0.05, 0.5, 0.95), 360, 400
MEMORY = 0.998  # of the online regression: what was learned 500 bars ago counts a third
PRIOR = 100.0  # precision of its weights before the first row: they start near 0


@register("researcher", "bayesian")
@fitting()
def bayesian(shared: Shared, horizon: int) -> Outlook:
    """Bayesian linear regression (scikit-learn BayesianRidge), its posterior predictive, refitted every month."""
    inputs, made = regressors(shared), unknown(shared.bars.close.shape)
    for known, served in walk(len(inputs), REFIT, WINDOW):
        given, followed = known_pairs(shared, known, horizon)
        for coin, (rows, targets) in enumerate(zip(given, followed, strict=True)):
            fit = need("sklearn.linear_model").BayesianRidge().fit(rows, targets)
            seen = inputs[served, coin]
            middle = line(seen, fit.coef_, fit.intercept_)
            # what the data leave open, and what no regressor explains
            apart = seen - fit.X_offset_
            left = np.stack([line(apart, column) for column in fit.sigma_.T], axis=1)
            sd = np.sqrt((left * apart).sum(axis=1) + 1 / fit.alpha_)
            for of, values in ((made.mean, middle), (made.low, middle - Z90 * sd), (made.high, middle + Z90 * sd)):
                of[served, coin] = values
    return _in_returns(shared, horizon, made)


@register("researcher", "quantile_regression")
@fitting()
def quantile_regression(shared: Shared, horizon: int) -> Outlook:
    """Linear regression of the 5, 50 and 95 % quantiles (scikit-learn QuantileRegressor), all coins together."""
    inputs, made = regressors(shared), unknown(shared.bars.close.shape)
    model = need("sklearn.linear_model").QuantileRegressor
    for known, served in walk(len(inputs), QUANTILE_REFIT, WINDOW):
        given, followed = (np.concatenate(parts) for parts in known_pairs(shared, known, horizon))
        step = max(1, len(given) // QUANTILE_ROWS)  # neighbouring outcomes overlap: little is lost
        for quantile, of in zip(QUANTILES, (made.low, made.mean, made.high), strict=True):
            fit = model(quantile=quantile, alpha=1e-3, solver="highs").fit(given[::step], followed[::step])
            of[served] = line(inputs[served], fit.coef_, fit.intercept_)
    # quantiles of separate fits may cross
    ends = np.sort([made.low, made.mean, made.high], axis=0)
    return _in_returns(shared, horizon, Outlook(ends[1], ends[0], ends[2]))


@register("researcher", "online")
def online(shared: Shared, horizon: int) -> Outlook:
    """Recursive least squares that forgets (Ljung 1999, ch. 11): learns from each outcome on the bar it is known."""
    inputs, outcomes = regressors(shared), scaled_targets(shared, horizon)
    count, coins, wide = inputs.shape
    weights, spread = np.zeros((coins, wide)), np.tile(np.eye(wide) / PRIOR, (coins, 1, 1))
    middle = np.empty((count, coins))
    for row in range(count):
        if row >= horizon:
            seen, came = inputs[row - horizon], np.nan_to_num(outcomes[row - horizon])
            spread, weights = _learn(spread, weights, seen, came)
        middle[row] = (inputs[row] * weights).sum(axis=1)
    middle[: EARLY[0]] = np.nan
    return _in_returns(shared, horizon, Outlook(middle, middle - Z90, middle + Z90))


def line(inputs: Array, weights: Array, start: float = 0.0) -> Array:
    """(..., K) times (K,); not by a matrix product, whose rounding depends on how many rows there are."""
    return np.asarray((inputs * weights).sum(axis=-1) + start)


def _learn(spread: Array, weights: Array, seen: Array, came: Array) -> tuple[Array, Array]:
    """One step for all coins. `spread`: inverse of the weighted sum of squares (S, K, K)."""
    carried = np.einsum("skl,sl->sk", spread, seen)
    gain = carried / (MEMORY + (carried * seen).sum(axis=1, keepdims=True))
    missed = came - (weights * seen).sum(axis=1)
    after = (spread - gain[:, :, None] * carried[:, None, :]) / MEMORY
    # directions without news would grow for ever
    size = np.maximum(1.0, np.trace(after, axis1=1, axis2=2) * PRIOR / after.shape[1])
    return after / size[:, None, None], weights + gain * missed[:, None]


def _in_returns(shared: Shared, horizon: int, made: Outlook) -> Outlook:
    size = scale(shared, horizon)
    return Outlook(made.mean * size, made.low * size, made.high * size)
