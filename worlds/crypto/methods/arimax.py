"""ARIMAX by statsmodels: returns that follow themselves, funding, and what is staked."""

from __future__ import annotations

from typing import Any

import numpy as np

from worlds.crypto.data.bars import Array
from worlds.crypto.features.shared import Shared
from worlds.crypto.methods.outlook import Z90, Outlook, bare, regressors, scale
from worlds.crypto.methods.registry import register
from worlds.crypto.methods.walking import fitting, walk
from worlds.crypto.needs import need

ORDER = (2, 0, 0)
DRIVERS = slice(3, 5)  # of the regressors: funding and open interest, known one bar before the return
REFIT, WINDOW, STEPS = 360, 720, 8


@register("researcher", "arimax")
def arimax(shared: Shared, horizon: int) -> Outlook:
    """ARIMA(2, 0, 0) with funding and open interest (statsmodels), refitted every 60 days, filtered in between."""
    summed = shared.once(("arimax",), lambda: _paths(shared))
    mean = np.stack([one.sum(horizon) for one in summed], axis=1)
    width = Z90 * scale(shared, horizon)
    return Outlook(mean, mean - width, mean + width)


class _Path:
    """Of one coin: what is needed for a forecast over any horizon, for all rows. `state`: the filter's prediction of
    the next bar (T, k); `push`: its transition in force (T, k, k); `drift`: the drivers' part of each return (T,)."""

    def __init__(self, count: int) -> None:
        lags = max(ORDER[0], 1)
        self.state, self.push = np.full((count, lags), np.nan), np.zeros((count, lags, lags))
        self.drift = np.full(count, np.nan)

    def sum(self, horizon: int) -> Array:
        """Mean of the returns' sum: the drivers are taken to stay as they are."""
        total, state = np.zeros(len(self.state)), self.state[:, :, None]
        for _ in range(horizon):
            total = total + state[:, 0, 0]
            state = self.push @ state
        return np.asarray(total + horizon * self.drift)


@fitting()
def _paths(shared: Shared) -> list[_Path]:
    values = bare(shared) * 100  # in per cent: a fit of numbers near 0.01 stops too early
    made = []
    for coin in range(values.shape[1]):
        drivers = regressors(shared)[:, coin, DRIVERS]
        made.append(_path(values[:, coin], drivers))
    return made


def _path(values: Array, drivers: Array) -> _Path:
    """A bar's return is explained by the drivers of the bar before."""
    path, before = _Path(len(values)), np.vstack([np.zeros((1, drivers.shape[1])), drivers[:-1]])
    model = need("statsmodels.tsa.arima.model").ARIMA
    for known, served in walk(len(values), REFIT, WINDOW):
        # what never moved while it was learned from explains nothing, and would be a second constant
        moved = np.ptp(before[known], axis=0) > 0
        given = before[:, moved] if moved.any() else None
        fit = model(values[known], None if given is None else given[known], order=ORDER).fit(
            cov_type="none", method_kwargs={"maxiter": STEPS, "disp": 0, "warn_convergence": False}
        )
        rows = slice(known.start, served.stop)
        run = fit.apply(values[rows], None if given is None else given[rows], refit=False)
        _serve(path, run, fit, drivers[:, moved], served, rows)
    return path


def _serve(path: _Path, run: Any, fit: Any, drivers: Array, served: slice, rows: slice) -> None:
    """`run`: filtered forward only, so that its prediction for the next bar uses nothing later."""
    by_name = dict(zip(fit.model.param_names, fit.params, strict=True))
    weights = np.array([by_name[name] for name in fit.model.exog_names or () if name != "const"])
    path.drift[served] = (by_name["const"] + (drivers[served] * weights).sum(axis=1)) / 100
    predicted = run.filter_results.predicted_state[:, 1 + served.start - rows.start :].T
    path.state[served] = predicted[: served.stop - served.start] / 100
    path.push[served] = run.filter_results.transition[:, :, 0]
