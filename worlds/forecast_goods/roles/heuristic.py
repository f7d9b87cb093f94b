"""Rules that play every role: research evenly over the period, forecast by Bayes, price by cost, pay for skill."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from worlds.forecast_goods.actions import NOTHING, Actions, Bet, Bid, Issue, Offer
from worlds.forecast_goods.config import Config, Market
from worlds.forecast_goods.roles.beliefs import chance, with_forecasts
from worlds.forecast_goods.roles.interface import Contract, Member, View, Ware

HORIZON = 2  # rounds: of the first that can be sold, and that research tells of
MOST_BIDS = 10
GAIN = 0.4  # asked for each unit, of what one costs on average
SHADE = 0.1  # by which bids stay under what units are worth
GRAIN = 0.05  # forecasts are said in steps of this, so that many say the same and their calibration can be seen
STAKE = 0.25  # of free cash in one bet, at most


@dataclass(frozen=True, slots=True)
class HeuristicPolicy:
    """Knows what everybody knows of the economy, its `config`, and beyond that what it is shown."""

    config: Config

    def act(self, view: View, rng: Generator) -> Actions:
        every = self.config.budgets.every
        if view.role == "analyst":
            return self._analyse(view)
        if view.role == "trader":
            return self._trade(view)
        return allocate(view) if view.members and last_of_period(view.round, every) else NOTHING

    def _analyse(self, view: View) -> Actions:
        horizon = min(HORIZON, self.config.time.horizon)
        issues = tuple(
            Issue(asset, horizon, said(chance(view, self.config.information, asset, level, view.round + horizon - 1)))
            for asset, level in sorted(view.levels.items())
        )
        research = spread_out(view, self.config.budgets.every)
        reason = "Research is spread evenly; probabilities follow from news by Bayes."
        return Actions(research=research, predictions=issues, reason=reason)

    def _trade(self, view: View) -> Actions:
        bets = [bet_on(one, self.belief(view, one), view) for _, one in sorted(view.contracts.items())]
        offers = tuple(
            Offer(ware.id, ask_for(ware, self.config.market), ware.stock) for ware in view.wares if ware.stock > 0
        )
        return Actions(
            # what research finds is of use to who bets
            research=spread_out(view, self.config.budgets.every) if view.contracts else {},
            offers=offers,
            bids=bids_of(view, self.config.market),
            bets=tuple(bet for bet in bets if bet),
            reason="Prices follow costs, bets the forecasts.",
        )

    def belief(self, view: View, contract: Contract) -> float:
        """Of the trader: its own news, then its team's forecasts of the same event."""
        prior = chance(view, self.config.information, contract.asset, contract.strike, contract.matures_at)
        return with_forecasts(prior, [one for one in view.wares if _same_event(one, contract)])


def said(probability: float) -> float:
    """To the nearest GRAIN, and never a certainty."""
    return min(1 - GRAIN, max(GRAIN, round(round(probability / GRAIN) * GRAIN, 2)))


def last_of_period(round: int, every: int) -> bool:
    """Whether budgets are set anew at the end of this round."""
    return (round + 1) % every == 0


def _same_event(ware: Ware, contract: Contract) -> bool:
    return (ware.asset, ware.strike, ware.matures_at) == (contract.asset, contract.strike, contract.matures_at)


def spread_out(view: View, period: int) -> dict[str, int]:
    """What is left of the budget, in equal parts over what is left of the period and over all indices; never more than
    there is cash for."""
    rounds = period - view.round % period
    left = min(view.budget - view.spent, view.free)
    each = left // (rounds * len(view.levels))
    return dict.fromkeys(sorted(view.levels), each) if each > 0 else {}


def ask_for(ware: Ware, market: Market) -> int:
    """The unit cost and the same gain for every good, a share of what goods cost on average."""
    return ware.unit_cost + max(1, round(GAIN * (market.cost_low + market.cost_high) / 2))


def bids_of(view: View, market: Market) -> tuple[Bid, ...]:
    """A little under what each further unit is worth, over all indices in turn; none where units are worth nothing."""
    assets = sorted(view.levels)
    worth = [market.value - market.value_slope * unit for unit in range(MOST_BIDS)]
    wished = [(assets[unit % len(assets)], int(value * (1 - SHADE))) for unit, value in enumerate(worth) if value > 0]
    return tuple(Bid(asset, price) for asset, price in wished if 0 < price <= view.free)


def bet_on(contract: Contract, belief: float, view: View) -> Bet | None:
    """Buy the outcome that the maker sells too cheaply, half the way to the own belief; None where that is no share."""
    price = min(1 - 1e-6, max(1e-6, contract.price))
    outcome = int(belief > price)
    mine, asked = (belief, price) if outcome else (1 - belief, 1 - price)
    way = _logit(mine) - _logit(asked)
    shares = int(contract.liquidity * way / 2)
    affordable = int(STAKE * view.free / contract.payout) if contract.payout else 0
    shares = min(shares, affordable)
    if shares < 1:
        return None
    # a mean price three quarters of the way: where others came first, the last share is still worth what it costs
    limit = math.floor(_chance(_logit(asked) + 0.75 * way) * shares * contract.payout)
    return Bet(contract.asset, outcome, shares, limit)


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _chance(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def allocate(view: View) -> Actions:
    """Weights by softmax of standardised scores and gains, less one for each who was over budget."""
    weights = weights_of(view.members)
    best = max(weights, key=lambda name: (weights[name], name))
    text = f"{best} has the largest share: {_why(next(one for one in view.members if one.id == best))}."
    return Actions(allocation=weights, explanation=text)


def weights_of(members: tuple[Member, ...]) -> Mapping[str, float]:
    """Those of one role are compared with each other, and share what is due to their heads."""
    weights = {one.id: 0.0 for one in members}
    for role in {one.role for one in members}:
        peers = [one for one in members if one.role == role]
        scores = np.array([-0.25 if one.brier is None else -one.brier for one in peers])
        gains = np.array([float(one.surplus) for one in peers])
        wishes = np.exp(_standard(scores) + _standard(gains) - np.array([float(one.over) for one in peers]))
        shares = wishes / wishes.sum() * len(peers) / len(members)
        weights |= {one.id: float(share) for one, share in zip(peers, shares, strict=True)}
    return weights


def _standard(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return (values - values.mean()) / spread if spread else np.zeros(len(values))


def _why(one: Member) -> str:
    score = "no forecast has matured" if one.brier is None else f"a mean Brier score of {one.brier:.3f}"
    return f"{score}, a surplus of {one.surplus / 100:.2f}, over budget {one.overs} times"
