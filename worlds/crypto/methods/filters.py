"""What analysts hear in the noise: trend and season (STL), hidden states (HMM), a filtered level and slope (Kalman).

Each of the three is usually run over a whole sample, which would let the future speak. Here STL sees only the window
behind each bar, the HMM is fitted on past rows and gives filtered probabilities, and the Kalman filter is not smoothed.
Their windows are their own: `lookback` does not change them.
"""

from __future__ import annotations

import numpy as np

from worlds.crypto.data.bars import BARS_A_DAY, Array
from worlds.crypto.features.rolling import divide
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.analyst import DIRECTION, TURBULENCE, deviation, returns
from worlds.crypto.methods.registry import register
from worlds.crypto.methods.walking import fitting, walk
from worlds.crypto.needs import need

STL_WINDOW, STL_EVERY = 126, 6  # three weeks; decomposed anew once a day
NARROWEST = 1e-5  # range of a bar in which nothing moved, as a share of the price
HMM_REFIT, HMM_WINDOW, HMM_STEPS = 360, 720, 20
SLOPE_NOISE = 0.02  # of the Kalman filter's slope, in deviations a bar: it turns within about two days


@register("analyst", "stl", kind=DIRECTION)
def stl(shared: Shared, lookback: int) -> Array:
    """Slope of the trend after the daily season is taken out (statsmodels STL)."""
    return shared.once(("stl",), lambda: _stl(shared))


@register("analyst", "kalman", kind=DIRECTION)
def kalman(shared: Shared, lookback: int) -> Array:
    """Slope of the log price's filtered level (filterpy KalmanFilter, a local linear trend)."""
    return shared.once(("kalman",), lambda: _kalman(shared))


@register("analyst", "hmm", kind=TURBULENCE)
def hmm(shared: Shared, lookback: int) -> Array:
    """Filtered probability of the louder of two hidden states (hmmlearn GaussianHMM)."""
    return shared.once(("hmm",), lambda: _hmm(shared))


def _stl(shared: Shared) -> Array:
    decompose = need("statsmodels.tsa.seasonal").STL
    price, slope = np.log(shared.bars.close), np.full(shared.bars.close.shape, np.nan)
    for row in range(STL_WINDOW - 1, len(price), STL_EVERY):
        for coin in range(price.shape[1]):
            part = price[row + 1 - STL_WINDOW : row + 1, coin]
            trend = decompose(part, period=BARS_A_DAY).fit().trend
            slope[row : row + STL_EVERY, coin] = trend[-1] - trend[-1 - BARS_A_DAY]
    return np.tanh(divide(slope, deviation(shared) * np.sqrt(BARS_A_DAY)))


def _kalman(shared: Shared) -> Array:
    """All coins are one filter whose blocks do not touch: a level and a slope each, in units of a bar's deviation.

    What each coin's price is measured in changes slowly; a step is scaled by the deviation known at its own bar.
    """
    scaled = np.nan_to_num(np.clip(divide(returns(shared), deviation(shared)), -5, 5))
    coins = scaled.shape[1]
    made = need("filterpy.kalman").KalmanFilter(dim_x=2 * coins, dim_z=coins)
    made.F = np.kron(np.eye(coins), [[1.0, 1.0], [0.0, 1.0]])
    made.H = np.kron(np.eye(coins), [[1.0, 0.0]])
    made.Q = np.kron(np.eye(coins), np.diag([0.5, SLOPE_NOISE**2]))
    made.R, made.P = 0.5 * np.eye(coins), np.eye(2 * coins)
    slopes = np.empty_like(scaled)
    for row, level in enumerate(np.cumsum(scaled, axis=0)):
        made.predict()
        made.update(level[:, None])
        slopes[row] = made.x[1::2, 0]
    return np.where(np.isnan(deviation(shared)), np.nan, np.tanh(3 * slopes))


@fitting()
def _hmm(shared: Shared) -> Array:
    """Two states of the log range, which is about normal; fitted on past rows, coin by coin, and filtered forward."""
    bars, loud = shared.bars, np.full(shared.bars.close.shape, np.nan)
    extent = np.log(np.maximum(np.log(bars["high"] / bars["low"]), NARROWEST))
    for known, served in walk(len(bars), HMM_REFIT, HMM_WINDOW):
        for coin in range(len(bars.symbols)):
            seen = extent[known.start : served.stop, coin, None]
            loud[served, coin] = _filtered(seen, served.stop - served.start)
    return loud


def _filtered(seen: Array, served: int) -> Array:
    """Probability of the louder state in the last `served` rows, each from rows up to it; fitted on those before.

    The states share a variance, so that a louder bar always speaks for the louder state."""
    model = need("hmmlearn.hmm").GaussianHMM(2, covariance_type="tied", n_iter=HMM_STEPS, random_state=0)
    model.fit(seen[:-served])
    loudest = int(np.argmax(model.means_[:, 0]))
    weights = np.column_stack(
        [_density(seen[:, 0] - mean, float(model.covars_[0, 0, 0])) for mean in model.means_[:, 0]]
    )
    belief, path = model.startprob_, np.empty(len(seen))
    for row, weight in enumerate(weights):
        belief = weight * (belief if row == 0 else belief @ model.transmat_)
        belief = belief / belief.sum() if belief.sum() > 0 else np.full(2, 0.5)
        path[row] = belief[loudest]
    return path[-served:]


def _density(apart: Array, variance: float) -> Array:
    """Of a normal distribution, up to a constant, so far from its mean."""
    return np.asarray(np.exp(-0.5 * np.minimum(apart**2 / variance, 1000)))
