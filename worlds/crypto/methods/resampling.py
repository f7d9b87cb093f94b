"""The bootstrap and GARCH, both by arch: what returns did, again, as loud as they are now."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from worlds.crypto.data.bars import Array
from worlds.crypto.features.rolling import divide
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.analyst import deviation
from worlds.crypto.methods.outlook import Z90, Outlook, bare, scale
from worlds.crypto.methods.registry import register
from worlds.crypto.methods.walking import fitting, walk
from worlds.crypto.needs import need

DRAWS, BLOCK = 200, 12  # resamples, and the mean length of a block in bars
RESAMPLE, PAST = 42, 360  # drawn anew each week from the last two months
LONGEST = 48  # bars: the longest horizon
REFIT, WINDOW = 180, 1000
SEED = 7


@register("researcher", "bootstrap")
def bootstrap(shared: Shared, horizon: int) -> Outlook:
    """Stationary bootstrap of past returns in deviations (arch StationaryBootstrap), drawn anew each week."""
    paths = shared.once(("bootstrap",), lambda: _resampled(shared))
    middle, low, high = (np.full(shared.bars.close.shape, np.nan) for _ in range(3))
    for served, drawn in paths:
        sums = drawn[:, :horizon].sum(axis=1) / np.sqrt(horizon)
        middle[served] = sums.mean(axis=0)
        low[served], high[served] = np.quantile(sums, (0.05, 0.95), axis=0)
    size = scale(shared, horizon)
    return Outlook(middle * size, low * size, high * size)


def _resampled(shared: Shared) -> list[tuple[slice, Array]]:
    """Rows served, and paths drawn for them (DRAWS, LONGEST, S); coins keep to the same bars, as they move together."""
    loud = deviation(shared)
    # each return in the deviation that was known before it
    steps = np.nan_to_num(divide(bare(shared)[1:], loud[:-1]))
    made = []
    for known, served in walk(len(loud), RESAMPLE, PAST):
        drawer = need("arch.bootstrap").StationaryBootstrap(BLOCK, steps[known.start : known.stop - 1], seed=SEED)
        made.append((served, np.stack([data[0][0][:LONGEST] for data in drawer.bootstrap(DRAWS)])))
    return made


@register("researcher", "garch")
def garch(shared: Shared, horizon: int) -> Outlook:
    """GARCH(1, 1) with a constant mean (arch), refitted every month, its recursion run on in between."""
    drift, variance = shared.once(("garch", horizon), lambda: _garch(shared, horizon))
    mean, width = horizon * drift, Z90 * np.sqrt(variance)
    return Outlook(mean, mean - width, mean + width)


def _garch(shared: Shared, horizon: int) -> tuple[Array, Array]:
    """Mean of a bar's return and variance of the sum over the horizon, (T, S)."""
    fits = shared.once(("garch fits",), lambda: _fits(shared))
    drift, variance = np.full(shared.bars.close.shape, np.nan), np.full(shared.bars.close.shape, np.nan)
    for coin, served, (mean, omega, alpha, beta), following in fits:
        stays = min(alpha + beta, 0.9999)
        usual = omega / (1 - stays)
        # sum over h of the expected variances, which return to the usual one
        reach = (1 - stays**horizon) / (1 - stays)
        variance[served, coin] = horizon * usual + (following - usual) * reach
        drift[served, coin] = mean
    return drift / 100, variance / 1e4


@fitting()
def _fits(shared: Shared) -> list[tuple[int, slice, Array, Array]]:
    """Coin, rows served, (mean, omega, alpha, beta) in per cent, variance of the next bar for each of those rows."""
    values, made = bare(shared) * 100, []
    for known, served in walk(len(values), REFIT, WINDOW):
        for coin in range(values.shape[1]):
            model = need("arch").arch_model(values[known, coin], mean="Constant", vol="GARCH", rescale=False)
            fit = model.fit(disp="off", show_warning=False)
            last = float(fit.conditional_volatility[-1]) ** 2
            # from the last bar that was fitted on, whose own surprise is the first to be heard
            heard = values[served.start - 1 : served.stop, coin]
            made.append((coin, served, fit.params.to_numpy(), _following(fit.params.to_numpy(), last, heard)))
    return made


def _following(params: Array, variance: float, heard: Array) -> Array:
    """Variance of the bar after each of `heard` but the first; `variance`: of the first."""
    mean, omega, alpha, beta = params
    surprise = omega + alpha * (heard - mean) ** 2
    path, _ = lfilter([1.0], [1.0, -beta], surprise, zi=[beta * variance])
    return np.asarray(path[1:])
