"""The fast market does to the bit what the plain one does."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worlds.nonequilibrium import plain
from tests.worlds.nonequilibrium.builders import random_market
from worlds.nonequilibrium.draws import draws
from worlds.nonequilibrium.history import run
from worlds.nonequilibrium.market import Market
from worlds.nonequilibrium.parameters import Parameters


@pytest.mark.parametrize("seed", range(40))
def test_a_step_of_the_fast_market_is_that_of_the_plain_one(seed: int) -> None:
    rng = np.random.default_rng([seed, 2])
    buyers, sellers = int(rng.integers(2, 200)), int(rng.integers(3, 14))
    market = random_market(seed, buyers, sellers, pull=float(rng.uniform(0, 8)))
    tastes = np.random.default_rng(seed).normal(0.5, 1.0, (buyers, sellers))
    q, p, x = market.shares.copy(), market.prices.copy(), market.choices.copy()
    for _ in range(10):
        seller, updaters = int(rng.integers(sellers)), np.flatnonzero(rng.random(buyers) < rng.random())
        q, p, x = plain.step(tastes, market.pull, q, p, x, seller, updaters)
        market.move(seller, market.rule_price(seller, market.weigh(seller)))
        market.settle(updaters, market.best_replies(updaters))
        assert np.array_equal(market.prices, p)
        assert np.array_equal(market.choices, x)
        assert np.array_equal(market.shares, q)


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("J", [0.4, 1.0])
def test_a_whole_run_is_that_of_the_plain_market(J: float, legacy: bool) -> None:
    own = Parameters(J=J, Nt=120, N=300, seed=7, legacy=legacy)
    history, source = run(own), draws(own)
    u = source.utilities()
    q, x = plain.start(u, own.pull)
    p = np.zeros(own.M)
    assert np.array_equal(history.q[:, 0], q)
    for step in range(1, own.Nt):
        turn = source.turn()
        q, p, x = plain.step(u, own.pull, q, p, x, turn.seller, turn.buyers)
        assert np.array_equal(history.q[:, step], q), step
        assert np.array_equal(history.p[:, step], p), step
    assert np.array_equal(history.x, x)


def test_a_tie_goes_to_none_and_then_to_the_seller_that_comes_first() -> None:
    market = Market(np.array([[0.0, 0.0, -1.0], [2.0, 2.0, 1.0]]), 0.0)
    market.weigh(0)
    assert market.best_replies(np.array([0, 1])).tolist() == [-1, 0]


def test_a_price_never_falls_below_0() -> None:
    market = Market(np.full((4, 3), -5.0), 0.0)
    assert market.rule_price(0, market.weigh(0)) == 0.0


def test_no_buyer_moves_whom_the_update_passes_by() -> None:
    market = random_market(3)
    before = market.choices.copy()
    market.move(0, market.rule_price(0, market.weigh(0)))
    some = np.array([4, 9])
    market.settle(some, market.best_replies(some))
    others = np.setdiff1d(np.arange(60), some)
    assert np.array_equal(market.choices[others], before[others])


def test_shares_stay_where_they_are_in_a_step_in_which_nobody_updates() -> None:
    history = run(Parameters(rho=0.0, Nt=30, N=200))
    assert history.q[:, 0].sum() > 0.9
    assert (history.q == history.q[:, :1]).all()
    assert (history.p[:, -1] > 0).any()
