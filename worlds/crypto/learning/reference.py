"""What agents put out on reference inputs, so that one can be fitted to another: always the same bars and wishes."""

from __future__ import annotations

import numpy as np

from worlds.crypto.desk.tape import Floats
from worlds.crypto.desk.verdicts import CHECKS, judged
from worlds.crypto.learning.agents import Parameters
from worlds.crypto.learning.floor import Floor, Inventories, Seats
from worlds.crypto.learning.transfer import Outputs
from worlds.crypto.methods.risk import Situation, Wish
from worlds.crypto.roles.limits import RISK_RANGES

BARS = 500  # the last ones that learning may see
WISHES = 200


class Reference:
    """`floor`: of the bars to learn from; what the roles before it say comes from the absent ones."""

    def __init__(self, floor: Floor, inventories: Inventories) -> None:
        bars = floor.bars.rows(max(0, len(floor.bars) - BARS))
        self._floor = Floor(bars, floor.costs, inventories, floor.cross)

    def outputs(self, role: str, analyst: Parameters, researcher: Parameters) -> Outputs:
        """Of agents of `role`; `analyst`, `researcher`: those who would speak to it."""
        if role == "analyst":
            return lambda own: self._floor.analysis(own).trend
        if role == "researcher":
            return lambda own: self._forecast(analyst, own)
        if role == "trader":
            return lambda own: self._proposals(Seats(analyst, researcher, own, None))
        return self._granted

    def _forecast(self, analyst: Parameters, own: Parameters) -> Floats:
        """Means in units of their interval."""
        said = self._floor.forecast(analyst, own)
        wide = said.high - said.low
        return said.mean / np.where(wide > 0, wide, 1.0)

    def _proposals(self, seats: Seats) -> Floats:
        """Notional wished for as a share of equity, and the exits as shares of a bar's standard deviation."""
        wanted, sigma = self._floor.proposals(seats), self._floor.tape.sigma
        return np.stack([wanted.side * wanted.size * wanted.leverage, wanted.take_profit / sigma, wanted.stop / sigma])

    def _granted(self, own: Parameters) -> Floats:
        """Notional that is let through, of wishes and situations of many kinds."""
        tape, rng = self._floor.tape, np.random.default_rng(0)
        shape = (WISHES, len(tape.symbols))
        wish = Wish(
            side=rng.choice([-1.0, 0.0, 1.0], shape),
            size=rng.uniform(0.02, 0.5, shape),
            leverage=rng.uniform(1, 10, shape),
            stop=rng.uniform(0.005, 0.05, shape),
        )
        now = Situation(
            exposure=rng.uniform(-0.2, 0.2, shape) * (wish.side == 0),
            posted=rng.uniform(0, 0.1, shape) * (wish.side == 0),
            lost_today=rng.uniform(0, 0.02, (WISHES, 1)),
            drawdown=rng.uniform(0, 0.05, (WISHES, 1)),
            sigma=tape.sigma[-1],
            covariance=tape.covariance[-1],
            limits={name: np.full((WISHES, 1), own[name]) for name in RISK_RANGES},
            maintenance=self._floor.costs.maintenance,
        )
        granted, _ = judged(wish, now, {name: np.full((WISHES, 1), True) for name in CHECKS})
        return granted.side * granted.size * granted.leverage
