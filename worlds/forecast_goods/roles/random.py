"""Roles played by chance: what any rule has to beat."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from worlds.forecast_goods.actions import NOTHING, Actions, Bet, Bid, Issue, Offer
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.roles.heuristic import HORIZON, last_of_period, said, spread_out
from worlds.forecast_goods.roles.interface import Contract, View

DEAREST = 4  # times the unit cost
MOST_SHARES = 20


@dataclass(frozen=True, slots=True)
class RandomPolicy:
    """Probabilities, prices and allocations that are drawn evenly; spends on research what the rule would, on average
    half of it."""

    config: Config

    def act(self, view: View, rng: Generator) -> Actions:
        if view.role == "analyst":
            return self._analyse(view, rng)
        if view.role == "trader":
            return self._trade(view, rng)
        if not (view.members and last_of_period(view.round, self.config.budgets.every)):
            return NOTHING
        weights = {one.id: float(rng.random()) for one in view.members}
        return Actions(allocation=weights, explanation="Drawn by chance.")

    def _analyse(self, view: View, rng: Generator) -> Actions:
        most = spread_out(view, self.config.budgets.every)
        research = {asset: int(rng.integers(cents + 1)) for asset, cents in most.items()}
        horizon = min(HORIZON, self.config.time.horizon)
        issues = tuple(Issue(asset, horizon, said(float(rng.random()))) for asset in sorted(view.levels))
        return Actions(research=research, predictions=issues, reason="Drawn by chance.")

    def _trade(self, view: View, rng: Generator) -> Actions:
        offers = tuple(
            Offer(ware.id, int(rng.integers(ware.unit_cost, DEAREST * ware.unit_cost + 2)), ware.stock)
            for ware in view.wares
            if ware.stock > 0
        )
        value = self.config.market.value
        bids = tuple(Bid(asset, int(rng.integers(1, value + 1))) for asset in sorted(view.levels) if value)
        bets = tuple(_bet(one, rng) for _, one in sorted(view.contracts.items()) if rng.random() < 0.5)
        return Actions(offers=offers, bids=bids, bets=bets, reason="Drawn by chance.")


def _bet(contract: Contract, rng: Generator) -> Bet:
    shares = int(rng.integers(1, MOST_SHARES + 1))
    return Bet(contract.asset, int(rng.integers(2)), shares, shares * contract.payout)
