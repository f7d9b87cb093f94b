"""A view made on demand shows a trader by rule what the full view shows, and so leads to the same decisions."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bots.agents.estimates import share_value
from bots.agents.trading_agents import TRADERS, make_trader
from market.facts import facts_of
from market.orders import Side
from market.view import MarketView, view_of
from simulation.live_view import Clock, LiveView
from tests.simulation.twins import NAMES, ROLE, RULES, Twins, busy

VALUE = 100.0


def both(twins: Twins, trader: str, seconds: float = 40.0) -> tuple[MarketView, LiveView]:
    full = view_of(twins.exchange, trader, seconds)
    facts = replace(facts_of(RULES, len(NAMES)), fundamental=(VALUE,))
    live = LiveView(twins.venue, trader, Clock(seconds, [VALUE]), facts, ROLE)
    return replace(full, facts=facts), live


@pytest.mark.parametrize("seed", range(5))
def test_it_shows_the_same_market(seed: int) -> None:
    twins = busy(seed)
    for trader in NAMES:
        full, live = both(twins, trader)
        assert tuple(live.bids) == full.bids
        assert tuple(live.asks) == full.asks
        assert tuple(live.trades) == full.trades
        names = ("id", "side", "price", "quantity", "size")
        assert [tuple(getattr(one, name) for name in names) for one in live.orders] == list(map(tuple, full.orders))
        for name in ("seq", "phase", "period", "seconds", "seconds_left", "quote", "last_price", "fundamental"):
            assert getattr(live, name) == getattr(full, name), name
        for name in ("cash", "cash_free", "shares", "shares_free", "values_left", "costs_left"):
            assert getattr(live.holdings, name) == getattr(full.holdings, name), name
        assert live.recent_prices(8) == full.recent_prices(8) == [one.price for one in full.trades[-8:]]
        for side in Side:
            assert live.best_price_of_others(side) == full.best_price_of_others(side)


def test_levels_can_be_counted_and_picked() -> None:
    full, live = both(busy(3), "a")
    assert len(live.bids) == len(full.bids)
    assert live.bids[len(full.bids) - 1] == full.bids[-1]
    assert bool(live.bids)
    with pytest.raises(IndexError):
        live.bids[99]


@pytest.mark.parametrize("name", TRADERS)
def test_every_trader_by_rule_decides_the_same_on_it(name: str) -> None:
    for seed in range(3):
        twins = busy(seed)
        for trader in NAMES:
            full, live = both(twins, trader)
            one, other = (make_trader(name, Random(seed)) for _ in range(2))
            decision = one.decide(full)
            assert decision == other.decide(live.as_view())
            assert decision.reason
            assert "{" not in decision.reason


def test_who_is_not_told_the_value_sees_only_that_of_the_opening() -> None:
    venue = busy(1).venue
    facts = replace(facts_of(RULES, len(NAMES)), fundamental=(VALUE,))
    clock = Clock(40.0, [VALUE])
    told, untold = (LiveView(venue, "a", clock, own, ROLE) for own in (clock.informed(facts), facts))
    clock.told[0] = 123.0
    assert (told.fundamental, untold.fundamental) == (123.0, VALUE)
    assert (share_value(told.as_view()), share_value(untold.as_view())) == (123.0, VALUE)
