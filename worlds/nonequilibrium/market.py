"""Buyers' tastes, their choices, sellers' prices and shares; one step at a time. Draws nothing and asks nobody."""

from __future__ import annotations

import numpy as np

from worlds.nonequilibrium.draws import Floats, Ints

NONE = -1  # the choice of who buys nothing
SLIGHTLY = 1e-5
MOST_SWEEPS = 10_000


class Market:
    """`prices`, `shares` (M,) and `choices` (N,) change; `pull` is J_eff, in units of money a whole share.

    A step is `weigh`, `move`, `settle`. Rows of the inner arrays are sellers, so that every pass runs along memory.
    """

    def __init__(self, utilities: Floats, pull: float) -> None:
        self.buyers, self.sellers = utilities.shape
        self.pull = pull
        self.prices: Floats = np.zeros(self.sellers)
        self.shares: Floats = np.full(self.sellers, 1 / self.sellers)
        self.choices: Ints = np.zeros(self.buyers, np.int64)
        self._tastes = np.ascontiguousarray(utilities.T)
        self._worth, self._net = np.empty_like(self._tastes), np.empty_like(self._tastes)
        self._best, self._premiums = np.empty(self.buyers), np.empty(self.buyers + 1)
        self._income = np.empty(self.buyers + 1)
        self._served: Floats = np.linspace(1, 0, self.buyers + 1)
        # The published runs count a share by adding 1 / N for every buyer. The path is chaotic in the last bits, so
        # that count / N leads elsewhere within 200 steps.
        self._share_of: Floats = np.concatenate([[0.0], np.cumsum(np.full(self.buyers, 1 / self.buyers))])

    def start(self) -> None:
        """All prices 0, all shares 1/M; then all buyers choose at once, again and again, until no choice changes."""
        everybody = np.arange(self.buyers)
        for _ in range(MOST_SWEEPS):
            self._worths()
            choices = self.best_replies(everybody)
            settled = np.array_equal(choices, self.choices)
            self.settle(everybody, choices)
            if settled:
                return

    def resume(self, prices: Floats, choices: Ints) -> None:
        """Go on from a recorded state."""
        self.prices = prices.copy()
        self.settle(np.arange(self.buyers), choices)

    def weigh(self, seller: int) -> Floats:
        """Price premiums of all buyers at a seller, (N,), rising: how much its price could rise before a buyer would be
        as well off with the best other seller or without; negative for who is better off there already.

        The array holds until the next call. Buyers of this step decide on the shares of this moment.
        """
        self._worths()
        np.subtract(self._worth, self.prices[:, None], out=self._net)
        self._best.fill(0.0)
        for other in range(self.sellers):
            if other != seller:
                np.maximum(self._best, self._net[other], out=self._best)
        premiums = self._premiums[:-1]
        np.subtract(self._net[seller], self._best, out=premiums)
        premiums.sort()
        return premiums

    def rule_price(self, seller: int, premiums: Floats) -> float:
        """The price that earns most if all buyers chose at once: (p + e) times the share of buyers with at least e."""
        steps, price = self._premiums, self.prices[seller]
        steps[:-1] = premiums
        # a little below the lowest everybody buys, a little above the highest nobody
        steps[0] -= SLIGHTLY
        steps[-1] = steps[-2] + SLIGHTLY
        np.add(steps, price, out=self._income)
        np.multiply(self._income, self._served, out=self._income)
        return float(max(0.0, price + steps[self._income.argmax()]))

    def move(self, seller: int, price: float) -> None:
        self.prices[seller] = price

    def best_replies(self, buyers: Ints) -> Ints:
        """The best choice of each of `buyers` at the new prices and the shares of `weigh`; -1 where no seller leaves
        anything above 0. Ties go to none, then to the seller that comes first."""
        net = self._worth[:, buyers] - self.prices[:, None]
        top, chosen = np.zeros(len(buyers)), np.full(len(buyers), NONE, np.int64)
        for seller, worth in enumerate(net):
            chosen[worth > top] = seller
            np.maximum(top, worth, out=top)
        return chosen

    def settle(self, buyers: Ints, choices: Ints) -> None:
        """The choices of some; then the shares of all are counted."""
        self.choices[buyers] = choices
        counts = np.bincount(self.choices + 1, minlength=self.sellers + 1)
        self.shares = self._share_of[counts[1:]]

    def _worths(self) -> None:
        np.add(self._tastes, (self.pull * self.shares)[:, None], out=self._worth)
