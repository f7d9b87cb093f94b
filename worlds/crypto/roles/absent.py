"""What stands in for a role that is absent: always the same, and never cleverer than knowing nothing."""

from __future__ import annotations

import numpy as np

from worlds.crypto.data.bars import Bars
from worlds.crypto.desk.tape import Floats
from worlds.crypto.roles.information import Parameters
from worlds.crypto.roles.limits import TRADERS
from worlds.crypto.roles.outputs import NORMAL, Analysis, Forecast

HORIZONS = (2, 6, 12)
Z95 = 1.6448536269514722
# A trader that weighs both views alike, without leverage, at market.
TRADER: Parameters = {
    **TRADERS["adaptive"], "size": 0.1, "leverage": 1.0, "risk": 0.01, "take_profit": 2.0, "stop": 1.0, "calm": 0.0,
}  # fmt: skip


def no_analysis(bars: Bars) -> Analysis:
    """No trend, a normal market."""
    shape = bars.close.shape
    regime = np.full(shape, NORMAL, np.int8)
    return Analysis(np.zeros(shape), np.full(shape, 0.5), regime, np.zeros(shape), np.zeros(len(bars)), ())


def no_forecast(sigma: Floats) -> Forecast:
    """A walk without drift: as likely up as down, as wide as the bars have lately been (`sigma`, (T, S))."""
    wide = Z95 * np.stack([sigma * np.sqrt(horizon) for horizon in HORIZONS])
    return Forecast(HORIZONS, np.zeros(wide.shape), -wide, wide, np.full(wide.shape, 0.5), ())
